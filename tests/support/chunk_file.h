#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/loader.h"

namespace firn {

/// A CSV text field as chunk files have it.
std::string csv_text(std::string_view text);

/// One row of a forms table as chunk files have it; `received_on` is always the same.
struct FormRow {
  std::string id = "a form";
  std::string document = "{}";
  std::string position = "1";           ///< as written, so that it can be wrong
  std::string server_modified_on = {};  ///< as written; empty for NULL
  std::string domain = "demo";
};
std::string csv_row(const FormRow& row);

/// Writes `rows` to a file, compressed with zstd, and describes it as a manifest would.
LoadFile write_chunk_file(const std::string& path, const std::string& key, const std::vector<FormRow>& rows);
/// The same for any text; `rows` and `longest_row` are what the manifest claims.
LoadFile write_chunk_text(const std::string& path, const std::string& key, const std::string& text, std::uint64_t rows,
                          std::uint64_t longest_row = 1000);

}  // namespace firn
