#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>

#include "base/error.h"
#include "base/mutex.h"
#include "model/stage.h"
#include "platform/file_system.h"

namespace firn {

/// A stage in memory with the rules of the real ones. What was put stays for the life of the object. Threads: any.
class MemoryStage final : public Stage {
 public:
  /// Files are read through `files`.
  explicit MemoryStage(FileSystem& files) : files_(files) {}

  /// The next call fails with this error, without effect.
  void fail_next(Error error);
  /// The content of an object; nothing when there is none.
  [[nodiscard]] std::optional<std::string> content(const ObjectKey& key);
  [[nodiscard]] std::size_t objects();

  Result<PutOutcome> put(const ObjectKey& key, const std::string& path, const ObjectMetadata& metadata) override;
  Result<StagedObject> head(const ObjectKey& key) override;
  Result<StagedObject> fetch(const ObjectKey& key, const std::string& path) override;
  Result<ListPage> list(const std::string& prefix, const ObjectKey& after, std::size_t limit) override;
  Status remove(std::span<const ObjectKey> keys) override;
  [[nodiscard]] std::string location(const ObjectKey& key) const override { return "memory:" + key.str(); }

 private:
  struct Object {
    std::string bytes;
    ObjectMetadata metadata;
  };

  Status fault() FIRN_REQUIRES(mutex_);

  FileSystem& files_;
  Mutex mutex_;
  std::map<ObjectKey, Object> objects_ FIRN_GUARDED_BY(mutex_);
  std::optional<Error> fault_ FIRN_GUARDED_BY(mutex_);
};

}  // namespace firn
