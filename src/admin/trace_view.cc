#include "admin/trace_view.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "admin/json.h"
#include "base/result.h"
#include "base/time.h"
#include "model/catalog.h"
#include "model/chunk.h"
#include "model/fetch_request.h"
#include "model/journal.h"
#include "model/quarantine.h"
#include "model/table.h"
#include "model/transition.h"
#include "pipeline/daemon.h"
#include "pipeline/repeater_line.h"

namespace firn {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

// How much of the journal is searched for a document that is not decided yet.
constexpr std::size_t kTraceWaitingBytes = 64U << 20U;
constexpr std::size_t kTraceReadBytes = 4U << 20U;

object chunk_object(const Chunk& chunk) {
  return {{"key", chunk.key.str()},
          {"state", to_string(chunk.state)},
          {"batch", chunk.batch},
          {"rows", chunk.rows},
          {"packed_at", format_iso8601(chunk.packed_at)},
          {"staged_at", json_time(chunk.staged_at)},
          {"submitted_at", json_time(chunk.submitted_at)},
          {"loaded_at", json_time(chunk.loaded_at)},
          {"purged_at", json_time(chunk.purged_at)},
          {"reason", json_text_or_null(chunk.reason)}};
}

Result<std::vector<std::string>> domains_of(Daemon& daemon, const RepeaterLine& line, const TraceQuery& query) {
  if (query.domain.empty()) {
    return daemon.catalog().domains(line.name());
  }
  return std::vector{query.domain};
}

/// The row's number in the newest attempt of its chunk: those before it that were refused are not in that.
Result<std::uint64_t> row_now(Daemon& daemon, const RepeaterLine& line, const VersionEntry& entry, const Chunk& chunk) {
  std::uint64_t row = entry.row;
  QuarantineFilter filter{.repeater = line.name(), .behind = std::pair(line.name(), chunk.range.first)};
  if (filter.behind->second > Position()) {
    filter.behind->second = Position(chunk.range.first.value() - 1);
  }
  for (bool more = chunk.attempt > 1; more;) {
    FIRN_ASSIGN(const auto records, daemon.catalog().quarantined(filter));
    more = records.size() == filter.limit && records.back().position < entry.position;
    for (const QuarantinedRecord& record : records) {
      const bool left_out = record.reason == QuarantineReason::kRefused && record.position < entry.position;
      row -= left_out ? 1U : 0U;
      filter.behind->second = record.position;
    }
  }
  return row;
}

Status add_versions(array& out, Daemon& daemon, const RepeaterLine& line, const TraceQuery& query) {
  FIRN_ASSIGN(const auto domains, domains_of(daemon, line, query));
  for (const std::string& domain : domains) {
    const std::vector<DocumentKey> keys{document_key(domain, query.id)};
    FIRN_ASSIGN(const auto found, daemon.catalog().versions(line.name(), keys));
    for (const VersionEntry& entry : found.front()) {
      FIRN_ASSIGN(const auto chunk, daemon.catalog().chunk_at(line.name(), entry.position));
      const auto row = chunk ? row_now(daemon, line, entry, *chunk) : Result<std::uint64_t>(entry.row);
      FIRN_TRY(row);
      out.push_back(object{{"repeater", line.name().str()},
                           {"domain", domain},
                           {"position", entry.position.str()},
                           {"version", json_time(entry.version)},
                           {"received_at", format_iso8601(entry.received_at)},
                           {"row", *row},
                           {"chunk", chunk ? value(chunk_object(*chunk)) : value(nullptr)}});
    }
  }
  return {};
}

Status add_requests(array& out, Daemon& daemon, const RepeaterLine& line, const TraceQuery& query) {
  FIRN_ASSIGN(const auto domains, domains_of(daemon, line, query));
  for (const std::string& domain : domains) {
    FIRN_ASSIGN(const auto found,
                daemon.catalog().fetch_requests({.repeater = line.name(), .document = document_key(domain, query.id)}));
    for (const FetchRequest& request : found) {
      out.push_back(object{{"repeater", line.name().str()},
                           {"kind", to_string(request.kind)},
                           {"domain", domain},
                           {"position", request.position.str()},
                           {"received_on", format_iso8601(request.received_on)},
                           {"requested_at", format_iso8601(request.requested_at)}});
    }
  }
  return {};
}

/// True when the id stands somewhere in the body as a whole value, in JSON or XML, or is all of it.
bool mentions(std::string_view body, std::string_view id) {
  constexpr std::string_view kBefore = "\"'>";
  constexpr std::string_view kAfter = "\"'<";
  for (auto at = body.find(id); at != std::string_view::npos; at = body.find(id, at + 1)) {
    const std::size_t end = at + id.size();
    if (at > 0 && end < body.size() && kBefore.contains(body[at - 1]) && kAfter.contains(body[end])) {
      return true;
    }
  }
  return body.starts_with(id) && body.find_first_not_of(" \r\n", id.size()) == std::string_view::npos;
}

/// The same for a document of the kind: one of a data source has two ids.
bool mentions_document(const std::string& body, const std::string& id, Kind kind) {
  const auto slash = kind == Kind::kDataSource ? id.find('/') : std::string::npos;
  if (slash == std::string::npos) {
    return mentions(body, id);
  }
  const std::string_view both = id;
  return mentions(body, both.substr(0, slash)) && mentions(body, both.substr(slash + 1));
}

Status add_waiting(array& out, Daemon& daemon, RepeaterLine& line, const TraceQuery& query) {
  Journal* journal = line.journal();
  if (journal == nullptr) {
    return {};
  }
  FIRN_ASSIGN(const auto cursor, daemon.catalog().cursor(line.name(), 0));
  Position next = cursor.value_or(journal->begin(0));
  for (std::size_t searched = 0; searched < kTraceWaitingBytes;) {
    FIRN_ASSIGN(const auto records, journal->read(next, kTraceReadBytes));
    if (records.empty()) {
      return {};
    }
    for (const StoredRecord& stored : records) {
      searched += stored.record.body.size();
      if (mentions_document(stored.record.body, query.id, line.config().kind)) {
        out.push_back(object{{"repeater", line.name().str()},
                             {"position", stored.position.str()},
                             {"received_at", format_iso8601(stored.record.envelope.received_at)}});
      }
    }
    next = records.back().position.plus(1);
  }
  return {};
}

Status add_quarantined(array& out, Daemon& daemon, const RepeaterLine& line, const TraceQuery& query) {
  QuarantineFilter filter{.repeater = line.name()};
  while (true) {
    FIRN_ASSIGN(const auto records, daemon.catalog().quarantined(filter));
    for (const QuarantinedRecord& record : records) {
      if (record.document_id == query.id && (query.domain.empty() || record.domain == query.domain)) {
        out.push_back(object{{"repeater", line.name().str()},
                             {"position", record.position.str()},
                             {"reason", to_string(record.reason)},
                             {"detail", record.detail},
                             {"received_at", format_iso8601(record.received_at)},
                             {"state", to_string(record.state)}});
      }
    }
    if (records.size() < filter.limit) {
      return {};
    }
    filter.behind = {line.name(), records.back().position};
  }
}

}  // namespace

Result<object> trace_view(Daemon& daemon, const TraceQuery& query) {
  if (query.id.empty()) {
    return fail(Error{ErrorKind::kInvalidInput, "trace", "id", "it is empty", "firn trace ID"});
  }
  array versions;
  array requests;
  array waiting;
  array quarantined;
  for (const auto& line : daemon.lines()) {
    if (!query.repeater.empty() && line->name().str() != query.repeater) {
      continue;
    }
    FIRN_TRY(add_versions(versions, daemon, *line, query));
    FIRN_TRY(add_requests(requests, daemon, *line, query));
    FIRN_TRY(add_waiting(waiting, daemon, *line, query));
    FIRN_TRY(add_quarantined(quarantined, daemon, *line, query));
  }
  return object{{"id", query.id},
                {"versions", std::move(versions)},
                {"requests", std::move(requests)},
                {"waiting", std::move(waiting)},
                {"quarantined", std::move(quarantined)}};
}

}  // namespace firn
