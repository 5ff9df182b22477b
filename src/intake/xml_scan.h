#pragma once

#include <string_view>

#include "intake/document_peek.h"

namespace firn {

/// A quick look over the tags of a body that looks like XML, for peek_document(). Whatever is not certain is unclear:
/// a doctype, references to entities of its own, comments or CDATA inside a value, characters beyond ASCII in an
/// encoding other than UTF-8, more than 256 levels. What is not well-formed may go unnoticed.
void scan_xml(std::string_view body, const PeekOrder& order, DocumentPeek& peek);

}  // namespace firn
