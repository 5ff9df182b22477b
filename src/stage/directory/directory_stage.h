#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <span>
#include <string>

#include "base/mutex.h"
#include "base/result.h"
#include "model/stage.h"
#include "platform/file_system.h"

namespace firn {

/// A stage in a folder. Each object is a file `<root>/<prefix>/<key>` with its metadata beside it in `<key>.meta.json`
/// (docs/formats/stage.md). The object's name appears last, by a rename that never replaces, when its content and its
/// metadata are durable; so whoever sees the name sees all of it.
/// Keys are relative paths without empty parts, parts that begin with a dot, or `.meta.json` at the end: kInvalidInput.
/// Threads: any. One process puts into a root at a time.
class DirectoryStage final : public Stage {
 public:
  /// `root` is created when the first object is put. `prefix` may be empty.
  DirectoryStage(FileSystem& files, std::string root, std::string prefix);

  Result<PutOutcome> put(const ObjectKey& key, const std::string& path, const ObjectMetadata& metadata) override;
  Result<StagedObject> head(const ObjectKey& key) override;
  Result<StagedObject> fetch(const ObjectKey& key, const std::string& path) override;
  Result<ListPage> list(const std::string& prefix, const ObjectKey& after, std::size_t limit) override;
  Status remove(std::span<const ObjectKey> keys) override;
  [[nodiscard]] std::string location(const ObjectKey& key) const override;

 private:
  struct Walk;

  Result<PutOutcome> put_new(const ObjectKey& key, const std::string& path, const ObjectMetadata& metadata);
  Result<PutOutcome> compare(const ObjectKey& key, const ObjectMetadata& metadata);
  Status walk(Walk& walk, const std::string& folder);
  /// The metadata of an object that is there.
  Result<ObjectMetadata> read_metadata(const ObjectKey& key);

  FileSystem& files_;
  const std::string root_;
  const std::string base_;  ///< root and prefix
  Mutex mutex_;
  std::set<ObjectKey> in_flight_ FIRN_GUARDED_BY(mutex_);  ///< two puts of one key never mix
};

}  // namespace firn
