#include "admin/stage_view.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "admin/find_line.h"
#include "admin/json.h"
#include "model/catalog.h"
#include "model/chunk.h"
#include "model/stage.h"
#include "pipeline/repeater_line.h"

namespace firn {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

constexpr std::size_t kPage = 1000;

using Known = std::map<ObjectKey, Chunk>;

Result<Known> known_chunks(Catalog& catalog, const RepeaterName& repeater) {
  FIRN_ASSIGN(auto chunks, catalog.chunks({.repeater = repeater, .limit = kEverything}));
  Known known;
  for (Chunk& chunk : chunks) {
    ObjectKey key = chunk.key;
    known.emplace(std::move(key), std::move(chunk));
  }
  return known;
}

object known_object(const Chunk& chunk) {
  return {{"state", to_string(chunk.state)},
          {"rows", chunk.rows},
          {"first", json_position(chunk.range.first)},
          {"last", json_position(chunk.range.last)},
          {"staged_at", json_time(chunk.staged_at)}};
}

/// What the object says of itself; one that is not Firn's says nothing.
object unknown_object(Stage& stage, const ObjectKey& key) {
  object out{{"state", nullptr}, {"rows", nullptr}, {"first", nullptr}, {"last", nullptr}, {"staged_at", nullptr}};
  if (const auto found = stage.head(key)) {
    out["rows"] = found->metadata.rows;
    out["first"] = json_position(found->metadata.range.first);
    out["last"] = json_position(found->metadata.range.last);
  }
  return out;
}

}  // namespace

Result<object> stage_list(Daemon& daemon, const StageWish& wish) {
  FIRN_ASSIGN(RepeaterLine * line, find_line(daemon, wish.repeater));
  Stage* stage = line->stage();
  if (stage == nullptr) {
    return fail(Error{ErrorKind::kInvalidInput, "list the stage of", wish.repeater, "its documents make no rows", ""});
  }
  FIRN_ASSIGN(const Known known, known_chunks(daemon.catalog(), line->name()));
  FIRN_ASSIGN(const ListPage page, stage->list(line->name().str() + "/", ObjectKey(wish.after), kPage));
  array objects;
  for (const auto& [key, bytes] : page.objects) {
    const auto chunk = known.find(key);
    object out = chunk == known.end() ? unknown_object(*stage, key) : known_object(chunk->second);
    out["key"] = key.str();
    out["bytes"] = bytes;
    objects.push_back(std::move(out));
  }
  return object{{"repeater", line->name().str()},
                {"place", stage->location(ObjectKey(line->name().str() + "/"))},
                {"objects", std::move(objects)},
                {"more", page.more}};
}

}  // namespace firn
