#include "load/load_step.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/crash_point.h"
#include "model/period.h"

namespace firn {
namespace {

// More chunks than a batch can have.
constexpr std::size_t kAllOfABatch = 1'000'000;
// So many that some single rows that a person removed make no difference; a statement names each of them.
constexpr std::size_t kVerified = 20;
constexpr Duration kFirstWait = std::chrono::milliseconds(50);
constexpr Duration kLongestWait = std::chrono::seconds(5);

std::vector<Chunk> in_state(const std::vector<Chunk>& chunks, ChunkState state) {
  std::vector<Chunk> found;
  std::ranges::copy_if(chunks, std::back_inserter(found), [state](const Chunk& c) { return c.state == state; });
  return found;
}

bool has(const std::vector<Chunk>& chunks, ChunkState state) {
  return std::ranges::find(chunks, state, &Chunk::state) != chunks.end();
}

using Reports = std::map<ObjectKey, const FileReport*>;

Reports reports_of(const LoadProgress& progress) {
  Reports reports;
  for (const FileReport& report : progress.files) {
    reports[report.key] = &report;
  }
  return reports;
}

bool has_loaded(const LoadProgress& progress) {
  return std::ranges::find(progress.files, FileStatus::kLoaded, &FileReport::status) != progress.files.end();
}

/// In the commit of the reports that it belongs to.
void add_usage(const Batch& batch, Timestamp now, const LoadProgress& progress, std::vector<Transition>& to) {
  if (!progress.used.empty()) {
    to.emplace_back(AddUsage{batch.repeater, format_period(Period::kDay, now), progress.used});
  }
}

std::string full_name(const Batch& batch) { return batch.repeater.str() + "/" + batch.directory(); }

}  // namespace

LoadStep::LoadStep(RepeaterName repeater, TableDefinition table, const Parts& parts,
                   std::function<std::string()> make_request_id)
    : repeater_(std::move(repeater)),
      table_(std::move(table)),
      catalog_(parts.catalog),
      stage_(parts.stage),
      loader_(parts.loader),
      clock_(parts.clock),
      leave_mark_(parts.leave_mark),
      tell_ageing_(parts.tell_ageing),
      make_request_id_(std::move(make_request_id)) {}

StepOutcome LoadStep::run() {
  auto outcome = run_once();
  return outcome ? std::move(*outcome) : StepOutcome::failed(std::move(outcome).error());
}

Result<StepOutcome> LoadStep::run_once() {
  BatchFilter filter;
  filter.repeater = repeater_;
  filter.states = {BatchState::kClosing, BatchState::kSubmitted};
  filter.limit = 1;
  FIRN_ASSIGN(const auto batches, catalog_.batches(filter));
  if (batches.empty()) {
    look_at_age({});
    return StepOutcome::idle();
  }
  const Batch& batch = batches.front();
  return batch.state == BatchState::kClosing ? close(batch) : follow(batch);
}

Result<std::vector<Chunk>> LoadStep::chunks_of(const Batch& batch) {
  ChunkFilter filter;
  filter.repeater = repeater_;
  filter.batch = batch.id;
  filter.limit = kAllOfABatch;
  return catalog_.chunks(filter);
}

Result<bool> LoadStep::is_decided(const Batch& batch) {
  const Position cut = batch.cut.value_or(Position());
  FIRN_ASSIGN(const auto cursor, catalog_.cursor(repeater_, cut.partition()));
  return cursor.value_or(Position::make(cut.generation(), cut.partition(), 0)) >= cut;
}

Result<StepOutcome> LoadStep::close(const Batch& batch) {
  FIRN_ASSIGN(const bool decided, is_decided(batch));
  FIRN_ASSIGN(const auto chunks, chunks_of(batch));
  look_at_age(chunks);
  if (!decided || has(chunks, ChunkState::kPacked)) {
    return StepOutcome::idle();
  }
  if (chunks.empty()) {
    return StepOutcome::done({MoveBatch{batch.id, BatchState::kClosing, BatchState::kPurged, clock_.now(), {}}});
  }
  LoadJob job = job_for(batch, in_state(chunks, ChunkState::kStaged), false);
  FIRN_ASSIGN(job.verified, verified());
  FIRN_TRY(loader_.check(job));
  FIRN_TRY(leave_mark_(batch));
  return intend(batch, chunks);
}

StepOutcome LoadStep::intend(const Batch& batch, const std::vector<Chunk>& chunks) {
  const Timestamp now = clock_.now();
  std::vector<Transition> moves;
  intended_ = make_request_id_();
  moves.emplace_back(MoveBatch{batch.id, BatchState::kClosing, BatchState::kSubmitted, now, intended_});
  std::vector<Chunk> fitting;
  for (const Chunk& chunk : in_state(chunks, ChunkState::kStaged)) {
    if (std::string why = objection_to(chunk); !why.empty()) {
      moves.emplace_back(MoveChunk{chunk.id, ChunkState::kStaged, ChunkState::kQuarantined, now, std::move(why)});
    } else if (fitting.size() < loader_.most_files()) {
      fitting.push_back(chunk);  // the others are for the next request
    }
  }
  for (const Chunk& chunk : failed_.to_ask_for(batch.id, fitting)) {
    moves.emplace_back(MoveChunk{chunk.id, ChunkState::kStaged, ChunkState::kSubmitted, now, {}});
  }
  return StepOutcome::attempt(StepOutcome::done(std::move(moves)));
}

Result<StepOutcome> LoadStep::follow(const Batch& batch) {
  FIRN_ASSIGN(const auto chunks, chunks_of(batch));
  look_at_age(chunks);
  const auto submitted = in_state(chunks, ChunkState::kSubmitted);
  std::vector<Chunk> unreported;
  std::ranges::copy_if(submitted, std::back_inserter(unreported), [](const Chunk& c) { return !c.report; });
  if (unreported.empty() && has(chunks, ChunkState::kPacked)) {
    return StepOutcome::idle();  // the next attempt of a chunk is on its way to the stage
  }
  if (unreported.empty() && has(chunks, ChunkState::kStaged)) {
    // The request asked for one file of several, or a chunk has a new attempt; that is to follow.
    return StepOutcome::done({MoveBatch{batch.id, BatchState::kSubmitted, BatchState::kClosing, clock_.now(), {}}});
  }
  if (submitted.empty()) {
    return StepOutcome::done({MoveBatch{batch.id, BatchState::kSubmitted, BatchState::kLoaded, clock_.now(), {}}});
  }
  if (unreported.empty()) {
    return StepOutcome::idle();  // verify has the word
  }
  return batch.handle.empty() ? submit(batch, unreported) : poll(batch, unreported);
}

/// The oldest batch that is not loaded has the oldest chunks.
void LoadStep::look_at_age(const std::vector<Chunk>& chunks) {
  std::string found;
  for (const Chunk& chunk : chunks) {
    const bool waits = chunk.state == ChunkState::kStaged || (chunk.state == ChunkState::kSubmitted && !chunk.report);
    if (found.empty() && waits) {
      found = loader_.ageing(file_of(chunk, Timestamp::max()));
    }
  }
  if (tell_ageing_ && ageing_ != found) {
    tell_ageing_(found);
  }
  ageing_ = std::move(found);
}

/// Why the chunk must not be loaded; empty when it may be.
std::string LoadStep::objection_to(const Chunk& chunk) const {
  if (chunk.definition != table_.digest()) {
    return fmt::format("its rows have another shape ({}) than the table {} has now ({})", chunk.definition,
                       table_.table.str(), table_.digest());
  }
  return loader_.too_old(file_of(chunk, Timestamp::max()));
}

LoadFile LoadStep::file_of(const Chunk& chunk, Timestamp submitted_at) const {
  LoadFile file{chunk.key,
                stage_.location(chunk.key),
                chunk.rows,
                chunk.bytes_longest_row,
                chunk.bytes_compressed,
                chunk.staged_at,
                {},
                chunk.bytes_uncompressed};
  if (chunk.submitted_at && *chunk.submitted_at < submitted_at) {
    file.first_submitted_at = chunk.submitted_at;
  }
  return file;
}

LoadJob LoadStep::job_for(const Batch& batch, const std::vector<Chunk>& chunks, bool is_repeat) const {
  LoadJob job;
  job.request_id = batch.request_id;
  job.batch = full_name(batch);
  job.table = table_;
  job.submitted_at = batch.submitted_at.value_or(clock_.now());
  job.is_repeat = is_repeat;
  for (const Chunk& chunk : chunks) {
    // What this very request may have submitted before counts as submitted.
    job.files.push_back(file_of(chunk, is_repeat ? Timestamp::max() : job.submitted_at));
  }
  return job;
}

/// The request may have reached the destination so long ago that it does not know any more.
std::vector<Transition> LoadStep::set_aside_aged(const std::vector<Chunk>& chunks) const {
  std::vector<Transition> moves;
  for (const Chunk& chunk : chunks) {
    if (std::string why = loader_.too_old(file_of(chunk, Timestamp::max())); !why.empty()) {
      moves.emplace_back(
          MoveChunk{chunk.id, ChunkState::kSubmitted, ChunkState::kQuarantined, clock_.now(), std::move(why)});
    }
  }
  return moves;
}

Result<std::vector<VerifiedFile>> LoadStep::verified() {
  FIRN_ASSIGN(const auto newest, catalog_.newest_proven(repeater_, kVerified));
  std::vector<VerifiedFile> files;
  for (const Chunk& chunk : newest) {
    files.push_back({chunk.key, chunk.rows, chunk.loaded_at.value_or(Timestamp())});
  }
  return files;
}

Result<StepOutcome> LoadStep::submit(const Batch& batch, const std::vector<Chunk>& chunks) {
  crash_point("load.after_intent");
  const bool is_repeat = std::exchange(intended_, {}) != batch.request_id;
  if (auto aged = is_repeat ? set_aside_aged(chunks) : std::vector<Transition>(); !aged.empty()) {
    return StepOutcome::done(std::move(aged));
  }
  LoadJob job = job_for(batch, chunks, is_repeat);
  FIRN_ASSIGN(job.verified, verified());
  auto handle = loader_.submit(job);
  if (!handle) {
    return StepOutcome::failed(std::move(handle).error());
  }
  crash_point("load.after_submit");
  return StepOutcome::attempt(StepOutcome::done({SetHandle{batch.id, std::move(*handle)}}));
}

StepOutcome LoadStep::poll(const Batch& batch, const std::vector<Chunk>& chunks) {
  auto progress = loader_.poll(job_for(batch, chunks, false), batch.handle);
  if (!progress) {
    return StepOutcome::failed(std::move(progress).error());
  }
  switch (progress->state) {
    case LoadState::kRunning:
      return wait(batch, chunks, *progress);
    case LoadState::kDone:
      return record(batch, chunks, *progress);
    case LoadState::kForgotten:
      break;
  }
  return go_back(batch, chunks, *progress);
}

/// What is known already is recorded: the destination may not tell it for ever.
StepOutcome LoadStep::wait(const Batch& batch, const std::vector<Chunk>& chunks, const LoadProgress& progress) {
  const Reports reports = reports_of(progress);
  std::vector<Transition> said;
  for (const Chunk& chunk : chunks) {
    if (const auto report = reports.find(chunk.key); report != reports.end()) {
      said.emplace_back(ReportChunk{chunk.id, *report->second});
    }
  }
  add_usage(batch, clock_.now(), progress, said);
  if (!said.empty()) {
    return StepOutcome::attempt(StepOutcome::done(std::move(said)));
  }
  return StepOutcome::attempt(StepOutcome::idle_for(next_wait(batch.handle, chunks.size())));
}

StepOutcome LoadStep::record(const Batch& batch, const std::vector<Chunk>& chunks, const LoadProgress& progress) {
  const Reports reports = reports_of(progress);
  std::vector<Transition> said;
  for (const Chunk& chunk : chunks) {
    const auto report = reports.find(chunk.key);
    if (report == reports.end()) {
      return StepOutcome::failed({ErrorKind::kInternal,
                                  "load",
                                  full_name(batch),
                                  fmt::format("the destination's report leaves out {}", chunk.key.str()),
                                  {}});
    }
    said.emplace_back(ReportChunk{chunk.id, *report->second});
  }
  if (has_loaded(progress)) {
    failed_.something_was_loaded();
  }
  add_usage(batch, clock_.now(), progress, said);
  return StepOutcome::done(std::move(said));
}

StepOutcome LoadStep::go_back(const Batch& batch, const std::vector<Chunk>& chunks, const LoadProgress& progress) {
  const Timestamp now = clock_.now();
  const Error reason = progress.reason.value_or(Error{
      ErrorKind::kUnavailable, "load", full_name(batch), "the destination does not know the request any more", {}});
  if (has_loaded(progress)) {
    failed_.something_was_loaded();
  }
  std::vector<Transition> moves;
  std::vector<Chunk> undone;
  const Reports reports = reports_of(progress);
  for (const Chunk& chunk : chunks) {
    if (const auto report = reports.find(chunk.key); report != reports.end()) {
      moves.emplace_back(ReportChunk{chunk.id, *report->second});
    } else {
      undone.push_back(chunk);
    }
  }
  const auto held = progress.at_file ? hold(batch, undone, reason) : std::nullopt;
  for (const Chunk& chunk : undone) {
    moves.emplace_back(held.value_or(MoveChunk{chunk.id, ChunkState::kSubmitted, ChunkState::kStaged, now, {}}));
  }
  moves.emplace_back(MoveBatch{batch.id, BatchState::kSubmitted, BatchState::kClosing, now, {}});
  add_usage(batch, now, progress, moves);
  auto outcome = held ? StepOutcome::done() : StepOutcome::failed(reason);
  outcome.transitions = std::move(moves);
  return outcome;
}

std::optional<Transition> LoadStep::hold(const Batch& batch, const std::vector<Chunk>& undone, const Error& reason) {
  failed_.count(batch.id, undone);
  if (undone.size() != 1 || !failed_.hold(batch.id, undone.front())) {
    return std::nullopt;
  }
  return MoveChunk{undone.front().id, ChunkState::kSubmitted, ChunkState::kQuarantined, clock_.now(),
                   fmt::format("loading it alone has failed {} times: {}", FailedLoads::kAlone, reason.message())};
}

Duration LoadStep::next_wait(const std::string& handle, std::size_t waiting) {
  wait_ = polled_ == handle && waiting_ == waiting ? std::min(2 * wait_, kLongestWait) : kFirstWait;
  polled_ = handle;
  waiting_ = waiting;
  return wait_;
}

}  // namespace firn
