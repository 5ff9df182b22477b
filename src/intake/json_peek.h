#pragma once

#include <string>

#include "intake/document_peek.h"

namespace firn {

/// Looks at a body that is JSON, or should be, for peek_document().
void peek_json(std::string& body, const PeekOrder& order, DocumentPeek& peek);

}  // namespace firn
