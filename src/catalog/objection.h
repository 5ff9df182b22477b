#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "model/batch.h"
#include "model/chunk.h"
#include "model/position.h"

namespace firn {

// What the rules say no with.

/// Something that keeps a transition from applying; nothing when there is none.
using Objection = std::optional<std::string>;

inline std::unexpected<Error> conflict(std::string operation, std::string object, std::string reason) {
  return fail(Error{ErrorKind::kConflict, std::move(operation), std::move(object), std::move(reason), ""});
}

inline std::string describe(const Chunk& chunk) {
  return fmt::format("chunk {} of {}", chunk.id, chunk.repeater.str());
}
inline std::string describe(const Batch& batch) {
  return fmt::format("batch {} of {}", batch.number, batch.repeater.str());
}

inline bool has_twice(std::vector<Position> positions) {
  std::ranges::sort(positions);
  return std::ranges::adjacent_find(positions) != positions.end();
}

}  // namespace firn
