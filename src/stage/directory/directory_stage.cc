#include "stage/directory/directory_stage.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "stage/object_metadata.h"

namespace firn {
namespace {

constexpr std::string_view kSidecar = ".meta.json";
constexpr std::string_view kTemporary = ".tmp";
constexpr std::size_t kSidecarLimit = 64U << 10U;
constexpr std::size_t kPiece = 1U << 20U;

Error error_of(ErrorKind kind, std::string operation, const ObjectKey& key, std::string reason) {
  return {kind, std::move(operation), key.str(), std::move(reason), {}};
}

bool is_good_part(std::string_view part) {
  return !part.empty() && part.front() != '.' && part.find('\0') == std::string_view::npos;
}

Status check_key(const ObjectKey& key) {
  std::string_view rest = key.str();
  bool good = !rest.ends_with(kSidecar);
  for (auto slash = rest.find('/'); good && slash != std::string_view::npos; slash = rest.find('/')) {
    good = is_good_part(rest.substr(0, slash));
    rest.remove_prefix(slash + 1);
  }
  if (good && is_good_part(rest)) {
    return {};
  }
  return fail(error_of(ErrorKind::kInvalidInput, "stage", key, "not a name that an object may have"));
}

/// Copies and gives the digest of what was read; the target is durable, its name is not.
struct Copied {
  std::uint64_t bytes = 0;
  Sha256 digest{};
};

Result<Copied> copy(FileSystem& files, const std::string& from, const std::string& to) {
  FIRN_ASSIGN(const auto source, files.open(from));
  FIRN_ASSIGN(const auto target, files.create_or_truncate(to));
  Copied copied;
  Sha256Hasher hasher;
  while (true) {
    FIRN_ASSIGN(const std::string piece, source->read_at(copied.bytes, kPiece));
    if (piece.empty()) {
      break;
    }
    hasher.update(piece);
    copied.bytes += piece.size();
    FIRN_TRY(target->append(piece));
  }
  FIRN_TRY(target->sync());
  copied.digest = hasher.finish();
  return copied;
}

/// kDamaged when the file is not what the metadata says.
Status copy_checked(FileSystem& files, const std::string& from, const std::string& to, const ObjectMetadata& metadata) {
  FIRN_ASSIGN(const Copied copied, copy(files, from, to));
  if (copied.bytes == metadata.bytes && copied.digest == metadata.file_digest) {
    return {};
  }
  return fail(Error{ErrorKind::kDamaged,
                    "stage",
                    from,
                    fmt::format("the file is not what was packed: {} bytes with SHA-256 {}, not {} with {}",
                                copied.bytes, to_hex(copied.digest), metadata.bytes, to_hex(metadata.file_digest)),
                    {}});
}

/// Success also when the thing is not there.
Status unless_missing(Status status) {
  return !status && status.error().kind == ErrorKind::kNotFound ? Status() : std::move(status);
}

}  // namespace

DirectoryStage::DirectoryStage(FileSystem& files, std::string root, std::string prefix)
    : files_(files), root_(std::move(root)), base_(prefix.empty() ? root_ : join(root_, prefix)) {}

std::string DirectoryStage::location(const ObjectKey& key) const { return join(base_, key.str()); }

Result<PutOutcome> DirectoryStage::put(const ObjectKey& key, const std::string& path, const ObjectMetadata& metadata) {
  FIRN_TRY(check_key(key));
  {
    const MutexLock lock(mutex_);
    if (!in_flight_.insert(key).second) {
      return fail(error_of(ErrorKind::kBusy, "stage", key, "it is being put by another thread"));
    }
  }
  auto outcome = put_new(key, path, metadata);
  const MutexLock lock(mutex_);
  in_flight_.erase(key);
  return outcome;
}

Result<PutOutcome> DirectoryStage::put_new(const ObjectKey& key, const std::string& path,
                                           const ObjectMetadata& metadata) {
  const std::string target = location(key);
  FIRN_ASSIGN(const bool there, files_.exists(target));
  if (there) {
    return compare(key, metadata);
  }
  const std::string folder = parent_directory(target);
  FIRN_TRY(files_.create_directories(join(root_, kTemporary)));
  FIRN_TRY(files_.create_directories(folder));
  // The same name for the same key: what a crash leaves is overwritten by the repetition.
  const std::string temporary = join(join(root_, kTemporary), to_hex(sha256(target)));
  if (auto copied = copy_checked(files_, path, temporary, metadata); !copied) {
    static_cast<void>(files_.remove(temporary));  // gives its room back; the first error is the one worth reporting
    return fail(std::move(copied).error());
  }
  FIRN_TRY(replace_file(files_, target + std::string(kSidecar), encode_metadata(metadata)));
  const auto named = files_.rename_no_replace(temporary, target);
  if (!named && named.error().kind == ErrorKind::kAlreadyExists) {
    return compare(key, metadata);
  }
  FIRN_TRY(named);
  FIRN_TRY(files_.sync_directory(folder));
  return PutOutcome::kCreated;
}

Result<PutOutcome> DirectoryStage::compare(const ObjectKey& key, const ObjectMetadata& metadata) {
  FIRN_ASSIGN(const PutOutcome outcome, compare_objects(key, head(key), metadata));
  // An earlier put may have been cut off between the rename and its sync.
  FIRN_TRY(files_.sync_directory(parent_directory(location(key))));
  return outcome;
}

Result<StagedObject> DirectoryStage::head(const ObjectKey& key) {
  FIRN_TRY(check_key(key));
  FIRN_ASSIGN(const auto file, files_.open(location(key)));
  FIRN_ASSIGN(ObjectMetadata metadata, read_metadata(key));
  FIRN_ASSIGN(const std::uint64_t size, file->size());
  if (size != metadata.bytes) {
    return fail(error_of(ErrorKind::kDamaged, "look at", key,
                         fmt::format("the object has {} bytes, its metadata says {}", size, metadata.bytes)));
  }
  return StagedObject{key, std::move(metadata)};
}

Result<StagedObject> DirectoryStage::fetch(const ObjectKey& key, const std::string& path) {
  FIRN_ASSIGN(StagedObject object, head(key));
  FIRN_TRY(copy_checked(files_, location(key), path, object.metadata));
  return object;
}

Result<ObjectMetadata> DirectoryStage::read_metadata(const ObjectKey& key) {
  auto text = read_file(files_, location(key) + std::string(kSidecar), kSidecarLimit);
  if (!text) {
    const bool missing = text.error().kind == ErrorKind::kNotFound;
    return missing ? fail(error_of(ErrorKind::kDamaged, "look at", key, "its metadata file is missing"))
                   : fail(std::move(text));
  }
  auto metadata = decode_metadata(*text);
  if (!metadata) {
    return fail(error_of(ErrorKind::kDamaged, "look at", key, "its metadata file is not readable"));
  }
  return metadata;
}

struct DirectoryStage::Walk {
  const std::string& prefix;
  const std::string& after;
  std::size_t limit = 0;
  ListPage page;

  /// True when keys under `folder` (empty or ending with a slash) can be in the page.
  [[nodiscard]] bool may_hold(const std::string& folder) const {
    return (folder.starts_with(prefix) || prefix.starts_with(folder)) && (folder > after || after.starts_with(folder));
  }
  [[nodiscard]] bool wants(const std::string& key) const { return key.starts_with(prefix) && key > after; }
};

namespace {

/// What the names in one folder stand for, in the order that their keys have: a folder's name ends with a slash.
std::vector<std::string> entries_of(const std::vector<std::string>& names) {
  const std::set<std::string_view> present(names.begin(), names.end());
  std::vector<std::string> entries;
  for (const std::string& name : names) {
    if (name.starts_with('.') || name.ends_with(kSidecar)) {
      continue;
    }
    const bool object = present.contains(name + std::string(kSidecar));
    entries.push_back(object ? name : name + "/");
  }
  std::ranges::sort(entries);
  return entries;
}

}  // namespace

Status DirectoryStage::walk(Walk& walk, const std::string& folder) {
  const std::string path = folder.empty() ? base_ : join(base_, folder.substr(0, folder.size() - 1));
  auto names = files_.list(path);
  if (!names) {
    // A file without metadata was not put by us; anything else is a folder that cannot be read.
    const bool foreign = names.error().kind == ErrorKind::kNotFound || files_.open(path).has_value();
    return foreign ? Status() : fail(std::move(names));
  }
  for (const std::string& entry : entries_of(*names)) {
    const std::string key = folder + entry;
    if (walk.page.more) {
      break;
    }
    if (entry.ends_with('/')) {
      if (walk.may_hold(key)) {
        FIRN_TRY(this->walk(walk, key));
      }
    } else if (walk.wants(key)) {
      walk.page.more = walk.page.objects.size() == walk.limit;
      if (!walk.page.more) {
        auto object = head(ObjectKey(key));
        FIRN_TRY(unless_missing(object ? Status() : Status(fail(object.error()))));
        if (object) {  // it may have been removed meanwhile
          walk.page.objects.push_back({std::move(object->key), object->metadata.bytes});
        }
      }
    }
  }
  return {};
}

Result<ListPage> DirectoryStage::list(const std::string& prefix, const ObjectKey& after, std::size_t limit) {
  Walk found{prefix, after.str(), limit, {}};
  FIRN_TRY(walk(found, ""));
  return std::move(found.page);
}

Status DirectoryStage::remove(std::span<const ObjectKey> keys) {
  for (const ObjectKey& key : keys) {
    FIRN_TRY(check_key(key));
  }
  // Objects first, durably: metadata without an object is no object, an object without metadata would be damage.
  for (const std::string_view suffix : {std::string_view(), kSidecar}) {
    std::set<std::string> folders;
    for (const ObjectKey& key : keys) {
      FIRN_TRY(unless_missing(files_.remove(location(key) + std::string(suffix))));
      folders.insert(parent_directory(location(key)));
    }
    for (const std::string& folder : folders) {
      FIRN_TRY(unless_missing(files_.sync_directory(folder)));
    }
  }
  return {};
}

}  // namespace firn
