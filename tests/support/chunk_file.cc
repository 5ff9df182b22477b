#include "tests/support/chunk_file.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <zstd.h>

#include <algorithm>
#include <string>

#include "platform/file_system.h"

namespace firn {
namespace {

std::string compress(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 1));
  return out;
}

}  // namespace

std::string csv_text(std::string_view text) {
  std::string out = "\"";
  for (auto quote = text.find('"'); quote != std::string_view::npos; quote = text.find('"')) {
    out.append(text.substr(0, quote + 1)).push_back('"');
    text.remove_prefix(quote + 1);
  }
  return out.append(text) + '"';
}

std::string csv_row(const FormRow& row) {
  return fmt::format("{},{},2026-03-01 10:20:30.000001,{},\"http://example.org/form\",\"\",{},{}\n",
                     csv_text(row.domain), csv_text(row.id), row.server_modified_on, csv_text(row.document),
                     row.position);
}

LoadFile write_chunk_file(const std::string& path, const std::string& key, const std::vector<FormRow>& rows) {
  std::string text;
  std::size_t longest = 0;
  for (const FormRow& row : rows) {
    const std::string line = csv_row(row);
    text += line;
    longest = std::max(longest, line.size());
  }
  return write_chunk_text(path, key, text, rows.size(), longest);
}

LoadFile write_chunk_text(const std::string& path, const std::string& key, const std::string& text, std::uint64_t rows,
                          std::uint64_t longest_row) {
  EXPECT_TRUE(replace_file(*make_posix_file_system(), path, key.ends_with(".zst") ? compress(text) : text));
  return {ObjectKey(key), path, rows, longest_row};
}

}  // namespace firn
