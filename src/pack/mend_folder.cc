#include "pack/mend_folder.h"

#include <string>
#include <string_view>
#include <utility>

#include "base/crash_point.h"
#include "base/result.h"
#include "model/catalog.h"
#include "model/chunk.h"
#include "model/names.h"
#include "platform/file_system.h"

namespace firn {
namespace {

/// What somebody else has done already is done.
Status unless_missing(Status done) { return !done && done.error().kind == ErrorKind::kNotFound ? Status() : done; }

}  // namespace

MendFolder::MendFolder(FileSystem& files, const std::string& data_directory, RepeaterName repeater)
    : files_(files),
      repeater_(std::move(repeater)),
      directory_(join(join(data_directory, "chunks"), repeater_.str())) {}

std::string MendFolder::object_path() const { return join(directory_, "mend.object"); }
std::string MendFolder::open_path() const { return join(directory_, "mend.open"); }

Status MendFolder::create() { return files_.create_directories(directory_); }

Status MendFolder::offer(const ObjectKey& key) {
  FIRN_TRY(files_.rename(open_path(), join(directory_, file_name(key) + std::string(kMended))));
  return files_.sync_directory(directory_);
}

void MendFolder::clean() {
  static_cast<void>(files_.remove(object_path()));
  static_cast<void>(files_.remove(open_path()));
}

Status MendFolder::settle(Catalog& catalog, bool may_show) {
  FIRN_ASSIGN(const auto names, files_.list(directory_));
  for (const std::string& name : names) {
    if (!name.ends_with(kMended)) {
      continue;
    }
    const std::string path = join(directory_, name);
    const std::string_view last_name = std::string_view(name).substr(0, name.size() - kMended.size());
    FIRN_ASSIGN(const bool packed, is_packed(catalog, last_name));
    if (packed) {
      crash_point("mend.after_commit");
      FIRN_TRY(unless_missing(files_.rename(path, join(directory_, last_name))));
    } else if (!may_show) {
      FIRN_TRY(unless_missing(files_.remove(path)));
    }
  }
  return files_.sync_directory(directory_);
}

Result<bool> MendFolder::is_packed(Catalog& catalog, std::string_view name) {
  ChunkFilter filter{.repeater = repeater_, .states = {ChunkState::kPacked}};
  while (true) {
    FIRN_ASSIGN(const auto page, catalog.chunks(filter));
    for (const Chunk& chunk : page) {
      if (file_name(chunk.key) == name) {
        return true;
      }
      filter.after = chunk.id;
    }
    if (page.size() < filter.limit) {
      return false;
    }
  }
}

}  // namespace firn
