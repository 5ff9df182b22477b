#include "admin/status_view.h"

#include <algorithm>
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
#include "model/open_batch.h"
#include "model/transition.h"
#include "observe/alarm_guide.h"
#include "pipeline/daemon.h"
#include "pipeline/repeater_line.h"
#include "pipeline/scheduler.h"

namespace firn {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

double to_seconds(Duration d) { return static_cast<double>(d.count()) / 1e6; }

object counts_view(const PackCounts& counts) {
  return {{"records", counts.records},
          {"rows", counts.rows},
          {"duplicates", counts.duplicates},
          {"conflicts", counts.conflicts},
          {"quarantined", counts.quarantined},
          {"requests", counts.requests},
          {"bytes_received", counts.bytes_received}};
}

array chunk_totals_view(const std::vector<ChunkTotals>& all) {
  array out;
  for (const ChunkTotals& totals : all) {
    out.push_back(object{{"state", to_string(totals.state)},
                         {"chunks", totals.chunks},
                         {"rows", totals.rows},
                         {"bytes_uncompressed", totals.bytes_uncompressed},
                         {"bytes_compressed", totals.bytes_compressed}});
  }
  return out;
}

std::string_view state_name(StepView::State state) {
  switch (state) {
    case StepView::State::kIdle:
      return "idle";
    case StepView::State::kRunning:
      return "running";
    case StepView::State::kRetrying:
      return "retrying";
    case StepView::State::kBlocked:
      return "blocked";
    case StepView::State::kPaused:
      return "paused";
  }
  return "idle";
}

array steps_view(const std::vector<StepView>& steps, const RepeaterName& repeater) {
  array out;
  for (const StepView& step : steps) {
    if (step.repeater == repeater) {
      out.push_back(object{{"name", step.step},
                           {"state", state_name(step.state)},
                           {"attempts", step.attempts},
                           {"cpu_seconds", to_seconds(step.cpu_time)},
                           {"reason", json_text_or_null(step.reason)},
                           {"next_run_seconds", step.next_run_in ? value(to_seconds(*step.next_run_in)) : value()}});
    }
  }
  return out;
}

Result<array> unfinished_batches(Catalog& catalog, const RepeaterName& repeater) {
  FIRN_ASSIGN(const auto batches, catalog.batches({.repeater = repeater,
                                                   .states = {BatchState::kClosing, BatchState::kSubmitted},
                                                   .limit = kEverything}));
  array out;
  for (const Batch& batch : batches) {
    FIRN_ASSIGN(const auto chunks, catalog.chunks({.repeater = repeater, .batch = batch.id, .limit = kEverything}));
    out.push_back(object{{"id", batch.id},
                         {"period", batch.period},
                         {"number", batch.number},
                         {"state", to_string(batch.state)},
                         {"chunks", chunks.size()}});
  }
  return out;
}

value open_batch_view(const std::optional<Batch>& open) {
  return open ? value{{"period", open->period}, {"number", open->number}} : value(nullptr);
}

/// When the repeater's first batch was opened: since then it counts.
Result<value> first_batch_opened_at(Catalog& catalog, const RepeaterName& repeater) {
  FIRN_ASSIGN(const auto batches, catalog.batches({.repeater = repeater, .limit = 1}));
  return batches.empty() ? value(nullptr) : value(format_iso8601(batches.front().opened_at));
}

/// Adds what only an open journal can tell.
Status add_journal(object& out, RepeaterLine& line, Daemon& daemon, const RepeaterTotals& totals) {
  Journal* journal = line.journal();
  if (journal == nullptr) {
    return {};
  }
  out["received"] = line.received_total();
  out["journal_bytes"] = journal->disk_bytes();
  FIRN_ASSIGN(const Backlog backlog, line.backlog(totals));
  out["waiting"] = backlog.waiting;
  if (backlog.oldest) {
    out["oldest_waiting_seconds"] = to_seconds(std::max(Duration(0), daemon.clock().now() - *backlog.oldest));
  }
  return {};
}

/// What the repeater's filter has dropped, by rule.
array filtered_view(const RepeaterLine& line) {
  array out;
  for (std::size_t rule = 0; rule < line.filter().rules(); ++rule) {
    out.push_back(object{{"rule", line.filter().rule_name(rule)}, {"documents", line.filtered(rule)}});
  }
  return out;
}

value method_view(const RepeaterConfig& config) { return config.method ? value(to_string(*config.method)) : value(); }

Result<object> repeater_view(RepeaterLine& line, Daemon& daemon, const std::vector<StepView>& steps) {
  Catalog& catalog = daemon.catalog();
  FIRN_ASSIGN(const auto totals, catalog.totals(line.name()));
  FIRN_ASSIGN(const auto open, find_open_batch(catalog, line.name()));
  FIRN_ASSIGN(auto unfinished, unfinished_batches(catalog, line.name()));
  FIRN_ASSIGN(auto first_opened_at, first_batch_opened_at(catalog, line.name()));
  const RepeaterConfig& config = line.config();
  object out{{"name", line.name().str()},
             {"kind", to_string(config.kind)},
             {"table", json_text_or_null(config.table.str())},
             {"method", method_view(config)},
             {"method_why", json_text_or_null(config.method_why)},
             {"received", 0},
             {"waiting", 0},
             {"oldest_waiting_seconds", nullptr},
             {"accepts_per_second", line.accepts_per_second()},
             {"filtered", filtered_view(line)},
             {"decided", counts_view(totals.decided)},
             {"in_open_chunk", counts_view(line.open_counts())},
             {"chunks", chunk_totals_view(totals.chunks)},
             {"quarantine_open", totals.quarantine_open},
             {"quarantine_open_bytes", totals.quarantine_open_bytes},
             {"fetch_open", totals.fetch_open},
             {"first_batch_opened_at", std::move(first_opened_at)},
             {"open_batch", open_batch_view(open)},
             {"batches_unfinished", std::move(unfinished)},
             {"uningested_bytes", totals.uningested_bytes},
             {"threshold_bytes", config.threshold},
             {"journal_bytes", 0},
             {"journal_quota_bytes", config.journal_quota},
             {"stage_weakness", json_text_or_null(line.stage_weakness())},
             {"steps", steps_view(steps, line.name())}};
  // A journal that cannot be read has its alarm already; the rest of the status is worth showing.
  static_cast<void>(add_journal(out, line, daemon, totals));
  return out;
}

array listeners_view(const Daemon& daemon) {
  array out;
  const auto ports = daemon.intake_ports();
  for (std::size_t i = 0; i < ports.size(); ++i) {
    const auto& tls = daemon.intake_certificates()[i];
    object certificate;
    if (tls) {
      const auto current = tls->current();
      certificate = {{"subject", current->certificate().subject},
                     {"not_after", format_iso8601(current->certificate().not_after)}};
    }
    out.push_back(object{{"url", daemon.config().intake.listeners[i].url(ports[i])},
                         {"certificate", tls ? value(std::move(certificate)) : value()}});
  }
  return out;
}

array alarms_view(const std::vector<Alarm>& alarms) {
  array out;
  for (const Alarm& alarm : alarms) {
    out.push_back(object{{"name", alarm.name},
                         {"object", alarm.object},
                         {"text", alarm.text},
                         {"to_do", what_to_do(alarm.name)},
                         {"since", format_iso8601(alarm.since)},
                         {"last", format_iso8601(alarm.last)},
                         {"count", alarm.count}});
  }
  return out;
}

}  // namespace

Result<object> status_view(Daemon& daemon) {
  const auto steps = daemon.scheduler().views();
  array repeaters;
  for (const auto& line : daemon.lines()) {
    FIRN_ASSIGN(auto view, repeater_view(*line, daemon, steps));
    repeaters.push_back(std::move(view));
  }
  const Config& config = daemon.config();
  const auto free = daemon.files().free_bytes(config.data_dir);
  return object{{"version", daemon.version()},
                {"state", daemon.draining() ? "draining" : "running"},
                {"uptime_seconds", to_seconds(daemon.uptime())},
                {"started_at", format_iso8601(daemon.clock().now() - daemon.uptime())},
                {"data_dir", config.data_dir},
                {"listeners", listeners_view(daemon)},
                {"disk", object{{"free_bytes", free ? value(*free) : value(nullptr)},
                                {"intake_floor_bytes", config.disk.intake_floor},
                                {"pack_floor_bytes", config.disk.pack_floor}}},
                {"repeaters", std::move(repeaters)},
                {"alarms", alarms_view(daemon.alarms().list())}};
}

}  // namespace firn
