#include "intake/document_peek.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/xml_text.h"
#include "intake/document_facts.h"
#include "intake/json_check.h"
#include "intake/json_peek.h"
#include "intake/xml_check.h"
#include "intake/xml_facts.h"
#include "intake/xml_scan.h"
#include "model/table.h"

namespace firn {
namespace {

// A parser keeps memory of several times the largest document it has seen.
constexpr std::size_t kLargest = 4U << 20U;

/// The body of an app change is the bare id.
DocumentPeek peek_app_change(std::string_view body) {
  constexpr std::size_t kLongestId = 255;
  DocumentPeek peek;
  const std::string_view id = trimmed(without_utf8_mark(body));
  const bool plain = std::ranges::all_of(id, [](char c) { return c > ' ' && c < '\x7F' && c != '<'; });
  if (plain && id.size() <= kLongestId) {
    peek.id = id;
    peek.understood = true;
  }
  return peek;
}

}  // namespace

DocumentPeek peek_document(std::string& body, const PeekOrder& order) {
  DocumentPeek peek;
  if (body.empty()) {
    peek.damage = "$: the body is empty";
  } else if (body.size() > kLargest) {
    return peek;
  } else if (order.kind == Kind::kAppChange) {
    return peek_app_change(body);
  } else if (looks_like_xml(body, {})) {
    scan_xml(body, order, peek);
  } else {
    peek_json(body, order, peek);
  }
  return peek;
}

DocumentPeek check_document(std::string_view body, const PeekOrder& order) {
  if (order.kind == Kind::kAppChange) {
    return peek_app_change(body);
  }
  return looks_like_xml(body, {}) ? check_xml(body, order) : check_json(body, order);
}

}  // namespace firn
