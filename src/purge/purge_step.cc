#include "purge/purge_step.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <ranges>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/crash_point.h"

namespace firn {
namespace {

constexpr std::size_t kAtOnce = 1000;
constexpr Duration kLookAtUnproven = std::chrono::hours(1);

/// Every chunk of the repeater in one of the states, however many there are.
Result<std::vector<Chunk>> chunks_in(Catalog& catalog, const RepeaterName& repeater, std::vector<ChunkState> states) {
  ChunkFilter filter;
  filter.repeater = repeater;
  filter.states = std::move(states);
  std::vector<Chunk> all;
  while (true) {
    FIRN_ASSIGN(const auto page, catalog.chunks(filter));
    all.insert(all.end(), page.begin(), page.end());
    if (page.size() < filter.limit) {
      return all;
    }
    filter.after = page.back().id;
  }
}

}  // namespace

PurgeStep::PurgeStep(RepeaterName repeater, const Parts& parts, PurgeOptions options)
    : repeater_(std::move(repeater)),
      parts_(parts),
      options_(std::move(options)),
      retirement_(repeater_, parts_.catalog, parts_.journal) {}

StepOutcome PurgeStep::run() {
  auto outcome = run_once();
  return outcome ? std::move(*outcome) : StepOutcome::failed(std::move(outcome).error());
}

Result<StepOutcome> PurgeStep::run_once() {
  FIRN_TRY(retirement_.run());
  FIRN_ASSIGN(const auto done, chunks_in(parts_.catalog, repeater_, {ChunkState::kLoaded, ChunkState::kReplaced}));
  FIRN_TRY(remove_local_files(done));
  FIRN_ASSIGN(const Retention retention, Retention::of(parts_.catalog, repeater_, policy()));
  const Timestamp now = parts_.clock.now();
  std::vector<Chunk> due;
  std::optional<Timestamp> next;
  for (const Chunk& chunk : done) {
    const Timestamp when = retention.due_at(chunk);
    if (when <= now) {
      due.push_back(chunk);
    } else {
      next = std::min(next.value_or(when), when);
    }
  }
  FIRN_ASSIGN(auto purged, purge_objects(due));
  if (!purged.empty()) {
    return StepOutcome::done(std::move(purged));
  }
  FIRN_ASSIGN(auto over, purge_batches());
  if (!over.empty()) {
    return StepOutcome::done(std::move(over));
  }
  return wait(retention, next);
}

RetentionPolicy PurgeStep::policy() const { return {options_.keep_staged, options_.at_once && options_.at_once()}; }

Result<StepOutcome> PurgeStep::wait(const Retention& retention, std::optional<Timestamp> next) {
  FIRN_ASSIGN(const auto submitted, chunks_in(parts_.catalog, repeater_, {ChunkState::kSubmitted}));
  const Timestamp now = parts_.clock.now();
  std::optional<Timestamp> look = next;
  for (const Chunk& chunk : submitted) {
    if (retention.is_overdue(chunk, now)) {
      StepOutcome blocked = StepOutcome::failed(
          Error{ErrorKind::kUnavailable, "remove", chunk.key.str(),
                "its retention is over, but it is not proven loaded: it stays, as everything unproven does",
                "see the other alarms and `firn status` for why it is not loaded"});
      blocked.result = StepResult::kBlocked;
      return blocked;
    }
    look = std::min(look.value_or(now + kLookAtUnproven), now + kLookAtUnproven);
  }
  return look ? StepOutcome::idle_for(*look - now) : StepOutcome::idle();
}

Status PurgeStep::remove_local_files(const std::vector<Chunk>& chunks) {
  std::set<ChunkId> removed;
  bool changed = false;
  for (const Chunk& chunk : chunks) {
    removed.insert(chunk.id);
    if (without_local_file_.contains(chunk.id)) {
      continue;
    }
    const auto gone = parts_.files.remove(join(options_.chunk_directory, file_name(chunk.key)));
    if (!gone && gone.error().kind != ErrorKind::kNotFound) {
      return gone;
    }
    changed = changed || gone;
  }
  if (changed) {
    FIRN_TRY(parts_.files.sync_directory(options_.chunk_directory));
  }
  without_local_file_ = std::move(removed);
  return {};
}

Result<std::vector<Transition>> PurgeStep::purge_objects(const std::vector<Chunk>& due) {
  std::vector<ObjectKey> keys;
  std::vector<Transition> moves;
  for (const Chunk& chunk : due | std::views::take(kAtOnce)) {
    keys.push_back(chunk.key);
    moves.emplace_back(MoveChunk{chunk.id, chunk.state, ChunkState::kPurged, parts_.clock.now(), {}});
  }
  if (!keys.empty()) {
    FIRN_TRY(parts_.stage.remove(keys));
    crash_point("purge.after_remove");
  }
  return moves;
}

Result<std::vector<Transition>> PurgeStep::purge_batches() {
  BatchFilter filter;
  filter.repeater = repeater_;
  filter.states = {BatchState::kLoaded};
  FIRN_ASSIGN(const auto batches, parts_.catalog.batches(filter));
  std::vector<Transition> moves;
  for (const Batch& batch : batches) {
    FIRN_ASSIGN(const bool over, is_over(batch));
    if (over) {
      moves.emplace_back(MoveBatch{batch.id, BatchState::kLoaded, BatchState::kPurged, parts_.clock.now(), {}});
    }
  }
  return moves;
}

Result<bool> PurgeStep::is_over(const Batch& batch) {
  ChunkFilter filter;
  filter.repeater = repeater_;
  filter.batch = batch.id;
  filter.states = {ChunkState::kPacked, ChunkState::kStaged, ChunkState::kSubmitted, ChunkState::kLoaded};
  filter.limit = 1;
  FIRN_ASSIGN(const auto kept, parts_.catalog.chunks(filter));
  return kept.empty();
}

}  // namespace firn
