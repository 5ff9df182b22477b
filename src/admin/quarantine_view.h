#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>

#include "base/result.h"
#include "model/chunk.h"
#include "model/names.h"
#include "model/position.h"
#include "pipeline/daemon.h"

namespace firn {

/// Names one quarantined record.
struct QuarantineId {
  RepeaterName repeater;
  Position position;
};

/// What to list; an empty field does not restrict.
struct QuarantineWish {
  std::string repeater;
  std::string state;
  std::optional<std::pair<RepeaterName, Position>> behind;
};

/// The first records, a thousand at most, with `more` when there are others. The first page has the chunks in
/// quarantine too, all of them. kInvalidInput: no such state.
Result<boost::json::object> quarantine_list(Daemon& daemon, const QuarantineWish& wish);

/// One record with its document as `body_base64` (null when it was discarded). kNotFound.
Result<boost::json::object> quarantine_show(Daemon& daemon, const QuarantineId& id);

/// What takes the place of what was received.
struct Repair {
  std::optional<std::string> body;
  std::optional<std::string> domain;  ///< of the request
};

/// Sends the record through the journal again. Doing it twice makes no second row: the new record names the position
/// that it replaces.
Result<boost::json::object> quarantine_retry(Daemon& daemon, const QuarantineId& id, Repair repair);

/// Gives the record up; its bytes are removed.
Result<boost::json::object> quarantine_discard(Daemon& daemon, const QuarantineId& id);

/// Puts a quarantined chunk of which no row was loaded back on its way, in the open batch.
Result<boost::json::object> quarantine_retry_chunk(Daemon& daemon, ChunkId id);

}  // namespace firn
