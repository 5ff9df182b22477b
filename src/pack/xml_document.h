#pragma once

#include <expected>
#include <memory>
#include <string_view>

#include "model/table.h"
#include "pack/document_row.h"

namespace firn {

/// Converts XML as phones and CommCare HQ write it to the JSON that HQ makes of it (docs/formats/xml.md). Used by one
/// thread.
class XmlReader {
 public:
  XmlReader();
  ~XmlReader();
  XmlReader(const XmlReader&) = delete;
  XmlReader& operator=(const XmlReader&) = delete;

  /// The document as minified JSON: valid UTF-8, no key twice, not deeper than kMaxJsonDepth. Of kForm it is
  /// `{"id":...,"form":{...}}`, of kCase the case with its properties; every other kind is refused. The charset of the
  /// content type counts (docs/formats/xml.md says what wins). The view lives until the next call.
  std::expected<std::string_view, Rejection> to_json(std::string_view body, std::string_view content_type, Kind kind);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace firn
