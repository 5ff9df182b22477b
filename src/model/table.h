#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/names.h"

namespace firn {

/// What a document is; never its encoding.
enum class Kind {
  kForm,
  kCase,
  kUser,
  kLocation,
  kDataSource,  ///< the rows that a data source has of one document
  kFormStub,    ///< says that a form exists; the form itself has to be fetched
  kAppChange,   ///< says that an application was changed
};

std::string_view to_string(Kind kind);
std::optional<Kind> parse_kind(std::string_view text);

/// False for the kinds whose documents only ask for something to be fetched: they have no table.
bool makes_rows(Kind kind);

/// The type of a column, independent of the destination's dialect.
enum class ColumnType {
  kText,       ///< VARCHAR
  kTimestamp,  ///< UTC without zone, microseconds
  kDocument,   ///< the JSON document: VARIANT in Snowflake, JSON in DuckDB
  kPosition,   ///< NUMBER(19) NOT NULL; always the last column of the file
  kFile,       ///< filled by the destination: the object key below the prefix
  kLoadedAt,   ///< filled by the destination: when the row was loaded, with zone
};

struct Column {
  std::string name;
  ColumnType type = ColumnType::kText;
  auto operator<=>(const Column&) const = default;
};

/// A table and what its rows hold. The columns are in the table's order; those that the destination fills are not in
/// the file, `_position` is last in both.
struct TableDefinition {
  TableName table;
  Kind kind = Kind::kForm;
  std::vector<Column> columns;
  std::vector<std::string> id_columns;  ///< with the domain they name a document
  std::string version_column;           ///< empty when the kind has none: then the newest position is the newest

  /// True for the columns that chunk files hold.
  static bool in_file(ColumnType type) { return type != ColumnType::kFile && type != ColumnType::kLoadedAt; }
  /// 16 hex digits that change when the shape of the file changes; chunks of two shapes never share a load statement.
  [[nodiscard]] std::string digest() const;
};

/// The table of a kind that makes rows, as design section 8 has it (docs/formats/csv.md).
TableDefinition table_of(Kind kind, const TableName& table);

}  // namespace firn
