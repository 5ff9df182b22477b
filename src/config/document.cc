#include "config/document.h"

#include <toml++/toml.h>

#include <algorithm>
#include <expected>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "config/config.h"

namespace firn {
namespace {

ConfigPlace place_of(const toml::source_region& region) { return {region.begin.line, region.begin.column}; }

ConfigNode::Type type_of(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return ConfigNode::Type::kTable;
    case toml::node_type::array:
      return ConfigNode::Type::kArray;
    case toml::node_type::string:
      return ConfigNode::Type::kString;
    case toml::node_type::integer:
      return ConfigNode::Type::kInteger;
    case toml::node_type::floating_point:
      return ConfigNode::Type::kFloat;
    case toml::node_type::boolean:
      return ConfigNode::Type::kBoolean;
    case toml::node_type::none:
    case toml::node_type::date:
    case toml::node_type::time:
    case toml::node_type::date_time:
      return ConfigNode::Type::kTime;
  }
  return ConfigNode::Type::kTime;
}

ConfigNode convert(const toml::node& node) {
  ConfigNode result;
  result.type = type_of(node);
  result.place = place_of(node.source());
  if (const toml::table* table = node.as_table()) {
    for (const auto& [key, value] : *table) {
      result.members.push_back({std::string(key.str()), place_of(key.source()), convert(value)});
    }
    // The library sorts by name.
    std::ranges::stable_sort(result.members, {},
                             [](const ConfigMember& m) { return std::tuple(m.place.line, m.place.column); });
  } else if (const toml::array* array = node.as_array()) {
    for (const toml::node& element : *array) {
      result.elements.push_back(convert(element));
    }
  } else if (const auto* text = node.as_string()) {
    result.text = text->get();
  } else if (const auto* integer = node.as_integer()) {
    result.integer = integer->get();
    result.decimal = static_cast<double>(integer->get());
  } else if (const auto* decimal = node.as_floating_point()) {
    result.decimal = decimal->get();
  } else if (const auto* truth = node.as_boolean()) {
    result.truth = truth->get();
  }
  return result;
}

}  // namespace

const ConfigMember* ConfigNode::find(std::string_view key) const {
  const auto found = std::ranges::find(members, key, &ConfigMember::key);
  return found == members.end() ? nullptr : &*found;
}

std::string_view describe(ConfigNode::Type type) {
  switch (type) {
    case ConfigNode::Type::kTable:
      return "a section";
    case ConfigNode::Type::kArray:
      return "a list";
    case ConfigNode::Type::kString:
      return "a text";
    case ConfigNode::Type::kInteger:
    case ConfigNode::Type::kFloat:
      return "a number";
    case ConfigNode::Type::kBoolean:
      return "true or false";
    case ConfigNode::Type::kTime:
      return "a time";
  }
  return "something else";
}

std::expected<ConfigNode, ConfigError> parse_document(std::string_view text, const std::string& file) {
  try {
    return convert(toml::parse(text, file));
  } catch (const toml::parse_error& error) {
    const ConfigPlace place = place_of(error.source());
    return std::unexpected(ConfigError{file, place.line, place.column, std::string(error.description()),
                                       "the file must be TOML; see docs/configuration.md"});
  }
}

}  // namespace firn
