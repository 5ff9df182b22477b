#include "tests/support/memory_stage.h"

#include <string>
#include <utility>

#include "base/digest.h"

namespace firn {
namespace {

constexpr std::size_t kLargestFile = 1U << 30U;

Error error_of(ErrorKind kind, const ObjectKey& key, std::string reason) {
  return {kind, "stage", key.str(), std::move(reason), {}};
}

}  // namespace

void MemoryStage::fail_next(Error error) {
  const MutexLock lock(mutex_);
  fault_ = std::move(error);
}

std::optional<std::string> MemoryStage::content(const ObjectKey& key) {
  const MutexLock lock(mutex_);
  const auto found = objects_.find(key);
  return found == objects_.end() ? std::nullopt : std::optional(found->second.bytes);
}

std::size_t MemoryStage::objects() {
  const MutexLock lock(mutex_);
  return objects_.size();
}

Status MemoryStage::fault() { return fault_ ? Status(fail(*std::exchange(fault_, std::nullopt))) : Status(); }

Result<PutOutcome> MemoryStage::put(const ObjectKey& key, const std::string& path, const ObjectMetadata& metadata) {
  const MutexLock lock(mutex_);
  FIRN_TRY(fault());
  if (const auto found = objects_.find(key); found != objects_.end()) {
    if (found->second.metadata.content_digest == metadata.content_digest) {
      return PutOutcome::kAlreadyThere;
    }
    return fail(error_of(ErrorKind::kConflict, key, "an object of this name holds other content"));
  }
  FIRN_ASSIGN(std::string bytes, read_file(files_, path, kLargestFile));
  if (bytes.size() != metadata.bytes || sha256(bytes) != metadata.file_digest) {
    return fail(error_of(ErrorKind::kDamaged, key, "the file is not what was packed"));
  }
  objects_[key] = {std::move(bytes), metadata};
  return PutOutcome::kCreated;
}

Result<StagedObject> MemoryStage::head(const ObjectKey& key) {
  const MutexLock lock(mutex_);
  FIRN_TRY(fault());
  const auto found = objects_.find(key);
  if (found == objects_.end()) {
    return fail(error_of(ErrorKind::kNotFound, key, "there is no such object"));
  }
  return StagedObject{key, found->second.metadata};
}

Result<StagedObject> MemoryStage::fetch(const ObjectKey& key, const std::string& path) {
  FIRN_ASSIGN(StagedObject object, head(key));
  FIRN_ASSIGN(const auto file, files_.create_or_truncate(path));
  FIRN_TRY(file->append(content(key).value_or("")));
  return object;
}

Result<ListPage> MemoryStage::list(const std::string& prefix, const ObjectKey& after, std::size_t limit) {
  const MutexLock lock(mutex_);
  FIRN_TRY(fault());
  ListPage page;
  for (auto next = objects_.upper_bound(after); next != objects_.end() && !page.more; ++next) {
    if (next->first.str().starts_with(prefix)) {
      page.more = page.objects.size() == limit;
      if (!page.more) {
        page.objects.push_back({next->first, next->second.metadata.bytes});
      }
    }
  }
  return page;
}

Status MemoryStage::remove(std::span<const ObjectKey> keys) {
  const MutexLock lock(mutex_);
  FIRN_TRY(fault());
  for (const ObjectKey& key : keys) {
    objects_.erase(key);
  }
  return {};
}

}  // namespace firn
