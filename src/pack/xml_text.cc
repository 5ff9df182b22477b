#include "pack/xml_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/ascii_text.h"
#include "base/xml_text.h"
#include "pack/json_fault.h"

namespace firn {
namespace {

using Reason = QuarantineReason;

/// The characters of windows-1252 from 0x80 on that latin-1 does not have; 0 where it has none.
constexpr std::array<char16_t, 32> kWindows1252{0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                                0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017D, 0,
                                                0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                                0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

std::unexpected<Rejection> reject(Reason reason, std::string detail) {
  return std::unexpected(Rejection{reason, std::move(detail), {}, {}});
}

/// The parameter `charset` of a content type; empty when there is none.
std::string charset_parameter(std::string_view content_type) {
  constexpr std::string_view kSpaces = " \t";
  while (!content_type.empty()) {
    const std::size_t end = std::min(content_type.find(';'), content_type.size());
    content_type.remove_prefix(std::min(end + 1, content_type.size()));
    std::string_view part = content_type.substr(0, content_type.find(';'));
    part.remove_prefix(std::min(part.find_first_not_of(kSpaces), part.size()));
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos || lower_ascii(part.substr(0, equals)) != "charset") {
      continue;
    }
    std::string_view value = part.substr(equals + 1);
    value = value.substr(0, value.find_last_not_of(kSpaces) + 1);
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
      value = value.substr(1, value.size() - 2);
    }
    return std::string(value);
  }
  return {};
}

void append_character(std::string& out, std::uint32_t c) {
  const auto put = [&](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (c < 0x80U) {
    put(c);
  } else if (c < 0x800U) {
    put(0xC0U | (c >> 6U));
    put(0x80U | (c & 0x3FU));
  } else if (c < 0x10000U) {
    put(0xE0U | (c >> 12U));
    put(0x80U | ((c >> 6U) & 0x3FU));
    put(0x80U | (c & 0x3FU));
  } else {
    put(0xF0U | (c >> 18U));
    put(0x80U | ((c >> 12U) & 0x3FU));
    put(0x80U | ((c >> 6U) & 0x3FU));
    put(0x80U | (c & 0x3FU));
  }
}

/// False at the first byte that is no character.
bool decode_bytes(std::string_view body, Charset charset, std::string& out) {
  for (const char byte : body) {
    std::uint32_t c = static_cast<unsigned char>(byte);
    if (c >= 0x80U && charset == Charset::kAscii) {
      return false;
    }
    if (c >= 0x80U && c < 0xA0U && charset == Charset::kWindows1252) {
      c = kWindows1252[c - 0x80U];
      if (c == 0) {
        return false;
      }
    }
    append_character(out, c);
  }
  return true;
}

/// False at the first half of a surrogate pair that has no other half, and at an odd byte.
bool decode_utf16(std::string_view body, bool little, std::string& out) {
  const auto unit = [&](std::size_t at) -> std::uint32_t {
    const auto first = static_cast<unsigned char>(body[at]);
    const auto second = static_cast<unsigned char>(body[at + 1]);
    return little ? first | (std::uint32_t{second} << 8U) : second | (std::uint32_t{first} << 8U);
  };
  std::size_t at = 0;
  for (; at + 2 <= body.size(); at += 2) {
    std::uint32_t c = unit(at);
    if (c >= 0xD800U && c <= 0xDFFFU) {
      const std::uint32_t low = at + 4 <= body.size() ? unit(at + 2) : 0;
      if (c > 0xDBFFU || low < 0xDC00U || low > 0xDFFFU) {
        return false;
      }
      c = 0x10000U + ((c - 0xD800U) << 10U) + (low - 0xDC00U);
      at += 2;
    }
    append_character(out, c);
  }
  return at == body.size();
}

bool is_utf16(Charset charset) {
  return charset == Charset::kUtf16 || charset == Charset::kUtf16Little || charset == Charset::kUtf16Big;
}

/// What the first bytes say by themselves.
struct FirstBytes {
  std::optional<Charset> charset;
  std::size_t mark = 0;  ///< the length of the byte order mark
};

FirstBytes look_at_first_bytes(std::string_view body) {
  if (body.starts_with("\xEF\xBB\xBF")) {
    return {Charset::kUtf8, 3};
  }
  if (body.starts_with("\xFF\xFE")) {
    return {Charset::kUtf16Little, 2};
  }
  if (body.starts_with("\xFE\xFF")) {
    return {Charset::kUtf16Big, 2};
  }
  if (body.size() >= 2 && (body[0] == '\0') != (body[1] == '\0')) {
    return {body[0] == '\0' ? Charset::kUtf16Big : Charset::kUtf16Little, 0};
  }
  return {};
}

bool is_utf32(std::string_view body) {
  using namespace std::string_view_literals;
  return body.starts_with("\xFF\xFE\0\0"sv) || body.starts_with("\0\0\xFE\xFF"sv) || body.starts_with("<\0\0\0"sv) ||
         body.starts_with("\0\0\0<"sv);
}

/// True when a declaration may stand in text whose first bytes showed this encoding.
bool agrees(std::string_view declared, Charset shown) {
  const auto named = charset_of(declared);
  return declared.empty() || named == shown || (named == Charset::kUtf16 && is_utf16(shown));
}

/// What comes from outside the text: a byte order mark or the charset of the content type.
struct Outside {
  std::optional<Charset> charset;
  bool shown = false;  ///< by the first bytes: then the declaration must not say another one
};

std::expected<Outside, Rejection> look_outside(const FirstBytes& first, std::string_view content_type) {
  if (first.mark > 0) {
    return Outside{first.charset, true};
  }
  const std::string parameter = charset_parameter(content_type);
  if (parameter.empty()) {
    return Outside{first.charset, first.charset.has_value()};
  }
  // People write `utf8` in headers, never in declarations.
  const auto named = lower_ascii(parameter) == "utf8" ? Charset::kUtf8 : charset_of(parameter);
  if (!named) {
    return reject(Reason::kUnknownEncoding, "the charset of the content type");
  }
  // Without a mark UTF-16 is the big-endian one (RFC 2781), but where the first character is `<` it shows itself.
  const bool open = *named == Charset::kUtf16;
  return Outside{open ? first.charset.value_or(Charset::kUtf16Big) : *named, false};
}

std::string place_in_declaration(std::string_view text, std::string_view declared) {
  return describe_place(text, static_cast<std::size_t>(declared.data() - text.data()));
}

std::expected<XmlText, Rejection> decode_as(Charset charset, std::string_view body, std::string& buffer) {
  if (charset == Charset::kUtf8) {
    return XmlText{body, declared_encoding(body)};
  }
  buffer.clear();
  const bool good = is_utf16(charset) ? decode_utf16(body, charset == Charset::kUtf16Little, buffer)
                                      : decode_bytes(body, charset, buffer);
  if (!good) {
    return reject(Reason::kNotXml,
                  fmt::format("{}: not a character of its encoding", describe_place(buffer, buffer.size())));
  }
  return XmlText{buffer, declared_encoding(buffer)};
}

}  // namespace

std::expected<XmlText, Rejection> decode_xml(std::string_view body, std::string_view content_type,
                                             std::string& buffer) {
  if (is_utf32(body)) {
    return reject(Reason::kUnknownEncoding, "line 1, column 1: UTF-32");
  }
  const FirstBytes first = look_at_first_bytes(body);
  body.remove_prefix(first.mark);
  const auto outside = look_outside(first, content_type);
  if (!outside) {
    return std::unexpected(outside.error());
  }
  if (outside->charset) {
    auto text = decode_as(*outside->charset, body, buffer);
    if (text && outside->shown && !agrees(text->declared, *outside->charset)) {
      return reject(Reason::kEncodingMismatch,
                    place_in_declaration(text->utf8, text->declared) +
                        ": the declaration names another encoding than the first bytes show");
    }
    return text;
  }
  const std::string_view declared = declared_encoding(body);
  const auto named = declared.empty() ? Charset::kUtf8 : charset_of(declared);
  if (!named) {
    return reject(Reason::kUnknownEncoding, place_in_declaration(body, declared));
  }
  if (is_utf16(*named)) {
    return reject(Reason::kEncodingMismatch,
                  place_in_declaration(body, declared) + ": the text is not in the UTF-16 that it declares");
  }
  return decode_as(*named, body, buffer);
}

}  // namespace firn
