#include "model/table.h"

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/digest.h"
#include "model/enum_names.h"

namespace firn {
namespace {

constexpr EnumNames<Kind, 1> kKinds{{{{Kind::kForm, "form"}}}};

}  // namespace

std::string_view to_string(Kind kind) { return kKinds.name(kind); }
std::optional<Kind> parse_kind(std::string_view text) { return kKinds.parse(text); }

std::string TableDefinition::digest() const {
  std::string shape;
  put_text(shape, to_string(kind));
  for (const Column& column : columns) {
    if (in_file(column.type)) {
      put_text(shape, column.name);
      shape.push_back(static_cast<char>(column.type));
    }
  }
  return to_hex(digest128(shape).view()).substr(0, 16);
}

TableDefinition table_of(Kind kind, const TableName& table) {
  TableDefinition definition;
  definition.table = table;
  definition.kind = kind;
  switch (kind) {
    case Kind::kForm:
      definition.id_column = "form_id";
      definition.version_column = "server_modified_on";
      definition.columns = {{"domain", ColumnType::kText},
                            {"form_id", ColumnType::kText},
                            {"received_on", ColumnType::kTimestamp},
                            {"server_modified_on", ColumnType::kTimestamp},
                            {"xmlns", ColumnType::kText},
                            {"app_id", ColumnType::kText},
                            {"form_json", ColumnType::kDocument},
                            {"_file", ColumnType::kFile},
                            {"_loaded_at", ColumnType::kLoadedAt},
                            {"_position", ColumnType::kPosition}};
      break;
  }
  return definition;
}

}  // namespace firn
