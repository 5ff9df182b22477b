#include "stage/stage_probe.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/digest.h"

namespace firn {
namespace {

constexpr std::string_view kContent = "Firn was here, and cleans up after itself.\n";

Result<PutOutcome> write(Stage& stage, FileSystem& files, const std::string& path, const ObjectKey& key) {
  FIRN_TRY(replace_file(files, path, kContent));
  ObjectMetadata metadata;
  metadata.bytes = kContent.size();
  metadata.file_digest = sha256(kContent);
  metadata.content_digest = metadata.file_digest;
  metadata.definition = "probe";
  return stage.put(key, path, metadata);
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
  const ObjectKey key(name);
  const std::string path = join(folder, "probe");
  std::vector<ProbeResult> results = {result_of("write", write(stage, files, path, key))};
  if (!results.front().error) {
    results.push_back(result_of("look at", stage.head(key)));
    results.push_back(result_of("list", list(stage, key)));
    results.push_back(result_of("read", stage.fetch(key, path)));
    results.push_back(result_of("remove", stage.remove(std::span(&key, 1))));
  }
  static_cast<void>(files.remove(path));  // the folder is temporary
  return results;
}

}  // namespace firn
