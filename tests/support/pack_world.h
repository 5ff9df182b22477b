#pragma once

#include <zstd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "model/journal.h"
#include "pack/pack_step.h"
#include "tests/support/csv_reader.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_catalog.h"
#include "tests/support/simulated_file_system.h"

namespace firn {

/// A journal that is a list; tests change the list as they like: holes, lost ranges, new generations.
class ListJournal final : public Journal {
 public:
  std::vector<StoredRecord> records;
  Position next_position = Position::make(1, 0, 0);
  std::optional<Error> read_error;  ///< given by read() once there are no records before it

  Result<std::vector<Position>> append(std::span<const Record> added) override {
    std::vector<Position> positions;
    for (const Record& record : added) {
      positions.push_back(next_position);
      records.push_back({next_position, record});
      next_position = next_position.plus(1);
    }
    return positions;
  }
  Status reopen() override { return {}; }
  Result<std::vector<StoredRecord>> read(Position from, std::size_t max_bytes) override {
    std::vector<StoredRecord> found;
    std::size_t bytes = 0;
    for (const StoredRecord& stored : records) {
      bytes += stored.position < from ? 0 : stored.record.body.size();
      const bool fits =
          found.empty() || (bytes <= max_bytes && stored.position.generation() == found.front().position.generation());
      if (stored.position >= from && fits) {
        found.push_back(stored);
      }
    }
    if (found.empty() && read_error) {
      return fail(*read_error);
    }
    return found;
  }
  [[nodiscard]] Position begin(std::uint64_t /*partition*/) const override { return Position::make(1, 0, 0); }
  [[nodiscard]] Position end(std::uint64_t /*partition*/) const override { return next_position; }
  Status retire(Position /*up_to*/) override { return {}; }
  [[nodiscard]] std::uint64_t disk_bytes() const override { return 0; }
};

/// Everything around a pack step, all in memory. A crash throws away the step and what was not synced.
class PackWorld {
 public:
  PackWorld() {
    options.repeater = RepeaterName("forms");
    options.table = table_of(Kind::kForm, TableName("forms"));
    options.data_directory = "/data";
    start();
  }

  void start() { step = std::make_unique<PackStep>(PackContext{journal, catalog, files, clock}, options); }
  void crash(std::uint64_t seed) {
    step.reset();
    files.crash(seed);
    start();
  }

  /// A body with the id, and the version's day when it is not 0.
  static std::string form(const std::string& id, int day = 0, const std::string& content = "x") {
    const std::string version = R"("server_modified_on":"2026-03-)" + std::string(day < 10 ? "0" : "") +
                                std::to_string(day) + R"(T00:00:00Z",)";
    return R"({"id":")" + id + R"(","domain":"demo",)" + (day == 0 ? "" : version) + R"("form":{"a":")" + content +
           "\"}}";
  }
  Position accept(const std::string& body, std::optional<Position> replaces = std::nullopt) {
    Record record;
    record.body = body;
    record.envelope.received_at = clock.now();
    record.envelope.replaces = replaces;
    return journal.append({&record, 1}).value().front();
  }

  StepOutcome run() { return step->run(); }
  /// One run and its commit.
  StepOutcome turn() {
    StepOutcome outcome = run();
    if (!outcome.transitions.empty()) {
      commit_status = catalog.commit(outcome.transitions);
    }
    return outcome;
  }
  /// Turns until there is nothing to do now.
  StepOutcome settle() {
    StepOutcome outcome = turn();
    for (int i = 0; i < 1000 && outcome.result == StepResult::kDone; ++i) {
      outcome = turn();
    }
    return outcome;
  }
  /// Records a cut of the open batch, when there is one, at the journal's end, or where told.
  void cut(std::optional<Position> at = std::nullopt) {
    const auto open = catalog.batches({options.repeater, {BatchState::kOpen}, 1, 0}).value();
    if (open.empty()) {
      return;
    }
    const CutBatch cut{options.repeater,        open[0].id, at.value_or(journal.next_position),
                       TriggerCause::kOperator, "2026-03",  clock.now()};
    const Transition transition = cut;
    commit_status = catalog.commit({&transition, 1});
  }
  /// Packs everything that was accepted into decided chunks.
  void pack_all() {
    settle();
    cut();
    settle();
  }

  [[nodiscard]] std::vector<Chunk> chunks() { return catalog.chunks({}).value(); }
  [[nodiscard]] std::vector<QuarantinedRecord> quarantined() { return catalog.quarantined({}).value(); }
  [[nodiscard]] PackCounts counts() { return catalog.totals(options.repeater).value().decided; }
  [[nodiscard]] std::vector<std::string> chunk_files() { return files.list("/data/chunks/forms").value(); }
  [[nodiscard]] std::vector<CsvFields> rows_of(const Chunk& chunk) {
    const std::string file = files.content("/data/chunks/forms/" + file_name(chunk.key)).value();
    std::string content(chunk.bytes_uncompressed, '\0');
    content.resize(ZSTD_decompress(content.data(), content.size(), file.data(), file.size()));
    return read_csv(content);
  }
  /// The positions of all rows in all chunk files, offsets only, sorted.
  [[nodiscard]] std::vector<std::uint64_t> row_offsets() {
    std::vector<std::uint64_t> offsets;
    for (const Chunk& chunk : chunks()) {
      for (const CsvFields& row : rows_of(chunk)) {
        offsets.push_back(Position(std::stoull(row.back().value())).offset());
      }
    }
    std::ranges::sort(offsets);
    return offsets;
  }

  SimulatedFileSystem files;
  ManualClock clock;
  ListJournal journal;
  MemoryCatalog catalog;
  PackOptions options;
  Status commit_status;
  std::unique_ptr<PackStep> step;
};

}  // namespace firn
