#include "config/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstddef>
#include <string>

#include "config/config.h"

namespace firn {

std::string explain(const Config& config) {
  std::size_t key_width = 0;
  std::size_t value_width = 0;
  for (const Setting& setting : config.settings) {
    key_width = std::max(key_width, setting.key.size());
    value_width = std::max(value_width, setting.value.size());
  }
  std::string text;
  for (const Setting& setting : config.settings) {
    const std::string origin = setting.is_standard ? "standard" : fmt::format("line {}", setting.line);
    text += fmt::format("{:<{}}  {:<{}}  {}\n", setting.key, key_width, setting.value, value_width, origin);
  }
  return text;
}

std::string explain_json(const Config& config) {
  boost::json::array settings;
  for (const Setting& setting : config.settings) {
    boost::json::value line = nullptr;
    if (!setting.is_standard) {
      line = setting.line;
    }
    settings.push_back({{"key", setting.key},
                        {"value", setting.value},
                        {"origin", setting.is_standard ? "standard" : "file"},
                        {"line", line}});
  }
  boost::json::array warnings;
  for (const ConfigError& warning : config.warnings) {
    warnings.push_back(
        {{"line", warning.line}, {"column", warning.column}, {"message", warning.message}, {"hint", warning.hint}});
  }
  return boost::json::serialize(
      boost::json::object{{"file", config.file}, {"settings", settings}, {"warnings", warnings}});
}

}  // namespace firn
