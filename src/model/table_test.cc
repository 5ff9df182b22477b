#include "model/table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace firn {
namespace {

TEST(TableDefinition, OfFormsEndsWithThePosition) {
  const auto table = table_of(Kind::kForm, TableName("forms"));
  EXPECT_EQ(table.columns.back().name, "_position");
  EXPECT_EQ(table.id_columns, std::vector<std::string>{"form_id"});
}

TEST(TableDefinition, OfEachKindHasItsOwnIdsVersionAndDocument) {
  const std::vector<std::pair<Kind, std::vector<std::string>>> expected{
      {Kind::kForm, {"domain", "form_id", "received_on", "server_modified_on", "xmlns", "app_id", "form_json"}},
      {Kind::kCase, {"domain", "case_id", "received_on", "server_date_modified", "case_type", "owner_id", "case_json"}},
      {Kind::kUser, {"domain", "user_id", "received_on", "username", "user_json"}},
      {Kind::kLocation,
       {"domain", "location_id", "received_on", "last_modified", "location_type", "site_code", "location_json"}},
      {Kind::kDataSource, {"domain", "data_source_id", "doc_id", "received_on", "data_source_json"}},
  };
  for (const auto& [kind, own] : expected) {
    const auto table = table_of(kind, TableName("t"));
    std::vector<std::string> names;
    for (const Column& column : table.columns) {
      names.push_back(column.name);
    }
    std::vector<std::string> all = own;
    all.insert(all.end(), {"_file", "_loaded_at", "_position"});
    EXPECT_EQ(names, all);
    for (const std::string& id : table.id_columns) {
      EXPECT_NE(std::find(names.begin(), names.end(), id), names.end()) << id;
    }
    EXPECT_TRUE(table.version_column.empty() || table.version_column == own[3]) << table.version_column;
  }
}

TEST(TableDefinition, IsMissingForKindsThatMakeNoRows) {
  EXPECT_TRUE(makes_rows(Kind::kDataSource));
  EXPECT_FALSE(makes_rows(Kind::kFormStub));
  EXPECT_FALSE(makes_rows(Kind::kAppChange));
}

TEST(TableDefinition, OfFormsHasTheDigestOfTheFirstRelease) {
  EXPECT_EQ(table_of(Kind::kForm, TableName("forms")).digest(), "4a61c1fe686383a7");
}

TEST(Kind, HasANameThatIsReadBack) {
  for (const char* name : {"form", "case", "user", "location", "data_source", "form_stub", "app_change"}) {
    EXPECT_EQ(to_string(parse_kind(name).value()), name);
  }
  EXPECT_FALSE(parse_kind("Form"));
}

TEST(TableDefinition, DigestFollowsTheShapeOfTheFileOnly) {
  const auto table = table_of(Kind::kForm, TableName("forms"));
  EXPECT_EQ(table.digest(), table_of(Kind::kForm, TableName("other")).digest());
  auto changed = table;
  changed.columns.front().name = "project";
  EXPECT_NE(changed.digest(), table.digest());
}

}  // namespace
}  // namespace firn
