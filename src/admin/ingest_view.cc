#include "admin/ingest_view.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string>
#include <utility>
#include <vector>

#include "admin/json.h"
#include "base/result.h"
#include "model/batch.h"
#include "model/catalog.h"
#include "pipeline/daemon.h"
#include "pipeline/repeater_line.h"

namespace firn {
namespace {

using boost::json::array;
using boost::json::object;

object batch_object(const Batch& batch) {
  return {{"id", batch.id},
          {"repeater", batch.repeater.str()},
          {"period", batch.period},
          {"number", batch.number},
          {"state", to_string(batch.state)},
          {"opened_at", format_iso8601(batch.opened_at)},
          {"closed_at", json_time(batch.closed_at)},
          {"submitted_at", json_time(batch.submitted_at)},
          {"loaded_at", json_time(batch.loaded_at)}};
}

Status check_repeater(Daemon& daemon, const std::string& repeater) {
  const RepeaterLine* line = repeater.empty() ? nullptr : daemon.line(RepeaterName(repeater));
  if (repeater.empty() || (line != nullptr && line->makes_rows())) {
    return {};
  }
  const bool known = line != nullptr;
  return fail(
      Error{known ? ErrorKind::kInvalidInput : ErrorKind::kNotFound, "ingest", repeater,
            known ? "its documents make no rows: each is a request to fetch something" : "there is no such repeater",
            known ? "`firn status` shows how many wait" : "see `firn status`"});
}

/// Adds the repeater's batches that are to be loaded.
Status ingest_one(Daemon& daemon, RepeaterLine& line, array& batches) {
  FIRN_TRY(line.trigger_now());
  FIRN_ASSIGN(const auto unfinished, daemon.catalog().batches({.repeater = line.name(),
                                                               .states = {BatchState::kClosing, BatchState::kSubmitted},
                                                               .limit = kEverything}));
  for (const Batch& batch : unfinished) {
    batches.push_back(batch_object(batch));
  }
  daemon.scheduler().retry_now(line.name());
  return {};
}

}  // namespace

Result<object> ingest(Daemon& daemon, const std::string& repeater) {
  FIRN_TRY(check_repeater(daemon, repeater));
  array batches;
  array failures;
  for (const auto& line : daemon.lines()) {
    if (!line->makes_rows() || (!repeater.empty() && line->name().str() != repeater)) {
      continue;
    }
    Status begun = ingest_one(daemon, *line, batches);
    if (!begun && !repeater.empty()) {
      return fail(std::move(begun).error());
    }
    if (!begun) {
      // One that cannot is no reason to leave out the others.
      failures.push_back(object{{"repeater", line->name().str()}, {"message", begun.error().message()}});
    }
  }
  return object{{"batches", std::move(batches)}, {"failures", std::move(failures)}};
}

Result<object> batch_view(Daemon& daemon, BatchId id) {
  FIRN_ASSIGN(const auto found, daemon.catalog().batches({.limit = 1, .after = id - 1}));
  if (found.empty() || found.front().id != id) {
    return fail(Error{ErrorKind::kNotFound, "show batch", std::to_string(id), "there is no such batch", ""});
  }
  FIRN_ASSIGN(const auto chunks, daemon.catalog().chunks({.batch = id, .limit = kEverything}));
  array list;
  for (const Chunk& chunk : chunks) {
    list.push_back(object{{"key", chunk.key.str()},
                          {"state", to_string(chunk.state)},
                          {"rows", chunk.rows},
                          {"bytes_uncompressed", chunk.bytes_uncompressed},
                          {"bytes_compressed", chunk.bytes_compressed},
                          {"reason", json_text_or_null(chunk.reason)}});
  }
  object out = batch_object(found.front());
  out["chunks"] = std::move(list);
  return out;
}

}  // namespace firn
