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

/// What the first bytes and the XML declaration say. `body` looks like XML. Intake only looks; what is kOther here is
/// left to pack, which decodes it.
XmlEncoding xml_encoding(std::string_view body);

}  // namespace firn
