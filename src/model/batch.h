#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "model/chunk.h"
#include "model/names.h"
#include "model/position.h"

namespace firn {

/// Where a batch is: `open -> closing -> submitted -> loaded -> purged`; back from submitted to closing when the
/// destination has refused or forgotten the request, or died with some files undone. An empty batch goes from closing
/// to purged.
enum class BatchState { kOpen, kClosing, kSubmitted, kLoaded, kPurged };

std::string_view to_string(BatchState state);
std::optional<BatchState> parse_batch_state(std::string_view text);
bool can_move(BatchState from, BatchState to);

/// Why a batch was closed. kSealed: age or schedule were due, but pack stood still, and what was sealed went alone.
/// kPeriod: nothing was in it when its period was over.
enum class TriggerCause { kThreshold, kOperator, kMaxAge, kSchedule, kDrain, kSealed, kPeriod };

/// True when such a trigger covers every record that was received before it.
bool covers_everything(TriggerCause cause);

std::string_view to_string(TriggerCause cause);
std::optional<TriggerCause> parse_trigger_cause(std::string_view text);

/// The chunks of one repeater that one trigger covers; also the directory they lie in.
struct Batch {
  BatchId id = 0;  ///< given by the catalog
  RepeaterName repeater;
  std::uint64_t number = 0;  ///< counts up per repeater from 1
  std::string period;        ///< of the moment it was opened, `YYYY-MM`
  BatchState state = BatchState::kOpen;
  Timestamp opened_at;
  std::optional<Position> cut;  ///< records from here on belong to later batches
  std::optional<TriggerCause> cause;
  std::optional<Timestamp> closed_at;
  std::string request_id;  ///< recorded before the destination is asked
  std::string handle;      ///< what the destination answered; empty until it has
  std::optional<Timestamp> submitted_at;
  std::optional<Timestamp> loaded_at;

  /// `<period>/<number as 6 digits>`.
  [[nodiscard]] std::string directory() const;
};

}  // namespace firn
