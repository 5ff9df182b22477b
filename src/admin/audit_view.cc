#include "admin/audit_view.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "admin/find_line.h"
#include "admin/json.h"
#include "model/catalog.h"
#include "model/chunk.h"
#include "model/table.h"
#include "pipeline/repeater_line.h"

namespace firn {
namespace {

using boost::json::array;
using boost::json::object;

bool should_be_there(const Chunk& chunk) {
  return chunk.state == ChunkState::kLoaded || chunk.state == ChunkState::kPurged;
}

object difference(const std::string& file, std::string_view state, std::uint64_t manifest, std::uint64_t table) {
  return {{"file", file}, {"state", state}, {"manifest_rows", manifest}, {"table_rows", table}};
}

}  // namespace

Result<object> audit(Daemon& daemon, const AuditWish& wish) {
  FIRN_ASSIGN(RepeaterLine * line, find_line(daemon, wish.repeater));
  Loader* loader = line->loader();
  if (loader == nullptr) {
    return fail(Error{ErrorKind::kInvalidInput, "audit", wish.repeater, "its documents make no rows", ""});
  }
  const std::string prefix = line->name().str() + "/" + (wish.period.empty() ? "" : wish.period + "/");
  FIRN_ASSIGN(const auto counted, loader->rows_by_file(table_of(line->config().kind, line->config().table), prefix));
  std::map<ObjectKey, std::uint64_t> there;
  for (const FileRows& file : counted) {
    there[file.key] = file.rows;
  }
  FIRN_ASSIGN(const auto chunks, daemon.catalog().chunks({.repeater = line->name(), .limit = kEverything}));
  array differences;
  std::uint64_t files = 0;
  std::uint64_t rows = 0;
  for (const Chunk& chunk : chunks) {
    if (!chunk.key.str().starts_with(prefix)) {
      continue;
    }
    const std::uint64_t wanted = should_be_there(chunk) ? chunk.rows : 0;
    const auto found = there.find(chunk.key);
    const std::uint64_t have = found == there.end() ? 0 : found->second;
    files += wanted > 0 ? 1U : 0U;
    rows += wanted;
    if (wanted != have) {
      differences.push_back(difference(chunk.key.str(), to_string(chunk.state), chunk.rows, have));
    }
    there.erase(chunk.key);
  }
  for (const auto& [key, have] : there) {
    differences.push_back(difference(key.str(), "unknown", 0, have));
  }
  return object{{"repeater", line->name().str()},
                {"period", wish.period},
                {"files", files},
                {"rows", rows},
                {"differences", std::move(differences)}};
}

}  // namespace firn
