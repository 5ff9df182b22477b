#pragma once

#include <simdjson.h>

#include <optional>
#include <string>

#include "model/table.h"

namespace firn {

/// The place that shows that a document is not of this kind: what says that it is another one, or what is missing.
/// Nothing when it is of this kind.
std::optional<std::string> place_of_other_kind(Kind kind, const simdjson::dom::object& document);

}  // namespace firn
