#include "pack/chunk_folder.h"

#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/crash_point.h"
#include "base/result.h"
#include "model/catalog.h"
#include "model/chunk.h"
#include "model/names.h"
#include "pack/mend_folder.h"
#include "platform/file_system.h"

namespace firn {
namespace {

constexpr std::string_view kTemporary = ".tmp";
constexpr std::string_view kDamaged = ".damaged";

}  // namespace

ChunkFolder::ChunkFolder(FileSystem& files, const std::string& data_directory, const RepeaterName& repeater)
    : files_(files), directory_(join(join(data_directory, "chunks"), repeater.str())), repeater_(repeater) {}

std::string ChunkFolder::open_path() const { return join(directory_, "open.tmp"); }

Status ChunkFolder::create() { return files_.create_directories(directory_); }

Status ChunkFolder::offer(const ObjectKey& key) {
  const std::string name = file_name(key) + std::string(kTemporary);
  in_doubt_.insert(name);
  FIRN_TRY(files_.rename(open_path(), join(directory_, name)));
  return files_.sync_directory(directory_);
}

Result<std::vector<Chunk>> ChunkFolder::settle(Catalog& catalog) {
  FIRN_ASSIGN(const auto chunks, packed(catalog));
  std::vector<Chunk> missing;
  for (const Chunk& chunk : chunks) {
    FIRN_ASSIGN(const bool named, give_name(catalog, chunk));
    if (!named) {
      missing.push_back(chunk);
    }
  }
  FIRN_TRY(clean(missing));
  FIRN_TRY(files_.sync_directory(directory_));
  return missing;
}

/// Removes what nobody waits for: temporaries, and damaged files whose chunk has a good one.
Status ChunkFolder::clean(const std::vector<Chunk>& missing) {
  std::set<std::string> kept = in_doubt_;
  for (const Chunk& chunk : missing) {
    kept.insert(file_name(chunk.key) + std::string(kDamaged));
  }
  FIRN_ASSIGN(const auto names, files_.list(directory_));
  for (const std::string& name : names) {
    if ((name.ends_with(kTemporary) || name.ends_with(kDamaged)) && !kept.contains(name)) {
      FIRN_TRY(files_.remove(join(directory_, name)));
    }
  }
  return {};
}

Result<bool> ChunkFolder::give_name(Catalog& catalog, const Chunk& chunk) {
  const std::string path = join(directory_, file_name(chunk.key));
  FIRN_ASSIGN(const bool named, files_.exists(path));
  if (named) {
    return true;
  }
  crash_point("pack.before_rename");
  const auto renamed = files_.rename(path + std::string(kTemporary), path);
  crash_point("pack.after_rename");
  if (renamed) {
    return true;
  }
  if (renamed.error().kind != ErrorKind::kNotFound) {
    return fail(Error(renamed.error()));
  }
  const auto mended = files_.rename(path + std::string(kMended), path);
  if (mended || mended.error().kind != ErrorKind::kNotFound) {
    return mended ? Result<bool>(true) : fail(Error(mended.error()));
  }
  // Mend may have been quicker.
  FIRN_ASSIGN(const bool named_now, files_.exists(path));
  if (named_now) {
    return true;
  }
  // The chunk may have been staged and its file removed since the catalog was asked.
  FIRN_ASSIGN(const auto again, catalog.chunks({repeater_, {ChunkState::kPacked}, {}, 1, chunk.id - 1}));
  return again.empty() || again.front().id != chunk.id;
}

Result<ChunkFolder::Waiting> ChunkFolder::waiting(Catalog& catalog) {
  FIRN_ASSIGN(const auto chunks, packed(catalog));
  Waiting waiting;
  waiting.packed = chunks.size();
  for (const Chunk& chunk : chunks) {
    const std::string path = join(directory_, file_name(chunk.key));
    FIRN_ASSIGN(const bool named, files_.exists(path));
    FIRN_ASSIGN(const bool there, named ? Result<bool>(true) : files_.exists(path + std::string(kMended)));
    waiting.without_file += there ? 0U : 1U;
  }
  return waiting;
}

Result<std::vector<Chunk>> ChunkFolder::packed(Catalog& catalog) {
  ChunkFilter filter;
  filter.repeater = repeater_;
  filter.states = {ChunkState::kPacked};
  std::vector<Chunk> all;
  bool more = true;
  while (more) {
    FIRN_ASSIGN(auto page, catalog.chunks(filter));
    more = page.size() == filter.limit;  // most often there is one page, and it is asked for at each idle turn
    filter.after = page.empty() ? filter.after : page.back().id;
    all.insert(all.end(), std::make_move_iterator(page.begin()), std::make_move_iterator(page.end()));
  }
  return all;
}

}  // namespace firn
