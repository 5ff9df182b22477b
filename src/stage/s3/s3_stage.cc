#include "stage/s3/s3_stage.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "stage/object_metadata.h"

namespace firn {
namespace {

constexpr std::size_t kKeysOfARequest = 1000;
constexpr std::size_t kPiece = 1U << 20U;

Error error_of(ErrorKind kind, std::string operation, const ObjectKey& key, std::string reason) {
  return {kind, std::move(operation), key.str(), std::move(reason), {}};
}

Error not_what_was_packed(const std::string& path) {
  return {ErrorKind::kDamaged, "stage", path, "the file is not what was packed", {}};
}

/// Of the whole file; nothing when it has another size.
Result<std::optional<Sha256>> digest_of(File& file, std::uint64_t bytes) {
  FIRN_ASSIGN(const std::uint64_t size, file.size());
  if (size != bytes) {
    return std::nullopt;
  }
  Sha256Hasher hasher;
  for (std::uint64_t at = 0; at < bytes;) {
    FIRN_ASSIGN(const std::string piece, file.read_at(at, kPiece));
    if (piece.empty()) {
      return std::nullopt;
    }
    hasher.update(piece);
    at += piece.size();
  }
  return hasher.finish();
}

/// S3 refused a digest: the file is damaged, or its bytes were changed on the way.
Error where_damaged(File& file, const std::string& path, const ObjectMetadata& metadata, Error refusal) {
  const auto digest = digest_of(file, metadata.bytes);
  if (!digest) {
    return digest.error();
  }
  if (*digest != metadata.file_digest) {
    return not_what_was_packed(path);
  }
  refusal.kind = ErrorKind::kUnavailable;
  refusal.hint = "the file is good: something on the way to S3 changes bytes";
  return refusal;
}

/// What S3 says of an object, read as what Firn keeps with one.
Result<StagedObject> described(const ObjectKey& key, const S3Object& object) {
  auto metadata = decode_metadata(object.metadata);
  if (!metadata) {
    return fail(error_of(ErrorKind::kDamaged, "look at", key, "its metadata is missing or not readable"));
  }
  if (object.bytes != metadata->bytes) {
    return fail(error_of(ErrorKind::kDamaged, "look at", key,
                         fmt::format("the object has {} bytes, its metadata says {}", object.bytes, metadata->bytes)));
  }
  return StagedObject{key, *std::move(metadata)};
}

/// The metadata in one line, as a header carries it.
std::string in_one_line(const ObjectMetadata& metadata) {
  std::string text = encode_metadata(metadata);
  text.pop_back();
  return text;
}

}  // namespace

S3Stage::S3Stage(FileSystem& files, std::unique_ptr<S3Client> client, std::string prefix)
    : files_(files), client_(std::move(client)), prefix_(prefix.empty() ? "" : std::move(prefix) + "/") {}

std::string S3Stage::location(const ObjectKey& key) const { return client_->location(whole(key.str())); }

Result<PutOutcome> S3Stage::put(const ObjectKey& key, const std::string& path, const ObjectMetadata& metadata) {
  if (key.empty()) {
    return fail(error_of(ErrorKind::kInvalidInput, "stage", key, "a name is needed"));
  }
  FIRN_ASSIGN(const auto file, files_.open(path));
  FIRN_ASSIGN(const std::uint64_t size, file->size());
  if (size != metadata.bytes) {
    return fail(not_what_was_packed(path));
  }
  const Status done =
      client_->put(whole(key.str()), {file.get(), metadata.bytes, metadata.file_digest, in_one_line(metadata)});
  if (done) {
    return PutOutcome::kCreated;
  }
  const Error& error = done.error();
  if (error.kind == ErrorKind::kAlreadyExists) {
    return compare(key, metadata);
  }
  if (error.kind == ErrorKind::kDamaged) {
    return fail(where_damaged(*file, path, metadata, error));
  }
  if (error.kind == ErrorKind::kUnavailable) {
    // The answer may have been lost; also the one that says that the name is taken.
    if (auto there = compare_objects(key, head(key), metadata)) {
      return there;
    }
  }
  return fail(Error(error));
}

Result<PutOutcome> S3Stage::compare(const ObjectKey& key, const ObjectMetadata& metadata) {
  const auto there = head(key);
  if (!there && there.error().kind == ErrorKind::kNotFound) {
    return fail(error_of(ErrorKind::kBusy, "stage", key, "its name was taken, and is free again"));
  }
  return compare_objects(key, there, metadata);
}

Result<StagedObject> S3Stage::head(const ObjectKey& key) {
  FIRN_ASSIGN(const S3Object object, client_->head(whole(key.str())));
  return described(key, object);
}

Result<StagedObject> S3Stage::fetch(const ObjectKey& key, const std::string& path) {
  FIRN_ASSIGN(const auto file, files_.create_or_truncate(path));
  FIRN_ASSIGN(const S3Object got, client_->get(whole(key.str()), *file));
  FIRN_ASSIGN(StagedObject object, described(key, got));
  FIRN_ASSIGN(const auto digest, digest_of(*file, object.metadata.bytes));
  if (digest != object.metadata.file_digest) {
    return fail(error_of(ErrorKind::kDamaged, "read", key, "what came is not what its metadata says"));
  }
  return object;
}

std::string S3Stage::weakness() const {
  return client_->is_write_once()
             ? ""
             : "this server does not know conditional writes (If-None-Match): each object is looked "
               "for before it is written, so nothing else may write under this prefix";
}

Result<ListPage> S3Stage::list(const std::string& prefix, const ObjectKey& after, std::size_t limit) {
  FIRN_ASSIGN(const S3Listing listing, client_->list(whole(prefix), after.empty() ? "" : whole(after.str()), limit));
  ListPage page;
  page.more = listing.more && !listing.entries.empty();
  for (const auto& [key, bytes] : listing.entries) {
    page.objects.push_back({ObjectKey(key.substr(prefix_.size())), bytes});
  }
  return page;
}

Status S3Stage::remove(std::span<const ObjectKey> keys) {
  while (!keys.empty()) {
    const auto part = keys.first(std::min(keys.size(), kKeysOfARequest));
    std::vector<std::string> names;
    std::ranges::transform(part, std::back_inserter(names), [&](const ObjectKey& key) { return whole(key.str()); });
    FIRN_TRY(client_->remove(names));
    keys = keys.subspan(part.size());
  }
  return {};
}

}  // namespace firn
