#pragma once

#include <string>
#include <string_view>

#include "intake/document_facts.h"
#include "model/filter.h"
#include "model/table.h"

namespace firn {

/// What to look for.
struct PeekOrder {
  Kind kind = Kind::kForm;
  FilterFields fields = 0;
};

/// What a short look at a body shows.
struct DocumentPeek {
  std::string id;           ///< the document's id; empty when it was not found or is longer than 255 bytes
  std::string damage;       ///< why the document will not become a row, with its place; empty when nothing was seen
  DocumentFacts facts;      ///< of the fields that were asked for
  bool understood = false;  ///< false: the look came to no end, and `facts` say nothing
};

/// Looks at a body for the answer and for filters only: pack checks everything and decides. JSON and XML are told apart
/// by the content; of XML no damage is told. Values that are not asked for are passed over. Not looked at are bodies of
/// more than 4 MiB and XML in an encoding that does not contain ASCII (UTF-16). The body's content is left as it is;
/// its capacity may grow. Nothing of the content but the id and the facts is in the result. Threads: any.
DocumentPeek peek_document(std::string& body, const PeekOrder& order);

/// Reads a whole body, strictly, before it is dropped for what peek_document() has shown. Not understood when it is
/// damaged; a missing id does not count, because logs of phones have none. Threads: any.
DocumentPeek check_document(std::string_view body, const PeekOrder& order);

}  // namespace firn
