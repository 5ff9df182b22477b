#pragma once

#include <cstdint>
#include <string_view>

namespace firn {

enum class XmlEncoding : std::uint8_t {
  kUtf8,
  kAscii,
  kOneByte,  ///< ASCII, and other characters of one byte each: latin-1 or windows-1252
  kOther,    ///< not known here, not made of ASCII, or with bytes that are no character
};

/// True when the first characters are those of XML rather than JSON, in whatever encoding.
bool looks_like_xml(std::string_view body);

/// What the first bytes and the XML declaration say, by the names that docs/formats/xml.md tells. `body` looks like
/// XML.
XmlEncoding xml_encoding(std::string_view body);

inline constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";
inline constexpr std::string_view kXmlSpace = " \t\r\n";

}  // namespace firn
