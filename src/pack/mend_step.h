#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "model/batch.h"
#include "model/catalog.h"
#include "model/chunk.h"
#include "model/journal.h"
#include "model/loader.h"
#include "model/names.h"
#include "model/stage.h"
#include "model/step.h"
#include "model/table.h"
#include "model/transition.h"
#include "pack/attempt_maker.h"
#include "pack/mend_requests.h"
#include "platform/file_system.h"

namespace firn {

/// Makes the next attempt of a submitted chunk of which the destination has refused a row: a copy of what is on the
/// stage without that row, whose record goes to quarantine (design section 6, Object key). One chunk in one run; up to
/// kMostAttempts, after which verify has the word. What cannot be mended goes to quarantine with the reason. When a
/// person asks for it, a chunk of which the destination reported something else than its rows gets a next attempt with
/// those that are not in the table.
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
    Loader& loader;
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

  /// What people ask of it: to send a quarantined chunk again without the rows that have arrived. Such a chunk has a
  /// report. The next attempt lies in the open batch.
  [[nodiscard]] MendRequests& requests() { return requests_; }

  [[nodiscard]] std::string_view name() const override { return "mend"; }
  StepOutcome run() override;

 private:
  /// A row as its line says.
  struct RefusedRow {
    Position position;
    std::string domain;
    std::string document_id;
  };

  Result<StepOutcome> run_once();
  Result<std::optional<Chunk>> next_refused();
  /// Without the row that the destination refuses; kDamaged or kNotFound when that cannot be.
  Result<StepOutcome> leave_out(const Chunk& chunk);
  Result<ReplaceChunk> replacement_of(const Chunk& chunk);
  [[nodiscard]] Status check_shape(const Chunk& chunk) const;
  Result<RefusedRow> read_row(const Chunk& chunk, std::string_view line) const;
  /// Succeeds when the catalog has the row's version, and no record at its position in quarantine.
  Status check_row(const Chunk& chunk, const RefusedRow& row);
  /// kDamaged when the journal does not have it any more.
  Result<Record> read_record(const Chunk& chunk, Position position);
  Status keep_record(Position position, const Record& record);
  Result<Batch> batch_of(const Chunk& chunk);

  /// The chunk that a person has asked for; answers for those that are not to be sent, or are already.
  Result<std::optional<Chunk>> next_asked();
  /// Answers when it cannot be.
  Result<StepOutcome> send_missing(const Chunk& chunk);
  /// The rows of the file in the table, each once.
  Result<std::vector<Position>> arrived(const Chunk& chunk);
  Result<Transition> without_arrived(const Chunk& chunk);

  const Parts parts_;
  const Options options_;
  AttemptMaker maker_;
  MendRequests requests_;
};

}  // namespace firn
