#pragma once

#include <string_view>

#include "intake/document_peek.h"

namespace firn {

/// Reads the whole of a JSON document, strictly, for check_document(). Not understood when it is not one, nests deeper
/// than 256 levels, or has a key twice in one object.
DocumentPeek check_json(std::string_view body, const PeekOrder& order);

}  // namespace firn
