#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "model/catalog.h"
#include "model/step.h"
#include "model/table.h"

namespace firn {

/// Brings a catalog into the states that the later steps find: one repeater `forms`, whose chunks hold ten rows each
/// and follow one another in the journal. What cannot be done fails the test.
class CatalogScenario {
 public:
  CatalogScenario(Catalog& catalog, const Clock& clock);

  static RepeaterName repeater() { return RepeaterName("forms"); }
  static TableDefinition table() { return table_of(Kind::kForm, TableName("forms")); }
  static constexpr std::uint64_t kRows = 10;
  /// The content of the chunk's file and of its uncompressed rows.
  static std::string content(const Chunk& chunk) { return "rows of " + chunk.range.first.str(); }

  void apply(std::vector<Transition> transitions);
  /// Does what the pipeline does with an outcome.
  void apply(const StepOutcome& outcome) { apply(outcome.transitions); }

  /// The next chunk, in the open batch. `definition` is that of table() when empty.
  ChunkId pack(std::string definition = {});
  ChunkId staged();
  /// Closes the open batch at the cursor.
  BatchId cut();
  /// A closed batch with `chunks` submitted ones, with a handle.
  BatchId submitted(int chunks = 1);
  void report(ChunkId chunk, FileStatus status, std::uint64_t rows);
  /// Replaces a submitted chunk, of which a row was refused, by its next attempt without the first row that is left.
  Chunk next_attempt(ChunkId chunk);
  /// A chunk that is proven loaded, in a batch of its own that is loaded too.
  ChunkId loaded();
  /// Moves it there from the state it has.
  void move(ChunkId chunk, ChunkState to, std::string reason = {});
  void move_batch(BatchId batch, BatchState to);

  [[nodiscard]] Chunk chunk(ChunkId id) const;
  [[nodiscard]] Batch batch(BatchId id) const;
  [[nodiscard]] Batch open_batch() const;
  [[nodiscard]] std::vector<Chunk> chunks_of(BatchId batch) const;
  [[nodiscard]] Position cursor() const;

 private:
  Catalog& catalog_;
  const Clock& clock_;
};

}  // namespace firn
