#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "base/result.h"
#include "model/stage.h"
#include "platform/file_system.h"
#include "stage/s3/s3_client.h"

namespace firn {

/// A stage in a bucket of Amazon S3 or a compatible server. An object is written by one request that fails when its
/// name is taken (`If-None-Match: *`), with its SHA-256 for S3 to compare, and its metadata as `x-amz-meta-firn`, the
/// JSON of docs/formats/stage.md in one line.
class S3Stage final : public Stage {
 public:
  /// `prefix` comes before every key, with a slash between them; it may be empty. `files` must outlive the stage.
  S3Stage(FileSystem& files, std::unique_ptr<S3Client> client, std::string prefix);

  Result<PutOutcome> put(const ObjectKey& key, const std::string& path, const ObjectMetadata& metadata) override;
  Result<StagedObject> head(const ObjectKey& key) override;
  Result<StagedObject> fetch(const ObjectKey& key, const std::string& path) override;
  Result<ListPage> list(const std::string& prefix, const ObjectKey& after, std::size_t limit) override;
  Status remove(std::span<const ObjectKey> keys) override;
  [[nodiscard]] std::string location(const ObjectKey& key) const override;
  [[nodiscard]] std::string weakness() const override;

 private:
  [[nodiscard]] std::string whole(std::string_view key) const { return prefix_ + std::string(key); }
  Result<PutOutcome> compare(const ObjectKey& key, const ObjectMetadata& metadata);

  FileSystem& files_;
  const std::unique_ptr<S3Client> client_;
  const std::string prefix_;  ///< empty, or with a slash at its end
};

}  // namespace firn
