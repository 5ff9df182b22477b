#include "stage/stage_probe.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/digest.h"

namespace firn {
namespace {

constexpr std::string_view kContent = "Firn was here, and cleans up after itself.\n";
constexpr std::string_view kOther = "This must not take its place.\n";

struct Place {
  Stage& stage;
  FileSystem& files;
  std::string path;  ///< of a temporary file
  ObjectKey key;
};

Result<PutOutcome> write(const Place& place, std::string_view content) {
  FIRN_TRY(replace_file(place.files, place.path, content));
  ObjectMetadata metadata;
  metadata.bytes = content.size();
  metadata.file_digest = sha256(content);
  metadata.content_digest = metadata.file_digest;
  metadata.definition = "probe";
  return place.stage.put(place.key, place.path, metadata);
}

/// Some servers take the condition and do not heed it.
Status write_once(const Place& place) {
  const auto again = write(place, kOther);
  if (!again && again.error().kind == ErrorKind::kConflict) {
    return {};
  }
  return fail(again ? Error{ErrorKind::kConfiguration, "write once", place.key.str(),
                            "it was overwritten, although the server was asked not to (If-None-Match)",
                            "this server cannot be a stage; a newer version may"}
                    : again.error());
}

Status list(Stage& stage, const ObjectKey& key) {
  FIRN_ASSIGN(const ListPage page, stage.list(key.str(), {}, 1));
  if (page.objects.empty() || page.objects.front().key != key) {
    return fail(Error{ErrorKind::kUnavailable, "list", key.str(), "what was just written is not listed", ""});
  }
  return {};
}

template <typename T>
ProbeResult result_of(std::string action, const Result<T>& result) {
  return {std::move(action), result ? std::nullopt : std::optional(result.error())};
}

}  // namespace

std::vector<ProbeResult> probe_stage(Stage& stage, FileSystem& files, const std::string& folder,
                                     const std::string& name) {
  const Place place{stage, files, join(folder, "probe"), ObjectKey(name)};
  std::vector<ProbeResult> results = {result_of("write", write(place, kContent))};
  if (!results.front().error) {
    results.push_back(result_of("write once", write_once(place)));
    results.push_back(result_of("look at", stage.head(place.key)));
    results.push_back(result_of("list", list(stage, place.key)));
    results.push_back(result_of("read", stage.fetch(place.key, place.path)));
    results.push_back(result_of("remove", stage.remove(std::span(&place.key, 1))));
  }
  static_cast<void>(files.remove(place.path));  // the folder is temporary
  return results;
}

}  // namespace firn
