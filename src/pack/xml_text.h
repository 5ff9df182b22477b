#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "pack/document_row.h"

namespace firn {

/// A name in an XML document, a namespace's too, has at most this many bytes.
inline constexpr std::size_t kMaxXmlNameBytes = 1024;

/// An XML document in UTF-8, without a byte order mark.
struct XmlText {
  std::string_view utf8;      ///< the body's own bytes when they are UTF-8 already; not checked then
  std::string_view declared;  ///< the encoding that the XML declaration seems to name; points into `utf8`
};

/// Finds out the encoding and decodes it: UTF-8, UTF-16, US-ASCII, ISO-8859-1 and windows-1252. A byte order mark wins
/// over the charset of the content type, and that over the XML declaration (RFC 7303, section 3). `buffer` holds what
/// had to be decoded. Refused are unknown encodings, a declaration that contradicts the first bytes, and what is no
/// character of its encoding.
std::expected<XmlText, Rejection> decode_xml(std::string_view body, std::string_view content_type, std::string& buffer);

}  // namespace firn
