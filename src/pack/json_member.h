#pragma once

#include <simdjson.h>

#include <optional>
#include <string_view>

namespace firn {

/// The member when it is there and not null.
inline std::optional<simdjson::dom::element> member(const simdjson::dom::object& object, std::string_view key) {
  simdjson::dom::element element;
  if (object[key].get(element) != simdjson::SUCCESS || element.is_null()) {
    return std::nullopt;
  }
  return element;
}

/// The text when the member is one.
inline std::optional<std::string_view> text_of(const std::optional<simdjson::dom::element>& element) {
  if (!element || !element->is_string()) {
    return std::nullopt;
  }
  return element->get_string().value_unsafe();
}

}  // namespace firn
