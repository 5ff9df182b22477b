#include "load/duckdb/helper/sql.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace firn {
namespace {

// The reader's buffer must hold the longest line several times over; this is its own default.
constexpr std::uint64_t kLeastBuffer = 32ULL << 20U;
constexpr std::uint64_t kLeastLine = 2ULL << 20U;

std::string quote(std::string_view text, char mark) {
  std::string out(1, mark);
  for (const char c : text) {
    out.append(c == mark ? 2 : 1, c);
  }
  out.push_back(mark);
  return out;
}

std::string_view type_name(ColumnType type) {
  switch (type) {
    case ColumnType::kText:
    case ColumnType::kFile:
      return "VARCHAR";
    case ColumnType::kTimestamp:
      return "TIMESTAMP";
    case ColumnType::kDocument:
      return "JSON";
    case ColumnType::kPosition:
      return "BIGINT";
    case ColumnType::kLoadedAt:
      return "TIMESTAMP WITH TIME ZONE";
  }
  return "VARCHAR";
}

/// Joins what `part` makes of each column; columns for which it makes nothing are left out.
template <typename Part>
std::string join_columns(const TableDefinition& table, Part part) {
  std::string out;
  for (const Column& column : table.columns) {
    const std::string text = part(column);
    if (!text.empty()) {
      out += (out.empty() ? "" : ", ") + text;
    }
  }
  return out;
}

std::string column_of(const TableDefinition& table, ColumnType type, std::string_view otherwise) {
  const auto found = std::ranges::find(table.columns, type, &Column::type);
  return quote_name(found == table.columns.end() ? otherwise : std::string_view(found->name));
}

std::string position_column(const TableDefinition& table) {
  return column_of(table, ColumnType::kPosition, "_position");
}

std::string_view compression_of(std::string_view key) {
  if (key.ends_with(".zst")) {
    return "zstd";
  }
  return key.ends_with(".gz") ? "gzip" : "none";
}

/// The reader takes a location for a pattern; this one matches nothing but the path itself.
std::string exact_pattern(std::string_view path) {
  std::string out;
  for (const char c : path) {
    const bool special = c == '*' || c == '?' || c == '[';
    out += special ? fmt::format("[{}]", c) : std::string(1, c);
  }
  return out;
}

std::string file_columns(const TableDefinition& table) {
  return join_columns(table, [](const Column& column) {
    return TableDefinition::in_file(column.type)
               ? fmt::format("{}: {}", quote_text(column.name), quote_text(type_name(column.type)))
               : std::string();
  });
}

std::string reader(const TableDefinition& table, const LoadFile& file) {
  const std::uint64_t line = std::max(kLeastLine, file.bytes_longest_row + 1);
  return fmt::format(
      "read_csv({}, auto_detect = false, header = false, delim = ',', quote = '\"', escape = '\"', comment = '', "
      "new_line = '\\n', nullstr = '', allow_quoted_nulls = false, null_padding = false, ignore_errors = false, "
      "strict_mode = true, store_rejects = false, skip = 0, encoding = 'utf-8', compression = '{}', "
      "max_line_size = {}, buffer_size = {}, columns = {{{}}})",
      quote_text(exact_pattern(file.location)), compression_of(file.key.str()), line, std::max(kLeastBuffer, 2 * line),
      file_columns(table));
}

}  // namespace

std::string quote_name(std::string_view name) { return quote(name, '"'); }
std::string quote_text(std::string_view text) { return quote(text, '\''); }

std::string create_sql(const TableDefinition& table) {
  const std::string columns = join_columns(table, [](const Column& column) {
    return fmt::format("{} {}{}", quote_name(column.name), type_name(column.type),
                       column.type == ColumnType::kPosition ? " NOT NULL" : "");
  });
  const std::string name = quote_name(table.table.str());
  std::string document = quote_name("domain");
  for (const std::string& id : table.id_columns) {
    document += ", " + quote_name(id);
  }
  const std::string version =
      table.version_column.empty() ? "" : quote_name(table.version_column) + " DESC NULLS LAST, ";
  return fmt::format(
      "CREATE TABLE IF NOT EXISTS {} ({});\n"
      "CREATE VIEW IF NOT EXISTS {} AS SELECT * FROM {} QUALIFY row_number() OVER (PARTITION BY {} "
      "ORDER BY {}{} DESC) = 1;\n"
      "CREATE TABLE IF NOT EXISTS {} (\"key\" VARCHAR PRIMARY KEY, \"table_name\" VARCHAR NOT NULL, \"rows\" BIGINT "
      "NOT NULL, \"loaded_at\" TIMESTAMP WITH TIME ZONE NOT NULL);",
      name, columns, quote_name(table.table.str() + "_latest"), name, document, version, position_column(table),
      quote_name(kLedger));
}

std::string insert_sql(const TableDefinition& table, const LoadFile& file) {
  const auto names = join_columns(table, [](const Column& column) { return quote_name(column.name); });
  const auto values = join_columns(table, [&file](const Column& column) {
    switch (column.type) {
      case ColumnType::kFile:
        return quote_text(file.key.str());
      case ColumnType::kLoadedAt:
        return std::string("now()");
      case ColumnType::kText:
      case ColumnType::kTimestamp:
      case ColumnType::kDocument:
      case ColumnType::kPosition:
        break;
    }
    return quote_name(column.name);
  });
  return fmt::format("INSERT INTO {} ({}) SELECT {} FROM {};", quote_name(table.table.str()), names, values,
                     reader(table, file));
}

std::string ledger_query(const ObjectKey& key) {
  return fmt::format("SELECT \"rows\", \"table_name\" FROM {} WHERE \"key\" = {};", quote_name(kLedger),
                     quote_text(key.str()));
}

std::string ledger_insert(const TableDefinition& table, const ObjectKey& key, std::uint64_t rows) {
  return fmt::format("INSERT INTO {} VALUES ({}, {}, {}, now());", quote_name(kLedger), quote_text(key.str()),
                     quote_text(table.table.str()), rows);
}

std::string arrived_query(const TableDefinition& table, const ObjectKey& key) {
  return fmt::format("SELECT {0} FROM {1} WHERE {2} = {3} ORDER BY {0}", position_column(table),
                     quote_name(table.table.str()), column_of(table, ColumnType::kFile, "_file"),
                     quote_text(key.str()));
}

std::string latest_query(const TableDefinition& table, std::size_t limit) {
  return fmt::format("SELECT to_json(newest)::VARCHAR FROM (SELECT * FROM {} ORDER BY {} DESC LIMIT {}) AS newest;",
                     quote_name(table.table.str() + "_latest"), position_column(table), limit);
}

}  // namespace firn
