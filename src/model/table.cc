#include "model/table.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"
#include "base/digest.h"
#include "model/enum_names.h"

namespace firn {
namespace {

constexpr EnumNames<Kind, 7> kKinds{{{{Kind::kForm, "form"},
                                      {Kind::kCase, "case"},
                                      {Kind::kUser, "user"},
                                      {Kind::kLocation, "location"},
                                      {Kind::kDataSource, "data_source"},
                                      {Kind::kFormStub, "form_stub"},
                                      {Kind::kAppChange, "app_change"}}}};

/// What tells the kinds' tables apart.
struct Shape {
  std::vector<std::string> ids;
  std::string version;             ///< empty: none
  std::vector<std::string> texts;  ///< what people filter by
};

Shape shape_of(Kind kind) {
  switch (kind) {
    case Kind::kForm:
      return {{"form_id"}, "server_modified_on", {"xmlns", "app_id"}};
    case Kind::kCase:
      return {{"case_id"}, "server_date_modified", {"case_type", "owner_id"}};
    case Kind::kUser:
      return {{"user_id"}, "", {"username"}};
    case Kind::kLocation:
      return {{"location_id"}, "last_modified", {"location_type", "site_code"}};
    case Kind::kDataSource:
      return {{"data_source_id", "doc_id"}, "", {}};
    case Kind::kFormStub:
    case Kind::kAppChange:
      break;
  }
  return {};
}

}  // namespace

std::string_view to_string(Kind kind) { return kKinds.name(kind); }
std::optional<Kind> parse_kind(std::string_view text) { return kKinds.parse(text); }
bool makes_rows(Kind kind) { return kind != Kind::kFormStub && kind != Kind::kAppChange; }

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
  FIRN_CHECK(makes_rows(kind), "the configuration gives a table only to kinds that make rows");
  Shape shape = shape_of(kind);
  TableDefinition definition;
  definition.table = table;
  definition.kind = kind;
  definition.columns = {{"domain", ColumnType::kText}};
  for (const std::string& id : shape.ids) {
    definition.columns.push_back({id, ColumnType::kText});
  }
  definition.columns.push_back({"received_on", ColumnType::kTimestamp});
  if (!shape.version.empty()) {
    definition.columns.push_back({shape.version, ColumnType::kTimestamp});
  }
  for (std::string& text : shape.texts) {
    definition.columns.push_back({std::move(text), ColumnType::kText});
  }
  definition.columns.push_back({std::string(to_string(kind)) + "_json", ColumnType::kDocument});
  definition.columns.push_back({"_file", ColumnType::kFile});
  definition.columns.push_back({"_loaded_at", ColumnType::kLoadedAt});
  definition.columns.push_back({"_position", ColumnType::kPosition});
  definition.id_columns = std::move(shape.ids);
  definition.version_column = std::move(shape.version);
  return definition;
}

}  // namespace firn
