#include "base/xml_text.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include "base/ascii_text.h"

namespace firn {
namespace {

constexpr std::array<std::pair<std::string_view, Charset>, 12> kCharsets{{{"utf-8", Charset::kUtf8},
                                                                          {"utf-16", Charset::kUtf16},
                                                                          {"utf-16le", Charset::kUtf16Little},
                                                                          {"utf-16be", Charset::kUtf16Big},
                                                                          {"us-ascii", Charset::kAscii},
                                                                          {"ascii", Charset::kAscii},
                                                                          {"iso-8859-1", Charset::kLatin1},
                                                                          {"iso8859-1", Charset::kLatin1},
                                                                          {"latin-1", Charset::kLatin1},
                                                                          {"latin1", Charset::kLatin1},
                                                                          {"windows-1252", Charset::kWindows1252},
                                                                          {"cp1252", Charset::kWindows1252}}};

/// The media type without its parameters ends with `xml`: `text/xml`, `application/xml`, `application/x+xml`.
bool is_xml_type(std::string_view content_type) {
  content_type = content_type.substr(0, content_type.find(';'));
  content_type = content_type.substr(0, content_type.find_last_not_of(" \t") + 1);
  constexpr std::string_view kEnd = "xml";
  return content_type.size() > kEnd.size() &&
         equal_ignoring_case(content_type.substr(content_type.size() - kEnd.size()), kEnd);
}

/// The first character that is no space; the bytes of UTF-16 and UTF-32 that are zero count as spaces here.
char first_character(std::string_view body) {
  using namespace std::string_view_literals;
  for (const std::string_view mark : {kUtf8Mark, "\xFF\xFE"sv, "\xFE\xFF"sv}) {
    if (body.starts_with(mark)) {
      body.remove_prefix(mark.size());
      break;
    }
  }
  const std::size_t first = body.find_first_not_of(" \t\r\n\0"sv);
  return first == std::string_view::npos ? '\0' : body[first];
}

}  // namespace

std::optional<Charset> charset_of(std::string_view name) {
  const auto found =
      std::ranges::find_if(kCharsets, [&](const auto& known) { return equal_ignoring_case(known.first, name); });
  return found == kCharsets.end() ? std::nullopt : std::optional(found->second);
}

bool looks_like_xml(std::string_view body, std::string_view content_type) {
  const char first = first_character(body);
  return first == '<' || (first != '{' && first != '[' && is_xml_type(content_type));
}

std::string_view declared_encoding(std::string_view text) {
  constexpr std::string_view kOpening = "<?xml";
  constexpr std::size_t kLongestDeclaration = 400;
  const char behind = text.size() > kOpening.size() ? text[kOpening.size()] : '\0';
  if (!text.starts_with(kOpening) || kXmlSpace.find(behind) == std::string_view::npos) {
    return {};
  }
  std::string_view rest = text.substr(0, std::min(text.find("?>"), kLongestDeclaration));
  const std::size_t key = rest.find("encoding");
  if (key == std::string_view::npos) {
    return {};
  }
  rest.remove_prefix(key);
  const std::size_t open = rest.find_first_of("\"'");
  if (open == std::string_view::npos) {
    return {};
  }
  const std::size_t close = rest.find(rest[open], open + 1);
  return close == std::string_view::npos ? std::string_view{} : rest.substr(open + 1, close - open - 1);
}

std::string_view without_utf8_mark(std::string_view text) {
  return text.starts_with(kUtf8Mark) ? text.substr(kUtf8Mark.size()) : text;
}

}  // namespace firn
