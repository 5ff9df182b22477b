#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace firn {

inline constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";
inline constexpr std::string_view kXmlSpace = " \t\r\n";

/// The encodings that docs/formats/xml.md names.
enum class Charset : std::uint8_t { kUtf8, kUtf16, kUtf16Little, kUtf16Big, kAscii, kLatin1, kWindows1252 };

/// By its name in an XML declaration, in capitals or not; nothing for one that is not known here.
std::optional<Charset> charset_of(std::string_view name);

/// True when a body is to be read as XML. The content decides first: a `<` after a byte order mark and spaces, also in
/// UTF-16. Only when it begins neither as XML nor as JSON does the content type decide.
bool looks_like_xml(std::string_view body, std::string_view content_type);

/// What stands as `encoding` in the XML declaration at the beginning of `text`, which has no byte order mark; empty
/// when nothing does. A simple look: a parser may find that the declaration is no good one.
std::string_view declared_encoding(std::string_view text);

std::string_view without_utf8_mark(std::string_view text);

}  // namespace firn
