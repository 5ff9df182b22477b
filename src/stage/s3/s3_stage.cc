#include "stage/s3/s3_stage.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "stage/object_metadata.h"

namespace firn {
namespace {

constexpr std::size_t kKeysOfARequest = 1000;

Error error_of(ErrorKind kind, std::string operation, const ObjectKey& key, std::string reason) {
  return {kind, std::move(operation), key.str(), std::move(reason), {}};
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
  FIRN_ASSIGN(const auto file, files_.open(path));
  FIRN_ASSIGN(const std::uint64_t size, file->size());
  if (size != metadata.bytes) {
    return fail(Error{ErrorKind::kDamaged,
                      "stage",
                      path,
                      fmt::format("the file is not what was packed: {} bytes, not {}", size, metadata.bytes),
                      {}});
  }
  const Status done =
      client_->put(whole(key.str()), {file.get(), metadata.bytes, metadata.file_digest, in_one_line(metadata)});
  if (done) {
    return PutOutcome::kCreated;
  }
  if (done.error().kind != ErrorKind::kAlreadyExists) {
    return fail(Error(done.error()));
  }
  return compare(key, metadata);
}

Result<PutOutcome> S3Stage::compare(const ObjectKey& key, const ObjectMetadata& metadata) {
  FIRN_ASSIGN(const StagedObject object, head(key));
  if (object.metadata.content_digest == metadata.content_digest) {
    return PutOutcome::kAlreadyThere;
  }
  return fail(error_of(ErrorKind::kConflict, "stage", key,
                       fmt::format("an object of this name holds other content: SHA-256 {}, not {}",
                                   to_hex(object.metadata.content_digest), to_hex(metadata.content_digest))));
}

Result<StagedObject> S3Stage::head(const ObjectKey& key) {
  FIRN_ASSIGN(const S3Object object, client_->head(whole(key.str())));
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

Result<ListPage> S3Stage::list(const std::string& prefix, const ObjectKey& after, std::size_t limit) {
  FIRN_ASSIGN(const S3Listing listing, client_->list(whole(prefix), after.empty() ? "" : whole(after.str()), limit));
  ListPage page;
  page.more = listing.more;
  for (const std::string& key : listing.keys) {
    FIRN_ASSIGN(StagedObject object, head(ObjectKey(key.substr(prefix_.size()))));
    page.objects.push_back(std::move(object));
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
