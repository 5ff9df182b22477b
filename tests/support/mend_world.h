#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "pack/mend_step.h"
#include "tests/support/memory_loader.h"
#include "tests/support/memory_stage.h"
#include "tests/support/pack_world.h"

namespace firn {

/// Pack and mend side by side, and what lies between them, done by hand: chunks are staged, submitted, and refused at a
/// line. A crash throws away the steps and what was not synced.
class MendWorld : public PackWorld {
 public:
  MendWorld() { start_mend(); }

  void start_mend() {
    mend = std::make_unique<MendStep>(
        MendStep::Parts{catalog, stage, files, loader, clock, [this] { return journal_open ? &journal : nullptr; }},
        MendStep::Options{options.repeater, options.table, options.data_directory, options.pack_floor_bytes});
  }
  void crash_all(std::uint64_t seed) {
    mend.reset();
    catalog.crash(seed % 2 == 0);
    crash(seed);
    start_mend();
  }

  void commit(std::vector<Transition> transitions) { commit_status = catalog.commit(transitions); }
  Chunk chunk(ChunkId id) { return catalog.chunks({.limit = 1, .after = id - 1}).value().at(0); }

  /// Puts every packed chunk on the stage, and has its closed batch submitted.
  void submit_all() {
    const auto packed = catalog.chunks({.states = {ChunkState::kPacked}}).value();
    for (const Chunk& each : packed) {
      ObjectMetadata metadata;
      metadata.rows = each.rows;
      metadata.range = each.range;
      metadata.content_digest = each.content_digest;
      metadata.file_digest = each.file_digest;
      metadata.bytes = each.bytes_compressed;
      metadata.definition = each.definition;
      const auto put = stage.put(each.key, "/data/chunks/forms/" + file_name(each.key), metadata);
      if (!put) {
        commit_status = fail(Error(put.error()));
        return;
      }
      commit({MoveChunk{each.id, ChunkState::kPacked, ChunkState::kStaged, clock.now(), {}}});
      commit({MoveChunk{each.id, ChunkState::kStaged, ChunkState::kSubmitted, clock.now(), {}}});
    }
  }
  /// The destination refuses the chunk at this line.
  void refuse(ChunkId id, std::uint64_t line) {
    commit({ReportChunk{id, {chunk(id).key, FileStatus::kFailed, 0, "not a VARIANT", line}}});
  }

  /// One run of mend and its commit.
  StepOutcome mend_turn() {
    StepOutcome outcome = mend->run();
    if (!outcome.transitions.empty()) {
      commit_status = catalog.commit(outcome.transitions);
    }
    return outcome;
  }
  /// Mends until there is nothing to do now.
  StepOutcome mend_all() {
    StepOutcome outcome = mend_turn();
    for (int i = 0; i < 100 && outcome.result == StepResult::kDone; ++i) {
      outcome = mend_turn();
    }
    return outcome;
  }
  [[nodiscard]] bool has_version(const std::string& id, Position position) {
    const std::vector keys{document_key("demo", id)};
    const auto known = catalog.versions(options.repeater, keys).value();
    return std::ranges::find(known[0], position, &VersionEntry::position) != known[0].end();
  }

  MemoryStage stage{files};
  MemoryLoader loader;
  bool journal_open = true;
  std::unique_ptr<MendStep> mend;
};

}  // namespace firn
