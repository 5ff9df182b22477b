#include "admin/quarantine_view.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <future>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "admin/json.h"
#include "base/base64.h"
#include "base/result.h"
#include "model/catalog.h"
#include "model/quarantine.h"
#include "model/record.h"
#include "model/transition.h"
#include "pack/quarantine_file.h"
#include "pipeline/daemon.h"
#include "pipeline/repeater_line.h"

namespace firn {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

constexpr std::size_t kPage = 1000;

object record_object(const QuarantinedRecord& record) {
  return {{"repeater", record.repeater.str()},
          {"position", record.position.str()},
          {"last", record.last.str()},
          {"reason", to_string(record.reason)},
          {"detail", record.detail},
          {"domain", record.domain},
          {"document_id", record.document_id},
          {"bytes", record.bytes},
          {"received_at", format_iso8601(record.received_at)},
          {"quarantined_at", format_iso8601(record.quarantined_at)},
          {"state", to_string(record.state)},
          {"replaced_by", json_position(record.replaced_by)}};
}

Error not_found(const QuarantineId& id) {
  return {ErrorKind::kNotFound, "find in quarantine", id.repeater.str() + "/" + id.position.str(),
          "there is no such record", "see `firn quarantine list`"};
}

Result<QuarantinedRecord> find(Daemon& daemon, const QuarantineId& id) {
  FIRN_ASSIGN(auto found, daemon.catalog().quarantined({.repeater = id.repeater, .position = id.position, .limit = 1}));
  if (found.empty()) {
    return fail(not_found(id));
  }
  return std::move(found.front());
}

Result<QuarantinedRecord> find_open(Daemon& daemon, const QuarantineId& id) {
  FIRN_ASSIGN(auto record, find(daemon, id));
  if (record.state != QuarantineState::kOpen) {
    return fail(Error{ErrorKind::kConflict, "change in quarantine", id.repeater.str() + "/" + id.position.str(),
                      "it is already " + std::string(to_string(record.state)), ""});
  }
  return record;
}

Status settle(Daemon& daemon, const QuarantineId& id, QuarantineState to, std::optional<Position> by) {
  const std::vector<Transition> transitions{SettleQuarantined{id.repeater, id.position, to, by}};
  return daemon.catalog().commit(transitions);
}

/// Before the record is settled: a crash in between leaves an open record without bytes, which can be settled again,
/// instead of bytes that nobody removes.
Status remove_body(Daemon& daemon, const QuarantineId& id) {
  const std::string directory = quarantine_directory(daemon.config().data_dir, id.repeater);
  const Status removed = daemon.files().remove(join(directory, id.position.str()));
  // A damaged range has no bytes, and what was cut short may have removed them already.
  if (!removed && removed.error().kind != ErrorKind::kNotFound) {
    return removed;
  }
  return daemon.files().sync_directory(directory);
}

/// Waits until the journal has the record.
Result<Position> append(RepeaterLine& line, Record record) {
  auto promise = std::make_shared<std::promise<Result<Position>>>();
  auto future = promise->get_future();
  line.queue()->submit(std::move(record),
                       [promise](Result<Position> result) { promise->set_value(std::move(result)); });
  return future.get();
}

/// What became of a chunk that was sent again: as it was, without the rows that had arrived, or with none missing.
Result<object> chunk_answer(Daemon& daemon, ChunkId id) {
  FIRN_ASSIGN(const auto found, daemon.catalog().chunks({.limit = 1, .after = id - 1}));
  object answer{{"id", id}, {"rows", 0}};
  if (found.empty() || found.front().id != id) {
    return answer;
  }
  const Chunk& chunk = found.front();
  FIRN_ASSIGN(const auto newest, daemon.catalog().chunk_at(chunk.repeater, chunk.range.first));
  const bool is_replaced = chunk.state == ChunkState::kReplaced || chunk.state == ChunkState::kPurged;
  const bool has_next = newest && newest->attempt > chunk.attempt;
  answer["rows"] = is_replaced ? (has_next ? newest->rows : 0) : chunk.rows;
  return answer;
}

}  // namespace

Result<object> quarantine_list(Daemon& daemon, const QuarantineWish& wish) {
  const RepeaterName repeater(wish.repeater);
  QuarantineFilter filter{.repeater = repeater, .limit = kPage + 1, .behind = wish.behind};
  if (!wish.state.empty()) {
    const auto parsed = parse_quarantine_state(wish.state);
    if (!parsed) {
      return fail(Error{ErrorKind::kInvalidInput, "list quarantine", wish.state, "there is no such state",
                        "it is open, retried or discarded"});
    }
    filter.states = {*parsed};
  }
  FIRN_ASSIGN(auto records, daemon.catalog().quarantined(filter));
  const bool more = records.size() > kPage;
  records.resize(std::min(records.size(), kPage));
  array list;
  for (const QuarantinedRecord& record : records) {
    list.push_back(record_object(record));
  }
  array chunk_list;
  std::vector<Chunk> chunks;
  if (!wish.behind) {
    FIRN_ASSIGN(chunks, daemon.catalog().chunks(
                            {.repeater = repeater, .states = {ChunkState::kQuarantined}, .limit = kEverything}));
  }
  for (const Chunk& chunk : chunks) {
    chunk_list.push_back(object{{"id", chunk.id},
                                {"repeater", chunk.repeater.str()},
                                {"key", chunk.key.str()},
                                {"rows", chunk.rows},
                                {"reason", chunk.reason}});
  }
  return object{{"records", std::move(list)}, {"more", more}, {"chunks", std::move(chunk_list)}};
}

Result<object> quarantine_show(Daemon& daemon, const QuarantineId& id) {
  FIRN_ASSIGN(const auto record, find(daemon, id));
  object out = record_object(record);
  out["body_base64"] = nullptr;
  if (auto stored = read_quarantined(daemon.files(), daemon.config().data_dir, id.repeater, id.position)) {
    out["body_base64"] = to_base64(stored->body);
  }
  return out;
}

Result<object> quarantine_retry(Daemon& daemon, const QuarantineId& id, Repair repair) {
  FIRN_TRY(find_open(daemon, id));
  RepeaterLine* line = daemon.line(id.repeater);
  if (line == nullptr || line->queue() == nullptr) {
    return fail(Error{ErrorKind::kUnavailable, "retry from quarantine", id.repeater.str(),
                      "the repeater's journal is not open", "see the alarms of `firn status`"});
  }
  FIRN_ASSIGN(auto record, read_quarantined(daemon.files(), daemon.config().data_dir, id.repeater, id.position));
  record.body = std::move(repair.body).value_or(std::move(record.body));
  record.envelope.domain = std::move(repair.domain).value_or(std::move(record.envelope.domain));
  record.envelope.replaces = id.position;
  FIRN_ASSIGN(const auto position, append(*line, std::move(record)));
  FIRN_TRY(remove_body(daemon, id));
  FIRN_TRY(settle(daemon, id, QuarantineState::kRetried, position));
  daemon.scheduler().wake(id.repeater);
  return object{{"position", position.str()}};
}

Result<object> quarantine_discard(Daemon& daemon, const QuarantineId& id) {
  FIRN_TRY(find_open(daemon, id));
  FIRN_TRY(remove_body(daemon, id));
  FIRN_TRY(settle(daemon, id, QuarantineState::kDiscarded, std::nullopt));
  return object{{"position", id.position.str()}, {"state", "discarded"}};
}

Result<object> quarantine_retry_chunk(Daemon& daemon, ChunkId id) {
  FIRN_ASSIGN(const auto found, daemon.catalog().chunks({.limit = 1, .after = id - 1}));
  const bool is_there = !found.empty() && found.front().id == id;
  const bool may_have_rows = is_there && found.front().state == ChunkState::kQuarantined &&
                             (found.front().report || found.front().submitted_at);
  RepeaterLine* line = is_there ? daemon.line(found.front().repeater) : nullptr;
  if (may_have_rows && line != nullptr) {
    FIRN_TRY(line->send_missing(id));
  } else {
    const std::vector<Transition> transitions{ReturnChunk{id, daemon.clock().now()}};
    FIRN_TRY(daemon.catalog().commit(transitions));
  }
  for (const auto& each : daemon.lines()) {
    daemon.scheduler().retry_now(each->name());
  }
  return chunk_answer(daemon, id);
}

}  // namespace firn
