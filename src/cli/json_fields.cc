#include "cli/json_fields.h"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"

namespace firn {

namespace json = boost::json;

const json::value& field(const json::value& object, std::string_view key) {
  static const json::value missing;
  const json::object* members = object.if_object();
  const json::value* found = members == nullptr ? nullptr : members->if_contains(key);
  return found == nullptr ? missing : *found;
}

bool is_missing(const json::value& object, std::string_view key) { return field(object, key).is_null(); }

std::string text_of(const json::value& object, std::string_view key) {
  const json::value& value = field(object, key);
  if (const json::string* text = value.if_string()) {
    return std::string(text->begin(), text->end());
  }
  if (const std::int64_t* number = value.if_int64()) {
    return std::to_string(*number);
  }
  const std::uint64_t* number = value.if_uint64();
  return number == nullptr ? "" : std::to_string(*number);
}

std::uint64_t count_of(const json::value& object, std::string_view key) {
  const json::value& value = field(object, key);
  if (const std::int64_t* number = value.if_int64()) {
    return *number < 0 ? 0 : static_cast<std::uint64_t>(*number);
  }
  const std::uint64_t* number = value.if_uint64();
  return number == nullptr ? 0 : *number;
}

bool is_true(const boost::json::value& object, std::string_view key) {
  const bool* flag = field(object, key).if_bool();
  return flag != nullptr && *flag;
}

double number_of(const json::value& object, std::string_view key) {
  const json::value& value = field(object, key);
  if (const double* number = value.if_double()) {
    return *number;
  }
  return static_cast<double>(count_of(object, key));
}

const json::array& list_of(const json::value& object, std::string_view key) {
  static const json::array none;
  const json::array* list = field(object, key).if_array();
  return list == nullptr ? none : *list;
}

std::string time_of(const json::value& object, std::string_view key) {
  std::string text = text_of(object, key);
  if (text.size() < 19) {
    return text.empty() ? "-" : text;
  }
  text.resize(19);
  text[10] = ' ';
  return text;
}

std::string age_of(const json::value& object, std::string_view key) {
  if (is_missing(object, key)) {
    return "-";
  }
  const std::chrono::duration<double> seconds(number_of(object, key));
  return format_duration(std::chrono::duration_cast<Duration>(seconds));
}

}  // namespace firn
