#pragma once

#include <optional>
#include <string_view>

#include "intake/document_facts.h"
#include "intake/document_peek.h"

namespace firn {

/// Reads the whole of a JSON document, strictly, for check_document(). Nothing when it is not one, nests deeper than
/// 256 levels, or has a key twice in one object.
std::optional<DocumentFacts> check_json(std::string_view body, const PeekOrder& order);

}  // namespace firn
