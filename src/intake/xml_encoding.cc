#include "intake/xml_encoding.h"

#include <string_view>

#include "base/xml_text.h"

namespace firn {
namespace {

// Bytes that are no character in windows-1252.
constexpr std::string_view kNotWindows1252 = "\x81\x8D\x8F\x90\x9D";
// Expat takes them for letters of names in latin-1, but not in UTF-8, which pack makes of the text.
constexpr std::string_view kLettersInLatin1Only = "\xAA\xB5\xBA";

bool has_one_of(std::string_view body, std::string_view bytes) {
  return body.find_first_of(bytes) != std::string_view::npos;
}

/// The first bytes are those of UTF-16, or its mark.
bool is_wide(std::string_view body) {
  return body.substr(0, 4).contains('\0') || body.starts_with("\xFF\xFE") || body.starts_with("\xFE\xFF");
}

}  // namespace

XmlEncoding xml_encoding(std::string_view body) {
  if (is_wide(body)) {
    return XmlEncoding::kOther;
  }
  const std::string_view text = without_utf8_mark(body);
  const bool marked = text.size() != body.size();
  const std::string_view name = declared_encoding(text);
  const auto charset = name.empty() ? Charset::kUtf8 : charset_of(name);
  if (charset == Charset::kUtf8) {
    return XmlEncoding::kUtf8;
  }
  if (marked || !charset) {
    return XmlEncoding::kOther;
  }
  if (charset == Charset::kAscii) {
    return XmlEncoding::kAscii;
  }
  const bool is_one_byte =
      charset == Charset::kLatin1 || (charset == Charset::kWindows1252 && !has_one_of(body, kNotWindows1252));
  return is_one_byte && !has_one_of(body, kLettersInLatin1Only) ? XmlEncoding::kOneByte : XmlEncoding::kOther;
}

}  // namespace firn
