#include "intake/json_check.h"

#include <simdjson.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "base/xml_text.h"
#include "intake/document_facts.h"
#include "intake/document_peek.h"
#include "intake/json_places.h"

namespace firn {
namespace {

namespace dom = simdjson::dom;

constexpr std::size_t kDeepest = 256;
/// A parser keeps memory of several times the largest document it has seen, so that larger ones get their own.
constexpr std::size_t kKeptParser = 1U << 20U;

bool has_key_twice(dom::element element);

bool has_key_twice(dom::object object) {
  std::vector<std::string_view> keys;
  for (const auto [key, value] : object) {
    keys.push_back(key);
    if (has_key_twice(value)) {
      return true;
    }
  }
  std::ranges::sort(keys);
  return std::ranges::adjacent_find(keys) != keys.end();
}

bool has_key_twice(dom::element element) {
  if (element.is_object()) {
    return has_key_twice(element.get_object().value_unsafe());
  }
  if (!element.is_array()) {
    return false;
  }
  const dom::array array = element.get_array().value_unsafe();
  return std::any_of(array.begin(), array.end(), [](dom::element inner) { return has_key_twice(inner); });
}

void collect(dom::object object, std::span<const JsonPlace> places, JsonFacts& facts) {
  for (const JsonPlace& place : places) {
    dom::element value;
    if (object[place.key].get(value) != simdjson::SUCCESS || value.is_null()) {
      continue;
    }
    if (place.fact != JsonFact::kInside) {
      value.is_string() ? facts[place.fact].set(value.get_string().value_unsafe()) : facts[place.fact].spoil();
    } else if (value.is_object()) {
      collect(value.get_object().value_unsafe(), place.inside, facts);
    }
  }
}

bool make_room(dom::parser& parser, std::size_t bytes) {
  return (parser.capacity() >= bytes && parser.max_depth() == kDeepest) ||
         parser.allocate(std::max<std::size_t>(bytes, 1U << 14U), kDeepest) == simdjson::SUCCESS;
}

DocumentPeek read(dom::parser& parser, std::string_view body, const PeekOrder& order) {
  DocumentPeek peek;
  dom::element root;
  if (!make_room(parser, body.size()) || parser.parse(body.data(), body.size()).get(root) != simdjson::SUCCESS ||
      !root.is_object() || has_key_twice(root)) {
    return peek;
  }
  JsonFacts facts;
  collect(root.get_object().value_unsafe(), json_places(order.kind), facts);
  take_facts(facts, order.kind, peek);
  peek.understood = true;
  return peek;
}

}  // namespace

DocumentPeek check_json(std::string_view body, const PeekOrder& order) {
  body = without_utf8_mark(body);
  if (body.size() > kKeptParser) {
    dom::parser parser;
    return read(parser, body, order);
  }
  thread_local dom::parser parser;
  return read(parser, body, order);
}

}  // namespace firn
