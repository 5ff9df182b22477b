#include "stage/stage_step.h"

#include <fmt/format.h>

#include <chrono>
#include <string>
#include <utility>

#include "base/crash_point.h"

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
  return metadata;
}

}  // namespace

StageStep::StageStep(RepeaterName repeater, Catalog& catalog, Stage& stage, FileSystem& files, const Clock& clock,
                     std::string chunk_directory)
    : repeater_(std::move(repeater)),
      catalog_(catalog),
      stage_(stage),
      files_(files),
      clock_(clock),
      chunk_directory_(std::move(chunk_directory)) {}

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
  for (const Chunk& chunk : packed) {
    FIRN_ASSIGN(const bool there, files_.exists(join(chunk_directory_, file_name(chunk.key))));
    if (there) {
      return put(chunk);
    }
  }
  return wait_for(packed.front());
}

StepOutcome StageStep::put(const Chunk& chunk) {
  const auto put = stage_.put(chunk.key, join(chunk_directory_, file_name(chunk.key)), metadata_of(chunk));
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
  const std::string path = join(chunk_directory_, file_name(chunk.key));
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
                              fmt::format("its file is not in {}", chunk_directory_),
                              "it is packed again from the journal; if this stays, see what the step pack says"});
}

}  // namespace firn
