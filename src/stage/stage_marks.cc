#include "stage/stage_marks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

namespace firn {
namespace {

constexpr std::string_view kFolder = "_firn/";
constexpr std::string_view kOwner = "_firn/owner";
constexpr std::size_t kLargestMark = 4096;
constexpr std::size_t kPage = 1000;

/// Digits enough that the order of keys is that of the batches.
std::string mark_key(const RepeaterName& repeater, std::uint64_t number) {
  return fmt::format("{}{}/{:010}", kFolder, repeater.str(), number);
}

std::string mark_content(const Batch& batch) {
  return fmt::format("{{\"batch\":\"{}/{}\",\"cut\":{}}}\n", batch.repeater.str(), batch.directory(),
                     batch.cut.value_or(Position()).value());
}

std::string owner_content(const std::string& instance) { return fmt::format("{{\"instance\":\"{}\"}}\n", instance); }

Error of_another(const std::string& place) {
  return {ErrorKind::kConflict, "take", place, "this place on the stage belongs to another data directory of Firn",
          "give each its own prefix; if that data directory was lost, use a new prefix and a new table"};
}

Error older(const std::string& object, std::string reason) {
  return {
      ErrorKind::kConflict, "check the stage for", object, std::move(reason),
      "the data directory is older than what was staged, or new: bring back the newest copy of data_dir; a repeater "
      "that is to begin anew needs another prefix and another table"};
}

}  // namespace

StageMarks::StageMarks(Stage& stage, FileSystem& files, std::string folder, std::string instance)
    : stage_(stage), files_(files), folder_(std::move(folder)), instance_(std::move(instance)) {}

Result<PutOutcome> StageMarks::put(const ObjectKey& key, const std::string& content, ObjectMetadata metadata) {
  const MutexLock lock(putting_);
  FIRN_TRY(files_.create_directories(folder_));
  std::string name = key.str();
  std::ranges::replace(name, '/', '.');
  const std::string path = join(folder_, name);
  FIRN_TRY(replace_file(files_, path, content));
  metadata.content_digest = sha256(content);
  metadata.file_digest = metadata.content_digest;
  metadata.bytes = content.size();
  metadata.definition = "mark";
  auto outcome = stage_.put(key, path, metadata);
  static_cast<void>(files_.remove(path));  // else the next one of this name replaces it
  return outcome;
}

Status StageMarks::own() {
  const ObjectKey key{std::string(kOwner)};
  const std::string content = owner_content(instance_);
  // Looked at first: a server that does not heed conditions would let us overwrite another's.
  const auto there = stage_.head(key);
  bool is_ours = there && there->metadata.content_digest == sha256(content);
  if (!there && there.error().kind != ErrorKind::kNotFound) {
    return fail(Error(there.error()));
  }
  if (!there) {
    const auto outcome = put(key, content, {});
    if (!outcome && outcome.error().kind != ErrorKind::kConflict) {
      return fail(Error(outcome.error()));
    }
    is_ours = outcome.has_value();
  }
  return is_ours ? Status() : fail(of_another(stage_.location(key)));
}

Result<std::optional<std::string>> StageMarks::owner() {
  const std::string path = join(folder_, "owner.read");
  FIRN_TRY(files_.create_directories(folder_));
  const auto object = stage_.fetch(ObjectKey(std::string(kOwner)), path);
  if (!object && object.error().kind == ErrorKind::kNotFound) {
    return std::nullopt;
  }
  FIRN_TRY(object);
  FIRN_ASSIGN(const std::string text, read_file(files_, path, kLargestMark));
  static_cast<void>(files_.remove(path));
  const std::size_t begin = std::string_view("{\"instance\":\"").size();
  return text.size() < begin ? text : text.substr(begin, text.find('"', begin) - begin);
}

Status StageMarks::leave(const Batch& batch) {
  ObjectMetadata metadata;
  metadata.range = {batch.cut.value_or(Position()), batch.cut.value_or(Position())};
  const std::string key = mark_key(batch.repeater, batch.number);
  const auto outcome = put(ObjectKey(key), mark_content(batch), metadata);
  if (outcome || outcome.error().kind != ErrorKind::kConflict) {
    return outcome ? Status() : fail(Error(outcome.error()));
  }
  return fail(older(batch.repeater.str(), fmt::format("batch {} was closed at another place before ({})", batch.number,
                                                      stage_.location(ObjectKey(key)))));
}

Status StageMarks::check(const RepeaterName& repeater, const std::optional<Batch>& open,
                         std::span<const Chunk> chunks) {
  const std::uint64_t next = open ? open->number : 1;
  FIRN_ASSIGN(const ListPage marks,
              stage_.list(fmt::format("{}{}/", kFolder, repeater.str()), ObjectKey(mark_key(repeater, next - 1)), 1));
  if (!marks.objects.empty()) {
    return fail(older(repeater.str(), fmt::format("{} says that a batch was closed of which the catalog does not know",
                                                  stage_.location(marks.objects.front().key))));
  }
  return check_chunks(repeater.str() + "/" + (open ? open->directory() + "/" : ""), chunks);
}

Status StageMarks::check_chunks(const std::string& prefix, std::span<const Chunk> chunks) {
  ObjectKey after;
  for (bool more = true; more;) {
    FIRN_ASSIGN(const ListPage page, stage_.list(prefix, after, kPage));
    for (const ListedObject& object : page.objects) {
      if (std::ranges::find(chunks, object.key, &Chunk::key) == chunks.end()) {
        return fail(
            older(prefix.substr(0, prefix.find('/')),
                  fmt::format("{} is a chunk of which the catalog does not know", stage_.location(object.key))));
      }
      after = object.key;
    }
    more = page.more;
  }
  return {};
}

}  // namespace firn
