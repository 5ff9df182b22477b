#include "intake/xml_encoding.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace firn {
namespace {

/// The value of `encoding` in the XML declaration, in small letters; empty when it has none.
std::string declared(std::string_view body) {
  constexpr std::string_view kBegin = "<?xml";
  // A longer name is that of another instruction.
  if (!body.starts_with(kBegin) || body.substr(kBegin.size()).find_first_of(kXmlSpace) != 0) {
    return {};
  }
  constexpr std::size_t kLongestDeclaration = 400;
  const std::string_view declaration = body.substr(0, std::min(body.find("?>"), kLongestDeclaration));
  const std::size_t name = declaration.find("encoding");
  const std::size_t quote = declaration.find_first_of("\"'", std::min(name, declaration.size()));
  if (quote == std::string_view::npos) {
    return {};
  }
  const std::size_t end = declaration.find(declaration[quote], quote + 1);
  std::string value(declaration.substr(quote + 1, end == std::string_view::npos ? end : end - quote - 1));
  std::ranges::transform(value, value.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return value;
}

}  // namespace

bool looks_like_xml(std::string_view body) {
  const std::string_view start = body.substr(0, 4);
  if (start.contains('<') && start.contains('\0')) {
    return true;  // UTF-16 and its like
  }
  if (body.starts_with(kUtf8Mark)) {
    body.remove_prefix(kUtf8Mark.size());
  }
  const std::size_t first = body.find_first_not_of(kXmlSpace);
  return first != std::string_view::npos && body[first] == '<';
}

XmlEncoding xml_encoding(std::string_view body) {
  if (body.substr(0, 4).contains('\0')) {
    return XmlEncoding::kOther;
  }
  const bool marked = body.starts_with(kUtf8Mark);
  const std::string name = declared(marked ? body.substr(kUtf8Mark.size()) : body);
  if (name.empty() || name == "utf-8") {
    return XmlEncoding::kUtf8;
  }
  if (marked) {
    return XmlEncoding::kOther;
  }
  const auto is_one_of = [&](const auto& names) { return std::ranges::find(names, name) != names.end(); };
  constexpr std::array<std::string_view, 2> kAscii{"us-ascii", "ascii"};
  constexpr std::array<std::string_view, 4> kLatin1{"iso-8859-1", "iso8859-1", "latin-1", "latin1"};
  constexpr std::array<std::string_view, 2> kWindows1252{"windows-1252", "cp1252"};
  // Bytes that are no character in it.
  constexpr std::string_view kNotWindows1252 = "\x81\x8D\x8F\x90\x9D";
  // Expat takes them for letters of names in latin-1, but not in UTF-8, which pack makes of the text.
  constexpr std::string_view kLettersInLatin1Only = "\xAA\xB5\xBA";
  if (is_one_of(kAscii)) {
    return XmlEncoding::kAscii;
  }
  if (body.find_first_of(kLettersInLatin1Only) != std::string_view::npos) {
    return XmlEncoding::kOther;
  }
  const bool is_windows = is_one_of(kWindows1252) && body.find_first_of(kNotWindows1252) == std::string_view::npos;
  return is_windows || is_one_of(kLatin1) ? XmlEncoding::kOneByte : XmlEncoding::kOther;
}

}  // namespace firn
