#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"

namespace firn {

/// Where something stands in a file, both from 1.
struct ConfigPlace {
  unsigned line = 0;
  unsigned column = 0;
};

struct ConfigMember;

/// A value of a TOML document, with its place.
struct ConfigNode {
  enum class Type { kTable, kArray, kString, kInteger, kFloat, kBoolean, kTime };
  Type type = Type::kTable;
  ConfigPlace place;
  std::string text;                   ///< of kString
  std::int64_t integer = 0;           ///< of kInteger
  double decimal = 0;                 ///< of kInteger and kFloat
  bool truth = false;                 ///< of kBoolean
  std::vector<ConfigMember> members;  ///< of kTable, in the order of the file
  std::vector<ConfigNode> elements;   ///< of kArray

  /// Nothing when there is no such member.
  [[nodiscard]] const ConfigMember* find(std::string_view key) const;
};

struct ConfigMember {
  std::string key;
  ConfigPlace place;  ///< of the key
  ConfigNode value;
};

/// "a table", "a text", "a number", ...
std::string_view describe(ConfigNode::Type type);

/// Reads TOML 1.0. A syntax error has its place; `file` is for its message.
std::expected<ConfigNode, ConfigError> parse_document(std::string_view text, const std::string& file);

}  // namespace firn
