#include "pipeline/daemon_metrics.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <variant>

#include "model/batch.h"
#include "model/catalog.h"
#include "model/chunk.h"
#include "model/load_report.h"
#include "observe/alarm_guide.h"
#include "pipeline/daemon.h"
#include "platform/process_figures.h"

namespace firn {
namespace {

constexpr const char* kNobody = "-";  // the label of what belongs to no repeater

double number(std::uint64_t value) { return static_cast<double>(value); }
double seconds(Duration time) { return static_cast<double>(time.count()) / 1e6; }

void collect_process(MetricSamples& samples) {
  const ProcessFigures figures = process_figures();
  samples.counter("process_cpu_seconds_total", "Processor time of the daemon.", seconds(figures.cpu_time));
  if (figures.resident_bytes) {
    samples.gauge("process_resident_memory_bytes", "Memory of the daemon.", number(*figures.resident_bytes));
  }
  if (figures.started) {
    samples.gauge("process_start_time_seconds", "When the daemon started, in seconds since 1970.",
                  seconds(figures.started->time_since_epoch()));
  }
  if (figures.open_files) {
    samples.gauge("process_open_fds", "Open file descriptors.", number(*figures.open_files));
  }
  if (figures.max_open_files) {
    samples.gauge("process_max_fds", "Limit of open file descriptors.", number(*figures.max_open_files));
  }
}

void collect_disk(Daemon& daemon, MetricSamples& samples) {
  const Config& config = daemon.config();
  if (const auto free = daemon.files().free_bytes(config.data_dir)) {
    samples.gauge("firn_disk_free_bytes", "Free space where data_dir lies.", number(*free));
  }
  const std::string help = "Floors of free space: below them intake and pack stop.";
  samples.gauge("firn_disk_floor_bytes", help, number(config.disk.intake_floor), {{"floor", "intake"}});
  samples.gauge("firn_disk_floor_bytes", help, number(config.disk.pack_floor), {{"floor", "pack"}});
}

void collect_intake(Daemon& daemon, MetricSamples& samples) {
  samples.gauge("firn_intake_in_flight_bytes", "Bodies being received or waiting for the journal.",
                number(daemon.intake_bytes()));
  samples.gauge("firn_intake_in_flight_limit_bytes", "Limit of those bytes: intake.in_flight.",
                number(daemon.config().intake.in_flight));
  std::uint64_t connections = 0;
  for (const auto& server : daemon.intake_servers()) {
    connections += server->view().connections;
  }
  samples.gauge("firn_intake_connections", "Open connections to intake.", number(connections));
}

void collect_alarms(Daemon& daemon, MetricSamples& samples) {
  std::map<std::string, std::uint64_t> alarms;
  for (const AlarmGuide& guide : alarm_guides()) {
    alarms[std::string(guide.name)] = 0;
  }
  for (const Alarm& alarm : daemon.alarms().list()) {
    ++alarms[alarm.name];
  }
  for (const auto& [name, count] : alarms) {
    samples.gauge("firn_alarms", "Alarms that stand, by name; firn status shows them.", number(count),
                  {{"alarm", name}});
  }
}

void collect_steps(Daemon& daemon, MetricSamples& samples) {
  for (const StepView& step : daemon.scheduler().views()) {
    const MetricLabels labels{{"repeater", step.repeater.empty() ? kNobody : step.repeater.str()}, {"step", step.step}};
    samples.counter("firn_step_runs_total", "Runs of a step.", number(step.runs), labels);
    samples.counter("firn_step_failures_total", "Runs of a step that failed.", number(step.failures), labels);
    samples.counter("firn_step_cpu_seconds_total", "Processor time of a step's runs.", seconds(step.cpu_time), labels);
    samples.gauge("firn_step_retrying", "1 while a step waits to try again what failed in passing.",
                  step.state == StepView::State::kRetrying ? 1 : 0, labels);
    samples.gauge("firn_step_blocked", "1 while a step waits for a person.",
                  step.state == StepView::State::kBlocked ? 1 : 0, labels);
  }
}

void collect_counts(const RepeaterTotals& totals, const MetricLabels& labels, MetricSamples& samples) {
  const PackCounts& counts = totals.decided;
  samples.counter("firn_records_decided_total", "Records that pack has decided about.", number(counts.records), labels);
  samples.counter("firn_rows_total", "Rows made of records.", number(counts.rows), labels);
  samples.counter("firn_duplicates_total", "Records that were there already.", number(counts.duplicates), labels);
  samples.counter("firn_conflicts_total", "Duplicates with other content than the first.", number(counts.conflicts),
                  labels);
  samples.counter("firn_quarantined_total", "Records put in quarantine.", number(counts.quarantined), labels);
  samples.counter("firn_fetch_requests_total", "Requests to fetch a document that stubs and app changes named.",
                  number(counts.requests), labels);
  samples.gauge("firn_fetch_requests_open", "Those of which the document was not fetched yet.",
                number(totals.fetch_open), labels);
  samples.gauge("firn_quarantine_open_records", "Records in quarantine that wait for a person.",
                number(totals.quarantine_open), labels);
  samples.gauge("firn_quarantine_open_bytes", "Bytes of those records.", number(totals.quarantine_open_bytes), labels);
}

void collect_chunks(const RepeaterTotals& totals, const std::string& repeater, MetricSamples& samples) {
  std::map<ChunkState, ChunkTotals> states;
  for (const auto state : {ChunkState::kPacked, ChunkState::kStaged, ChunkState::kSubmitted, ChunkState::kLoaded,
                           ChunkState::kPurged, ChunkState::kReplaced, ChunkState::kQuarantined}) {
    states[state];
  }
  for (const ChunkTotals& chunk_totals : totals.chunks) {
    states[chunk_totals.state] = chunk_totals;
  }
  for (const auto& [state, sums] : states) {
    const MetricLabels labels{{"repeater", repeater}, {"state", std::string(to_string(state))}};
    samples.gauge("firn_chunks", "Chunks, by state.", number(sums.chunks), labels);
    samples.gauge("firn_chunk_rows", "Rows of those chunks.", number(sums.rows), labels);
    samples.gauge("firn_chunk_bytes", "Compressed bytes of those chunks.", number(sums.bytes_compressed), labels);
  }
}

/// Only batches that are not finished: their number is small.
void collect_batches(Catalog& catalog, const RepeaterName& repeater, MetricSamples& samples) {
  constexpr std::size_t kEnough = 10'000;
  for (const auto state : {BatchState::kOpen, BatchState::kClosing, BatchState::kSubmitted}) {
    const auto batches = catalog.batches({.repeater = repeater, .states = {state}, .limit = kEnough});
    if (batches) {
      samples.gauge("firn_batches", "Batches that are not loaded yet, by state.", number(batches->size()),
                    {{"repeater", repeater.str()}, {"state", std::string(to_string(state))}});
    }
  }
}

void collect_backlog(Daemon& daemon, const RepeaterLine& line, const RepeaterTotals& totals, MetricSamples& samples) {
  const MetricLabels labels{{"repeater", line.name().str()}};
  const auto backlog = line.backlog(totals);
  if (!backlog) {
    return;
  }
  samples.gauge("firn_records_waiting", "Records in the journal that are not decided.", number(backlog->waiting),
                labels);
  const Duration age = backlog->oldest ? daemon.clock().now() - *backlog->oldest : Duration(0);
  samples.gauge("firn_oldest_waiting_seconds", "Age of the oldest record that is not in the table; 0 without one.",
                std::max(0.0, seconds(age)), labels);
}

void collect_filter(const RepeaterLine& line, MetricSamples& samples) {
  for (std::size_t rule = 0; rule < line.filter().rules(); ++rule) {
    samples.counter("firn_filtered_documents_total", "Documents that a rule of the filter has dropped.",
                    number(line.filtered(rule)),
                    {{"repeater", line.name().str()}, {"rule", std::string(line.filter().rule_name(rule))}});
  }
}

void collect_line(Daemon& daemon, RepeaterLine& line, MetricSamples& samples) {
  const MetricLabels labels{{"repeater", line.name().str()}};
  collect_filter(line, samples);
  samples.gauge("firn_repeater_ready", "1 while documents are taken.", daemon.intake_refusal(line) ? 0 : 1, labels);
  samples.counter("firn_records_received_total", "Records stored in the journal, since it began.",
                  number(line.received_total()), labels);
  samples.gauge("firn_journal_bytes", "Size of the journal on disk.",
                number(line.journal() == nullptr ? 0 : line.journal()->disk_bytes()), labels);
  samples.gauge("firn_journal_quota_bytes", "Limit of that size: journal_quota.", number(line.config().journal_quota),
                labels);
  samples.gauge("firn_ingest_threshold_bytes", "Bytes that start an ingest: threshold.",
                number(line.config().threshold), labels);
  const auto totals = daemon.catalog().totals(line.name());
  if (!totals) {
    return;  // an alarm says why; a gap in the graph too
  }
  samples.gauge("firn_uningested_bytes", "Uncompressed bytes in the open batch.", number(totals->uningested_bytes),
                labels);
  collect_counts(*totals, labels, samples);
  collect_chunks(*totals, line.name().str(), samples);
  collect_batches(daemon.catalog(), line.name(), samples);
  collect_backlog(daemon, line, *totals, samples);
}

/// What one transition counts as.
struct TransitionCounter {
  Metrics& metrics;
  const std::string& repeater;

  void count_chunk(ChunkState to) const {
    metrics
        .counter("firn_chunk_moves_total", "Chunks that came into a state, since the start.",
                 {{"repeater", repeater}, {"to", std::string(to_string(to))}})
        .add();
  }
  void operator()(const MoveChunk& move) const { count_chunk(move.to); }
  void operator()(const ReplaceChunk& /*replace*/) const { count_chunk(ChunkState::kReplaced); }
  void operator()(const MoveBatch& move) const {
    metrics
        .counter("firn_batch_moves_total", "Batches that came into a state, since the start.",
                 {{"repeater", repeater}, {"to", std::string(to_string(move.to))}})
        .add();
  }
  void operator()(const ReportChunk& report) const {
    metrics
        .counter("firn_load_files_total", "Files that the destination has reported on, by result, since the start.",
                 {{"repeater", repeater}, {"result", std::string(to_string(report.report.status))}})
        .add();
  }
  template <typename Other>
  void operator()(const Other& /*other*/) const {}
};

}  // namespace

void collect_daemon(Daemon& daemon, MetricSamples& samples) {
  samples.gauge("firn_build_info", "Always 1; the label tells the version.", 1, {{"version", Daemon::version()}});
  collect_process(samples);
  collect_disk(daemon, samples);
  collect_intake(daemon, samples);
  collect_alarms(daemon, samples);
  collect_steps(daemon, samples);
  const LogLosses losses = daemon.log().losses();
  samples.counter("firn_log_suppressed_lines_total", "Log lines over the limit of their event and object.",
                  number(losses.suppressed));
  samples.counter("firn_log_dropped_lines_total", "Log lines that nobody took.", number(losses.dropped));
  for (const auto& line : daemon.lines()) {
    collect_line(daemon, *line, samples);
  }
}

void count_transitions(Metrics& metrics, const RepeaterName& repeater, std::span<const Transition> transitions) {
  for (const Transition& transition : transitions) {
    std::visit(TransitionCounter{metrics, repeater.str()}, transition);
  }
}

}  // namespace firn
