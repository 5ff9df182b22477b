#include "stage/stage_step.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/crash_point.h"
#include "platform/thread.h"

namespace firn {
namespace {

// Pack gives the file its name right after the decision; at the next start when it was stopped in between.
constexpr Duration kLookAgain = std::chrono::milliseconds(50);
constexpr Duration kPatience = std::chrono::seconds(10);

ObjectMetadata metadata_of(const Chunk& chunk) {
  ObjectMetadata metadata;
  metadata.rows = chunk.rows;
  metadata.range = chunk.range;
  metadata.content_digest = chunk.content_digest;
  metadata.file_digest = chunk.file_digest;
  metadata.bytes = chunk.bytes_compressed;
  metadata.definition = chunk.definition;
  if (!chunk.replaces.empty()) {
    metadata.replaces = chunk.replaces;
  }
  return metadata;
}

}  // namespace

StageStep::StageStep(RepeaterName repeater, const Parts& parts, Options options)
    : repeater_(std::move(repeater)),
      catalog_(parts.catalog),
      stage_(parts.stage),
      files_(parts.files),
      clock_(parts.clock),
      options_(std::move(options)) {}

StepOutcome StageStep::run() {
  auto outcome = run_once();
  return outcome ? std::move(*outcome) : StepOutcome::failed(std::move(outcome).error());
}

Result<StepOutcome> StageStep::run_once() {
  ChunkFilter filter;
  filter.repeater = repeater_;
  filter.states = {ChunkState::kPacked};
  filter.limit = 100;
  FIRN_ASSIGN(const auto packed, catalog_.chunks(filter));
  if (packed.empty()) {
    missing_ = 0;
    return StepOutcome::idle();
  }
  std::vector<Chunk> ready;
  for (const Chunk& chunk : packed) {
    FIRN_ASSIGN(const bool there, files_.exists(join(options_.chunk_directory, file_name(chunk.key))));
    if (there) {
      ready.push_back(chunk);
    }
    if (ready.size() == options_.side_by_side) {
      break;
    }
  }
  return ready.empty() ? wait_for(packed.front()) : put_all(ready);
}

/// What was put is recorded whatever became of the others.
StepOutcome StageStep::put_all(std::span<const Chunk> chunks) {
  std::vector<StepOutcome> outcomes(chunks.size());
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < chunks.size(); ++i) {
    threads.push_back(start_thread("firn-stage", [this, &outcomes, chunks, i] { outcomes[i] = put(chunks[i]); }));
  }
  outcomes.front() = put(chunks.front());
  for (std::thread& thread : threads) {
    thread.join();
  }
  auto all = StepOutcome::done();
  for (StepOutcome& outcome : outcomes) {
    std::ranges::move(outcome.transitions, std::back_inserter(all.transitions));
    if (outcome.result != StepResult::kDone && !all.reason) {
      all.result = outcome.result;
      all.reason = std::move(outcome.reason);
    }
  }
  return all;
}

StepOutcome StageStep::put(const Chunk& chunk) {
  const auto put = stage_.put(chunk.key, join(options_.chunk_directory, file_name(chunk.key)), metadata_of(chunk));
  MoveChunk move{chunk.id, ChunkState::kPacked, ChunkState::kStaged, clock_.now(), {}};
  if (!put) {
    if (put.error().kind == ErrorKind::kDamaged) {
      return set_aside(chunk, put.error());
    }
    if (put.error().kind != ErrorKind::kConflict) {
      return StepOutcome::failed(put.error());
    }
    move.to = ChunkState::kQuarantined;
    move.reason = put.error().message();
    return StepOutcome::done({std::move(move)});
  }
  crash_point("stage.after_put");
  return StepOutcome::done({std::move(move)});
}

/// The records are still in the journal, so that pack can make a good file.
StepOutcome StageStep::set_aside(const Chunk& chunk, const Error& damage) {
  const std::string path = join(options_.chunk_directory, file_name(chunk.key));
  if (const Status renamed = files_.rename(path, path + ".damaged"); !renamed) {
    return StepOutcome::failed(renamed.error());
  }
  return StepOutcome::failed({ErrorKind::kUnavailable, "stage", chunk.key.str(), damage.reason,
                              "it is packed again from the journal; look at the disk: it may be dying"});
}

StepOutcome StageStep::wait_for(const Chunk& chunk) {
  if (missing_ != chunk.id) {
    missing_ = chunk.id;
    missing_since_ = clock_.steady();
  }
  if (clock_.steady() - missing_since_ < kPatience) {
    return StepOutcome::idle_for(kLookAgain);
  }
  return StepOutcome::failed({ErrorKind::kUnavailable, "stage", chunk.key.str(),
                              fmt::format("its file is not in {}", options_.chunk_directory),
                              "it is packed again from the journal; if this stays, see what the step pack says"});
}

}  // namespace firn
