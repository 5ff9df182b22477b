#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/time.h"
#include "model/position.h"
#include "model/quarantine.h"
#include "model/record.h"

namespace firn {

/// What a form's row holds. The texts are views into the reader's buffers or the record: they live until the reader's
/// next call.
struct FormRow {
  std::string_view domain;
  std::string_view form_id;
  Timestamp received_on;
  std::optional<Timestamp> server_modified_on;
  std::optional<std::string_view> xmlns;
  std::optional<std::string_view> app_id;
  std::string_view json;  ///< the document without the spaces between its parts; every number and text as it came
  Digest128 digest;       ///< of `json` without the top `indexed_on` and the `url` of each attachment
};

/// Why a record cannot become a row, and what is known of it. Never holds a value of the document but its domain and
/// id.
struct Rejection {
  QuarantineReason reason = QuarantineReason::kNotJson;
  std::string detail;       ///< the place: a JSON path as `$.form.members[3].age`, or line and column
  std::string domain;       ///< empty when unknown
  std::string document_id;  ///< empty when unknown
};

/// Reads forms in JSON as CommCare HQ sends them (Form API, `form_json` forwarding). Used by one thread.
///
/// The id is `$.id`. The domain is `$.domain`, or the request's when the document has none. `received_on` is the
/// document's, or the `received-on` header's, or the time of receipt; `server_modified_on` the document's or none.
/// JSON null counts as absent. `xmlns` and `app_id` are nothing when they are not texts that a column can hold.
class FormReader {
 public:
  FormReader();
  ~FormReader();
  FormReader(const FormReader&) = delete;
  FormReader& operator=(const FormReader&) = delete;

  std::expected<FormRow, Rejection> read(const Record& record);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Appends the row as a line of a chunk file, in the order of table_of(Kind::kForm).
void append_form_line(const FormRow& row, Position position, std::string& out);

}  // namespace firn
