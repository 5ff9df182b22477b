#pragma once

#include <simdjson.h>

#include <expected>
#include <string_view>

#include "model/record.h"
#include "model/table.h"
#include "pack/document_row.h"

namespace firn {

/// True for what an id or a domain may be: 1 to 255 bytes without control characters.
bool is_good_name(std::string_view text);

/// The columns of a document's row but `json` and `digest`. The document is checked already, and of this kind.
std::expected<DocumentRow, Rejection> columns_of(Kind kind, const simdjson::dom::object& document,
                                                 const Envelope& envelope);

/// Those of a body that is nothing but an id.
std::expected<DocumentRow, Rejection> columns_of_id(std::string_view id, const Envelope& envelope);

/// Writes down what is known of a rejected record, as far as it can be shown. `document` is null when it could not be
/// read.
void identify(Kind kind, const simdjson::dom::object* document, const Envelope& envelope, Rejection& rejection);

}  // namespace firn
