#include "load/snowflake/json_answer.h"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/system/error_code.hpp>

namespace firn {

namespace json = boost::json;

json::value parse_answer(std::string_view body) {
  boost::system::error_code failed;
  json::value answer = json::parse(body, failed);
  return failed ? json::value() : answer;
}

const json::value* find_member(const json::value& value, std::string_view name) {
  const auto* object = value.if_object();
  return object == nullptr ? nullptr : object->if_contains(name);
}

const json::array* list_member(const json::value& value, std::string_view name) {
  const json::value* found = find_member(value, name);
  return found == nullptr ? nullptr : found->if_array();
}

std::string text_member(const json::value& value, std::string_view name) {
  const json::value* found = find_member(value, name);
  const auto* text = found == nullptr ? nullptr : found->if_string();
  return text == nullptr ? std::string() : std::string(*text);
}

}  // namespace firn
