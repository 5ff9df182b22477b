#pragma once

#include <string>

namespace firn {

/// What a short look at a body shows.
struct DocumentPeek {
  std::string id;      ///< the document's `id`; empty when it was not found or is longer than 255 bytes
  std::string damage;  ///< why the document will not become a row, with its JSON place; empty when nothing was seen
};

/// Looks at a JSON body for the answer only: pack checks everything and decides. Values other than `id` are passed
/// over, and bodies of more than 4 MiB are not looked at. The body's content is left as it is; its capacity may grow.
/// Nothing of the content but the id is in the result. Threads: any.
DocumentPeek peek_document(std::string& body);

}  // namespace firn
