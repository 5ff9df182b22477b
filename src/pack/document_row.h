#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/time.h"
#include "model/quarantine.h"

namespace firn {

/// What a document's row holds, in the order of its table (docs/formats/csv.md). The views point into the reader's
/// buffers or the record: they live until the reader's next call.
struct DocumentRow {
  std::string_view domain;
  std::vector<std::string_view> ids;  ///< as many as the table has
  std::string id;                     ///< names the document within its domain: the ids with `/` between them
  Timestamp received_on;
  std::optional<Timestamp> version;
  std::vector<std::optional<std::string_view>> texts;  ///< the columns behind the times, as many as the table has
  std::string_view json;  ///< the document without the spaces between its parts; every number and text as it came
  Digest128 digest;       ///< of the content, without what changes at each sending
};

/// Why a record cannot become a row, and what is known of it. Never holds a value of the document but its domain and
/// id.
struct Rejection {
  QuarantineReason reason = QuarantineReason::kNotJson;
  std::string detail;       ///< the place: a JSON path as `$.form.members[3].age`, or line and column
  std::string domain;       ///< empty when unknown
  std::string document_id;  ///< empty when unknown
};

}  // namespace firn
