#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace firn {

enum class Align { kLeft, kRight };

struct TableColumn {
  std::string title;
  Align align = Align::kLeft;
};

/// Rows in aligned columns, for people. Cells are UTF-8; a column is as wide as its longest cell.
class TextTable {
 public:
  explicit TextTable(std::vector<TableColumn> columns) : columns_(std::move(columns)) {}

  /// As many cells as columns. What could command a terminal is shown escaped: cells may come from strangers.
  void add(std::vector<std::string> cells);
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  /// Each line begins with `indent` and ends with a line end; no spaces before it. Without titles there is no first
  /// line.
  [[nodiscard]] std::string str(std::string_view indent = "") const;

 private:
  void append_line(std::string& out, const std::vector<std::string>& cells,
                   const std::vector<std::size_t>& widths) const;

  std::vector<TableColumn> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// Letters in a UTF-8 text, combining marks counted too.
std::size_t display_width(std::string_view text);

}  // namespace firn
