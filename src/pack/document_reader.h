#pragma once

#include <expected>
#include <memory>
#include <string>

#include "model/position.h"
#include "model/privacy.h"
#include "model/record.h"
#include "model/table.h"
#include "pack/document_row.h"

namespace firn {

/// Reads the documents of one kind as CommCare HQ sends them, checks them, and takes their columns out. Used by one
/// thread.
///
/// XML of forms and cases is converted first (pack/xml_document.h); it is told from JSON by its content, or else by the
/// content type. The ids are the kind's own (docs/formats/csv.md); a Couch-shaped document has its id as `_id`, and
/// cannot be a row of a de-identified repeater with rules for `$.properties`. The domain is `$.domain`, or the
/// request's when the document has none. `received_on` is a form's own, or the `received-on` header's, or the time of
/// receipt. The version is the document's; a case without one has that of the `server-modified-on` header. JSON null
/// counts as absent. A text is nothing when it is not one that a column can hold. Of kinds that make no rows, only
/// `domain`, `id` and `received_on` count.
class DocumentReader {
 public:
  /// With privacy rules the row is of what they leave, and so is its digest.
  explicit DocumentReader(Kind kind, const PrivacyPolicy& privacy = {});
  ~DocumentReader();
  DocumentReader(const DocumentReader&) = delete;
  DocumentReader& operator=(const DocumentReader&) = delete;

  [[nodiscard]] Kind kind() const { return kind_; }

  /// The row lives until the next call.
  std::expected<DocumentRow, Rejection> read(const Record& record);

  /// Gives back the memory that a document of unusual size has taken; its row is gone then.
  void trim();

 private:
  struct Rules;
  struct State;

  Kind kind_;
  std::unique_ptr<State> state_;
};

/// Appends the row as a line of a chunk file, in the order of the kind's table.
void append_document_line(Kind kind, const DocumentRow& row, Position position, std::string& out);

}  // namespace firn
