#include "pack/xml_document.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "pack/xml_kinds.h"
#include "pack/xml_text.h"
#include "pack/xml_tree.h"

namespace firn {
namespace {

constexpr std::size_t kKeptBytes = 1U << 20U;

/// The media type without its parameters ends with `xml`: `text/xml`, `application/xml`, `application/x+xml`.
bool is_xml_type(std::string_view content_type) {
  content_type = content_type.substr(0, content_type.find(';'));
  content_type = content_type.substr(0, content_type.find_last_not_of(" \t") + 1);
  constexpr std::string_view kEnd = "xml";
  return content_type.size() > kEnd.size() &&
         std::ranges::equal(content_type.substr(content_type.size() - kEnd.size()), kEnd, [](char a, char b) {
           return (static_cast<unsigned char>(a) | 0x20U) == static_cast<unsigned char>(b);
         });
}

/// The first character that is no space; the bytes of UTF-16 and UTF-32 that are zero count as spaces here.
char first_character(std::string_view body) {
  for (const std::string_view mark : {"\xEF\xBB\xBF", "\xFF\xFE", "\xFE\xFF"}) {
    if (body.starts_with(mark)) {
      body.remove_prefix(mark.size());
      break;
    }
  }
  using namespace std::string_view_literals;
  const std::size_t first = body.find_first_not_of(" \t\r\n\0"sv);
  return first == std::string_view::npos ? '\0' : body[first];
}

}  // namespace

bool looks_like_xml(std::string_view body, std::string_view content_type) {
  const char first = first_character(body);
  return first == '<' || (first != '{' && first != '[' && is_xml_type(content_type));
}

/// Kept from document to document.
struct XmlReader::State {
  XmlTree tree;
  std::string decoded;
  std::string json;
};

XmlReader::XmlReader() : state_(std::make_unique<State>()) {}
XmlReader::~XmlReader() = default;

std::expected<std::string_view, Rejection> XmlReader::to_json(std::string_view body, std::string_view content_type,
                                                              Kind kind) {
  if (std::max(state_->decoded.capacity(), state_->json.capacity()) > kKeptBytes) {
    state_->decoded = {};
    state_->json = {};
  }
  const auto text = decode_xml(body, content_type, state_->decoded);
  if (!text) {
    return std::unexpected(text.error());
  }
  if (const auto parsed = state_->tree.parse(*text); !parsed) {
    return std::unexpected(parsed.error());
  }
  std::string& json = state_->json;
  json.clear();
  std::expected<void, Rejection> written;
  if (kind == Kind::kForm) {
    written = append_xml_form(state_->tree, json);
  } else if (kind == Kind::kCase) {
    written = append_xml_case(state_->tree, json);
  } else {
    written = std::unexpected(Rejection{
        QuarantineReason::kWrongKind, state_->tree.place_of_root() + ": XML, which this kind never is", {}, {}});
  }
  if (!written) {
    return std::unexpected(written.error());
  }
  if (json.size() > kMaxXmlJsonBytes) {
    return std::unexpected(Rejection{QuarantineReason::kRowTooLarge, "more than 128 MB in JSON", {}, {}});
  }
  return json;
}

}  // namespace firn
