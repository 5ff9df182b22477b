#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "base/time.h"
#include "platform/file_system.h"
#include "platform/http_client.h"
#include "platform/process.h"
#include "stage/s3/sigv4.h"

namespace firn {

/// Credentials with where they came from.
struct SourcedCredentials {
  AwsCredentials keys;
  std::string source;                ///< for people, like `environment variable AWS_ACCESS_KEY_ID`
  std::optional<Timestamp> expires;  ///< nothing: they do not end by themselves
};

/// A place that credentials come from. Threads: one at a time.
class AwsCredentialSource {
 public:
  virtual ~AwsCredentialSource() = default;
  /// Asks now; may take some seconds. kNotFound: this place has none; everything else: it has, and they cannot be had.
  /// No error shows a secret.
  virtual Result<SourcedCredentials> fetch() = 0;
};

/// What looking for credentials needs of the world. Everything outlives the sources.
struct CredentialSurroundings {
  FileSystem& files;
  ProcessLauncher& launcher;
  const Clock& clock;
  std::function<std::optional<std::string>(const std::string&)> environment;
  std::function<std::unique_ptr<HttpClient>()> make_http;         ///< for Amazon's services
  std::function<std::unique_ptr<HttpClient>()> make_direct_http;  ///< for this machine's own: without a proxy

  /// Empty when the variable is not set.
  [[nodiscard]] std::string variable(const std::string& name) const { return environment(name).value_or(""); }
};

}  // namespace firn
