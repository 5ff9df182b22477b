#include "cli/pretty_json.h"

#include <boost/json.hpp>
#include <cstddef>
#include <string>

namespace firn {
namespace {

namespace json = boost::json;

void append(std::string& out, const json::value& value, std::size_t depth);

void append_line(std::string& out, std::size_t depth, bool is_first) {
  out += is_first ? "\n" : ",\n";
  out.append(2 * depth, ' ');
}

void append_array(std::string& out, const json::array& array, std::size_t depth) {
  out += '[';
  for (std::size_t i = 0; i < array.size(); ++i) {
    append_line(out, depth + 1, i == 0);
    append(out, array[i], depth + 1);
  }
  out += '\n';
  out.append(2 * depth, ' ');
  out += ']';
}

void append_object(std::string& out, const json::object& object, std::size_t depth) {
  out += '{';
  bool is_first = true;
  for (const auto& [key, value] : object) {
    append_line(out, depth + 1, is_first);
    is_first = false;
    out += json::serialize(json::string(key)) + ": ";
    append(out, value, depth + 1);
  }
  out += '\n';
  out.append(2 * depth, ' ');
  out += '}';
}

void append(std::string& out, const json::value& value, std::size_t depth) {
  if (value.is_array() && !value.get_array().empty()) {
    append_array(out, value.get_array(), depth);
  } else if (value.is_object() && !value.get_object().empty()) {
    append_object(out, value.get_object(), depth);
  } else {
    out += json::serialize(value);
  }
}

}  // namespace

std::string pretty_json(const json::value& value) {
  std::string out;
  append(out, value, 0);
  return out + "\n";
}

}  // namespace firn
