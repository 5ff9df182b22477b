#include "cli/table.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/plain_text.h"

namespace firn {

std::size_t display_width(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

void TextTable::add(std::vector<std::string> cells) {
  std::ranges::transform(cells, cells.begin(), [](const std::string& cell) { return for_terminal(cell); });
  rows_.push_back(std::move(cells));
}

void TextTable::append_line(std::string& out, const std::vector<std::string>& cells,
                            const std::vector<std::size_t>& widths) const {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const std::string gap(widths[i] - display_width(cells[i]), ' ');
    out += i == 0 ? "" : "  ";
    out += columns_[i].align == Align::kRight ? gap + cells[i] : cells[i] + gap;
  }
  out.erase(out.find_last_not_of(' ') + 1);
  out += '\n';
}

std::string TextTable::str(std::string_view indent) const {
  std::vector<std::size_t> widths;
  std::vector<std::string> titles;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    titles.push_back(columns_[i].title);
    std::size_t width = display_width(titles.back());
    for (const auto& row : rows_) {
      width = std::max(width, display_width(row[i]));
    }
    widths.push_back(width);
  }
  std::string text;
  if (std::ranges::any_of(titles, [](const std::string& title) { return !title.empty(); })) {
    text += indent;
    append_line(text, titles, widths);
  }
  for (const auto& row : rows_) {
    text += indent;
    append_line(text, row, widths);
  }
  return text;
}

}  // namespace firn
