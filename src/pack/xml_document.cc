#include "pack/xml_document.h"

#include <cstddef>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "base/xml_text.h"
#include "pack/xml_kinds.h"
#include "pack/xml_text.h"
#include "pack/xml_tree.h"

namespace firn {
namespace {

constexpr std::size_t kKeptBytes = 1U << 20U;

void give_back_if_large(std::string& text) {
  if (text.capacity() > kKeptBytes) {
    text = {};
  }
}

}  // namespace

/// Kept from document to document.
struct XmlReader::State {
  XmlTree tree;
  std::string decoded;
  std::string json;

  std::expected<void, Rejection> convert(std::string_view body, std::string_view content_type, Kind kind);
};

XmlReader::XmlReader() : state_(std::make_unique<State>()) {}
XmlReader::~XmlReader() = default;

/// Replaces `json`.
std::expected<void, Rejection> XmlReader::State::convert(std::string_view body, std::string_view content_type,
                                                         Kind kind) {
  const auto text = decode_xml(body, content_type, decoded);
  if (!text) {
    return std::unexpected(text.error());
  }
  if (auto parsed = tree.parse(*text); !parsed) {
    return parsed;
  }
  json.clear();
  std::expected<void, Rejection> written;
  if (kind == Kind::kForm) {
    written = append_xml_form(tree, json);
  } else if (kind == Kind::kCase) {
    written = append_xml_case(tree, json);
  } else {
    written = std::unexpected(
        Rejection{QuarantineReason::kWrongKind, tree.place_of_root() + ": XML, which this kind never is", {}, {}});
  }
  if (written && json.size() > kMaxXmlJsonBytes) {
    written = std::unexpected(Rejection{QuarantineReason::kRowTooLarge, "more than 128 MB in JSON", {}, {}});
  }
  return written;
}

std::expected<std::string_view, Rejection> XmlReader::to_json(std::string_view body, std::string_view content_type,
                                                              Kind kind) {
  give_back_if_large(state_->json);
  const auto converted = state_->convert(body, content_type, kind);
  state_->tree.clear();
  give_back_if_large(state_->decoded);
  if (!converted) {
    give_back_if_large(state_->json);
    return std::unexpected(converted.error());
  }
  return state_->json;
}

}  // namespace firn
