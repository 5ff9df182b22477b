#include "model/table.h"

#include <gtest/gtest.h>

namespace firn {
namespace {

TEST(TableDefinition, OfFormsEndsWithThePosition) {
  const auto table = table_of(Kind::kForm, TableName("forms"));
  EXPECT_EQ(table.columns.back().name, "_position");
  EXPECT_EQ(table.id_column, "form_id");
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
