#pragma once

#include <string_view>

#include "intake/document_peek.h"

namespace firn {

/// Reads the whole of an XML document with a strict parser, for check_document(). Not understood when it is not
/// well-formed, has a doctype, nests deeper than 256 levels, or is in an encoding that peek_document() does not look
/// at.
DocumentPeek check_xml(std::string_view body, const PeekOrder& order);

}  // namespace firn
