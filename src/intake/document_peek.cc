#include "intake/document_peek.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <simdjson.h>

namespace firn {
namespace {

namespace ondemand = simdjson::ondemand;

// The parser keeps memory of four times the largest document it has seen.
constexpr std::size_t kLargest = 4U << 20U;
constexpr std::size_t kLongestId = 255;

std::string describe(simdjson::error_code error) {
  return std::string("$: this is not valid JSON (") + simdjson::error_message(error) + ")";
}

/// Reads the value of `id`; returns what is wrong with it.
std::string take_id(ondemand::value value, std::string& id) {
  std::string_view text;
  if (value.get_string().get(text) != simdjson::SUCCESS) {
    return "$.id: it is not a text";
  }
  if (text.empty()) {
    return "$.id: it is empty";
  }
  if (text.size() <= kLongestId) {
    id = text;
  }
  return {};
}

/// Walks the fields of the outermost object.
std::string look(ondemand::document& document, std::string& id) {
  ondemand::object object;
  if (document.get_object().get(object) != simdjson::SUCCESS) {
    return "$: it is not an object";
  }
  bool found = false;
  std::string damage;
  for (auto entry : object) {
    ondemand::field field;
    if (const auto error = std::move(entry).get(field)) {
      return describe(error);
    }
    if (!found && field.key() == "id") {
      found = true;
      damage = take_id(field.value(), id);
    }
  }
  if (!found) {
    return "$.id: it is missing";
  }
  const char* rest = nullptr;
  const bool more = document.current_location().get(rest) == simdjson::SUCCESS;
  return damage.empty() && more ? "$: something follows the document" : damage;
}

}  // namespace

DocumentPeek peek_document(std::string& body) {
  DocumentPeek peek;
  if (body.empty()) {
    peek.damage = "$: the body is empty";
    return peek;
  }
  if (body.size() > kLargest) {
    return peek;
  }
  body.reserve(body.size() + simdjson::SIMDJSON_PADDING);
  thread_local ondemand::parser parser;
  ondemand::document document;
  if (const auto error = parser.iterate(body.data(), body.size(), body.capacity()).get(document)) {
    peek.damage = describe(error);
    return peek;
  }
  peek.damage = look(document, peek.id);
  return peek;
}

}  // namespace firn
