#pragma once

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace firn {

using CsvFields = std::vector<std::optional<std::string>>;

/// For tests: reads RFC 4180 strictly, without the code that writes it. Nothing is NULL: an empty field without quotes.
/// Throws when the text is not in the dialect.
inline std::vector<CsvFields> read_csv(std::string_view text) {
  std::vector<CsvFields> rows;
  std::size_t at = 0;
  const auto take_quoted = [&] {
    std::string value;
    for (++at;; ++at) {
      if (text.at(at) == '"') {
        if (at + 1 >= text.size() || text[at + 1] != '"') {
          ++at;
          return value;
        }
        ++at;
      }
      value.push_back(text[at]);
    }
  };
  while (at < text.size()) {
    rows.emplace_back();
    for (bool more = true; more; ++at) {
      if (text.at(at) == '"') {
        rows.back().emplace_back(take_quoted());
      } else {
        const auto end = text.find_first_of(",\n\"\r", at);
        const std::string value(text.substr(at, end - at));
        rows.back().push_back(value.empty() ? std::nullopt : std::optional(value));
        at = end;
      }
      if (text.at(at) != ',' && text.at(at) != '\n') {
        throw std::runtime_error("neither a comma nor a line end");
      }
      more = text[at] == ',';
    }
  }
  return rows;
}

}  // namespace firn
