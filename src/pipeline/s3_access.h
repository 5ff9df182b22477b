#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "config/config.h"
#include "model/stage.h"
#include "platform/file_system.h"
#include "platform/process.h"
#include "stage/s3/credentials/credential_cache.h"
#include "stage/s3/s3_client.h"
#include "stage/s3/s3_transport.h"

namespace firn {

/// A connection of type "s3" at work: its credentials, kept for all requests, and the ways to its bucket. Threads: any.
class S3Access {
 public:
  struct Surroundings {
    FileSystem& files;
    ProcessLauncher& launcher;
    const Clock& clock;
    Environment environment;
  };

  /// `connection` and the surroundings must outlive the access.
  S3Access(const S3Connection& connection, const Surroundings& surroundings);

  /// Asks for credentials if there are none yet.
  Result<SourcedCredentials> credentials() { return credentials_.get(); }

  /// What is made here must not outlive the access.
  std::unique_ptr<S3Transport> make_transport();
  /// `tell` is told of each request, as S3Client says.
  std::unique_ptr<Stage> make_stage(S3Client::TellRequest tell = {});

 private:
  const S3Connection& connection_;
  const Surroundings surroundings_;
  CredentialCache credentials_;
};

/// What stands before every key of the connection: empty, or its prefix with a `/` behind it.
std::string prefix_of(const S3Connection& connection);

}  // namespace firn
