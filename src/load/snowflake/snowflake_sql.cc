#include "load/snowflake/snowflake_sql.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/ascii_text.h"

namespace firn {
namespace {

constexpr std::string_view kOwnerPrefix = "Filled by Firn; data directory ";

constexpr std::array<std::string_view, 91> kReserved = {"ACCOUNT",
                                                        "ALL",
                                                        "ALTER",
                                                        "AND",
                                                        "ANY",
                                                        "AS",
                                                        "BETWEEN",
                                                        "BY",
                                                        "CASE",
                                                        "CAST",
                                                        "CHECK",
                                                        "COLUMN",
                                                        "CONNECT",
                                                        "CONNECTION",
                                                        "CONSTRAINT",
                                                        "CREATE",
                                                        "CROSS",
                                                        "CURRENT",
                                                        "CURRENT_DATE",
                                                        "CURRENT_TIME",
                                                        "CURRENT_TIMESTAMP",
                                                        "CURRENT_USER",
                                                        "DATABASE",
                                                        "DELETE",
                                                        "DISTINCT",
                                                        "DROP",
                                                        "ELSE",
                                                        "EXISTS",
                                                        "FALSE",
                                                        "FOLLOWING",
                                                        "FOR",
                                                        "FROM",
                                                        "FULL",
                                                        "GRANT",
                                                        "GROUP",
                                                        "GSCLUSTER",
                                                        "HAVING",
                                                        "ILIKE",
                                                        "IN",
                                                        "INCREMENT",
                                                        "INNER",
                                                        "INSERT",
                                                        "INTERSECT",
                                                        "INTO",
                                                        "IS",
                                                        "ISSUE",
                                                        "JOIN",
                                                        "LATERAL",
                                                        "LEFT",
                                                        "LIKE",
                                                        "LOCALTIME",
                                                        "LOCALTIMESTAMP",
                                                        "MINUS",
                                                        "NATURAL",
                                                        "NOT",
                                                        "NULL",
                                                        "OF",
                                                        "ON",
                                                        "OR",
                                                        "ORDER",
                                                        "ORGANIZATION",
                                                        "QUALIFY",
                                                        "REGEXP",
                                                        "REVOKE",
                                                        "RIGHT",
                                                        "RLIKE",
                                                        "ROW",
                                                        "ROWS",
                                                        "SAMPLE",
                                                        "SCHEMA",
                                                        "SELECT",
                                                        "SET",
                                                        "SOME",
                                                        "START",
                                                        "TABLE",
                                                        "TABLESAMPLE",
                                                        "THEN",
                                                        "TO",
                                                        "TRIGGER",
                                                        "TRUE",
                                                        "TRY_CAST",
                                                        "UNION",
                                                        "UNIQUE",
                                                        "UPDATE",
                                                        "USING",
                                                        "VALUES",
                                                        "VIEW",
                                                        "WHEN",
                                                        "WHENEVER",
                                                        "WHERE",
                                                        "WITH"};

bool is_plain(std::string_view name) {
  const auto is_start = [](char c) { return (c >= 'A' && c <= 'Z') || c == '_'; };
  return !name.empty() && is_start(name.front()) &&
         std::ranges::all_of(name, [&](char c) { return is_start(c) || (c >= '0' && c <= '9') || c == '$'; }) &&
         std::ranges::find(kReserved, name) == kReserved.end();
}

std::string column_name(const Column& column) { return sql_name(upper_ascii(column.name)); }

std::string column_names(const TableDefinition& table) {
  std::vector<std::string> names;
  for (const Column& column : table.columns) {
    names.push_back(column_name(column));
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string_view sql_type(ColumnType type) {
  switch (type) {
    case ColumnType::kText:
    case ColumnType::kFile:
      return "VARCHAR";
    case ColumnType::kTimestamp:
      return "TIMESTAMP_NTZ(6)";
    case ColumnType::kDocument:
      return "VARIANT";
    case ColumnType::kPosition:
      return "NUMBER(19, 0) NOT NULL";
    case ColumnType::kLoadedAt:
      return "TIMESTAMP_LTZ(6)";
  }
  return "VARCHAR";
}

/// Where the value of a column comes from; `field` counts the fields of the file.
std::string source_of(ColumnType type, std::size_t& field) {
  switch (type) {
    case ColumnType::kFile:
      return "REGEXP_SUBSTR(METADATA$FILENAME, '[^/]+/[^/]+/[^/]+/[^/]+$')";
    case ColumnType::kLoadedAt:
      return "METADATA$START_SCAN_TIME";
    case ColumnType::kTimestamp:
      return fmt::format("TO_TIMESTAMP_NTZ(${}, 'YYYY-MM-DD HH24:MI:SS.FF6')", ++field);
    case ColumnType::kDocument:
      return fmt::format("PARSE_JSON(${})", ++field);
    case ColumnType::kPosition:
    case ColumnType::kText:
      break;
  }
  return fmt::format("${}", ++field);
}

std::string sources(const TableDefinition& table) {
  std::vector<std::string> texts;
  std::size_t field = 0;
  for (const Column& column : table.columns) {
    texts.push_back(source_of(column.type, field));
  }
  return fmt::format("{}", fmt::join(texts, ", "));
}

/// The words, signs and quoted texts of a statement, with capital letters outside quotes.
std::vector<std::string> parts_of(std::string_view sql) {
  constexpr std::string_view kEnds = " \t\r\n;(),='\"";
  std::vector<std::string> parts;
  for (std::size_t at = 0; at < sql.size();) {
    std::size_t end = at + 1;
    if (sql[at] == '\'' || sql[at] == '"') {
      end = sql.find(sql[at], end);  // a doubled quote makes two parts of one text, in both statements
      end = end == std::string_view::npos ? sql.size() : end + 1;
      parts.emplace_back(sql.substr(at, end - at));
    } else if (!kEnds.contains(sql[at])) {
      end = std::min(sql.find_first_of(kEnds, at), sql.size());
      parts.push_back(upper_ascii(sql.substr(at, end - at)));
    } else if (sql[at] > ' ' && sql[at] != ';') {
      parts.emplace_back(1, sql[at]);
    }
    at = end;
  }
  return parts;
}

using Parts = std::vector<std::string>;

/// A few, so that a person finds the place.
std::string some_parts(Parts::const_iterator from, Parts::const_iterator end) {
  constexpr std::ptrdiff_t kShown = 6;
  return from == end ? "nothing" : fmt::format("{}", fmt::join(from, from + std::min(kShown, end - from), " "));
}

}  // namespace

std::string sql_name(std::string_view name) {
  if (is_plain(name)) {
    return std::string(name);
  }
  std::string quoted = "\"";
  for (const char c : name) {
    quoted.append(c == '"' ? 2 : 1, c);
  }
  return quoted + "\"";
}

std::string sql_name(const SnowflakePlace& place, std::string_view name) {
  return fmt::format("{}.{}.{}", sql_name(place.database), sql_name(place.schema), sql_name(name));
}

std::string sql_text(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    quoted.append(c == '\'' || c == '\\' ? 2 : 1, c);
  }
  return quoted + "'";
}

std::string sql_time(Timestamp t) { return sql_text(format_timestamp(t) + " +0000") + "::TIMESTAMP_LTZ"; }

std::string sql_difference(std::string_view wanted, std::string_view found) {
  const auto a = parts_of(wanted);
  const auto b = parts_of(found);
  const auto [at, other] = std::ranges::mismatch(a, b);
  if (at == a.end() && other == b.end()) {
    return "";
  }
  return fmt::format("`{}` instead of `{}`", some_parts(other, b.end()), some_parts(at, a.end()));
}

std::string column_sql(const Column& column) {
  return fmt::format("{} {}", column_name(column), sql_type(column.type));
}

std::string column_type_sql(const Column& column) { return std::string(sql_type(column.type)); }

std::string copy_sql(const TableDefinition& table, const SnowflakePlace& place) {
  return fmt::format("COPY INTO {} ({})\n  FROM (SELECT {}\n        FROM @{})\n  FILE_FORMAT = (FORMAT_NAME = {})",
                     sql_name(place, place.table), column_names(table), sources(table), sql_name(place, place.stage),
                     sql_text(sql_name(place, place.file_format)));
}

std::string copy_files_sql(const TableDefinition& table, const SnowflakePlace& place,
                           const std::vector<LoadFile>& files) {
  std::vector<std::string> names;
  names.reserve(files.size());
  for (const LoadFile& file : files) {
    names.push_back(sql_text(file.key.str()));
  }
  return fmt::format("{}\n  FILES = ({})\n  ON_ERROR = SKIP_FILE", copy_sql(table, place), fmt::join(names, ", "));
}

std::string create_table_sql(const TableDefinition& table, const SnowflakePlace& place, const std::string& owner) {
  std::vector<std::string> columns;
  for (const Column& column : table.columns) {
    columns.push_back("  " + column_sql(column));
  }
  return fmt::format("CREATE TABLE IF NOT EXISTS {} (\n{}\n) COMMENT = {}", sql_name(place, place.table),
                     fmt::join(columns, ",\n"), sql_text(owner_comment(owner)));
}

std::string create_latest_sql(const TableDefinition& table, const SnowflakePlace& place) {
  std::vector<std::string> keys{"DOMAIN"};
  for (const std::string& id : table.id_columns) {
    keys.push_back(sql_name(upper_ascii(id)));
  }
  const std::string version =
      table.version_column.empty() ? "" : sql_name(upper_ascii(table.version_column)) + " DESC NULLS LAST, ";
  return fmt::format(
      "CREATE VIEW IF NOT EXISTS {} AS\n  SELECT {} FROM {}\n  QUALIFY ROW_NUMBER() OVER (PARTITION BY {} ORDER BY "
      "{}_POSITION DESC) = 1",
      sql_name(place, place.table + "_LATEST"), column_names(table), sql_name(place, place.table),
      fmt::join(keys, ", "), version);
}

std::string create_pipe_sql(const TableDefinition& table, const SnowflakePlace& place, const std::string& owner) {
  return fmt::format("CREATE PIPE IF NOT EXISTS {} COMMENT = {} AS\n{}", sql_name(place, place.pipe),
                     sql_text(owner_comment(owner)), copy_sql(table, place));
}

std::string owner_comment(const std::string& owner) { return std::string(kOwnerPrefix) + owner; }

std::string owner_of_comment(std::string_view comment) {
  return comment.starts_with(kOwnerPrefix) ? std::string(comment.substr(kOwnerPrefix.size())) : std::string();
}

}  // namespace firn
