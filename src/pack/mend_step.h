#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "model/catalog.h"
#include "model/chunk.h"
#include "model/journal.h"
#include "model/names.h"
#include "model/stage.h"
#include "model/step.h"
#include "model/table.h"
#include "pack/chunk_writer.h"
#include "pack/mend_folder.h"
#include "platform/file_system.h"

namespace firn {

/// Makes the next attempt of a submitted chunk of which the destination has refused a row: a copy of what is on the
/// stage without that row, whose record goes to quarantine (design section 6, Object key). One chunk in one run; up to
/// kMostAttempts, after which verify has the word. What cannot be mended goes to quarantine with the reason.
///
/// The new file and the record's bytes are durable before the decision, which is one ReplaceChunk; a crash in between
/// leaves files to throw away, or to make again. Should the new file be lost after it, pack makes the same one from the
/// journal, as of any packed chunk.
class MendStep final : public Step {
 public:
  struct Parts {
    Catalog& catalog;
    Stage& stage;
    FileSystem& files;
    const Clock& clock;
    std::function<Journal*()> journal;  ///< null while it is not open
  };
  struct Options {
    RepeaterName repeater;
    TableDefinition table;
    std::string data_directory;
    std::uint64_t pack_floor_bytes = 0;  ///< nothing is written when the disk has less room than this
  };

  MendStep(Parts parts, Options options);

  [[nodiscard]] std::string_view name() const override { return "mend"; }
  StepOutcome run() override;

 private:
  /// A row as its line says.
  struct RefusedRow {
    Position position;
    std::string domain;
    std::string document_id;
  };
  /// What a copy without the row is.
  struct Copy {
    std::optional<RefusedRow> row;  ///< none when the line is not in the file
    ChunkFile file;
  };

  Result<StepOutcome> run_once();
  Result<std::optional<Chunk>> next_chunk();
  Result<StepOutcome> mend(const Chunk& chunk);
  Status check_floor();
  Result<Copy> copy_without_row(const Chunk& chunk);
  Result<RefusedRow> read_row(const Chunk& chunk, std::string_view line) const;
  /// kDamaged when the journal does not have it any more.
  Result<Record> read_record(const Chunk& chunk, Position position);
  /// Nothing when the catalog has the row's version, and no record at its position in quarantine.
  Status check_row(const Chunk& chunk, const RefusedRow& row);
  Status keep_record(Position position, const Record& record);
  Result<std::optional<Chunk>> next_attempt(const Chunk& chunk, const ChunkFile& file);
  [[nodiscard]] StepOutcome give_up(const Chunk& chunk, const Error& why) const;

  const Parts parts_;
  const Options options_;
  MendFolder folder_;
  bool settled_ = false;  ///< no file waits for its last name
};

}  // namespace firn
