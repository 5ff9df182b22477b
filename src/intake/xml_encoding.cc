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
  if (!body.starts_with("<?xml")) {
    return {};
  }
  constexpr std::size_t kLongestDeclaration = 200;
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
  if (name.empty() || name == "utf-8" || name == "utf8") {
    return XmlEncoding::kUtf8;
  }
  constexpr std::array<std::string_view, 5> kFamilies{"iso-8859-", "windows-125", "cp125", "us-ascii", "latin1"};
  const bool one_byte =
      std::ranges::any_of(kFamilies, [&](std::string_view family) { return name.starts_with(family); });
  return one_byte && !marked ? XmlEncoding::kOneByte : XmlEncoding::kOther;
}

}  // namespace firn
