#include "load/snowflake/object_check.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/support/manual_clock.h"
#include "tests/support/scripted_http.h"
#include "tests/support/snowflake_login.h"
#include "tests/support/snowflake_rows.h"

namespace firn {
namespace {

/// Against answers in the shape of the pages "DESCRIBE FILE FORMAT", "DESCRIBE STAGE" and their like.
class ObjectCheckTest : public testing::Test {
 protected:
  using Rows = std::vector<std::vector<std::string>>;

  void answer(const std::string& columns, const Rows& rows) {
    std::string data;
    for (const auto& row : rows) {
      std::string values;
      for (const std::string& value : row) {
        values += (values.empty() ? "\"" : ",\"") + value + "\"";
      }
      data += (data.empty() ? "[" : ",[") + values + "]";
    }
    http_.answer(200, rows_answer(columns, data));
  }
  void answer_table(const Rows& rows) { answer("name,type,null?,default", rows); }
  static std::string mend(const std::optional<ObjectDifference>& other) { return other ? other->mend : ""; }

  ManualClock clock_;
  ScriptedHttp http_;
  SnowflakeTransport transport_{"https://north.example", test_login(), clock_, http_.make()};
  SqlClient sql_{transport_, [](Duration) {}};
  const SnowflakePlace place_{"DB", "S", "FIRN_LAKE", "FIRN_CSV", "T", ""};
  const SnowflakeSetup::Bucket bucket_{"FIRN_LAKE", "s3://b/p/", "arn:aws:iam::1:role/r", "x"};
  const SnowflakeSetup setup_{"FIRN", "FIRN_LOADER", "WH", false, "DB", "S", "FIRN_CSV", {"k"}, {bucket_}, {}, "me"};
  ObjectCheck check_{sql_, "FIRN_LOADER", setup_};
  const SnowflakeSetup::Table table_{probe_table(), place_};
  const Rows good_table_{{"NOTE", "VARCHAR(16777216)", "Y", ""},
                         {"_FILE", "VARCHAR(16777216)", "Y", ""},
                         {"_LOADED_AT", "TIMESTAMP_LTZ(6)", "Y", ""},
                         {"_POSITION", "NUMBER(19,0)", "N", ""}};
};

TEST_F(ObjectCheckTest, AFileFormatAsFirnMakesItHasNoDifference) {
  answer("property,property_type,property_value,property_default",
         {{"TYPE", "String", "CSV", "CSV"},
          {"RECORD_DELIMITER", "String", R"(\\n)", R"(\\n)"},
          {"FIELD_OPTIONALLY_ENCLOSED_BY", "String", R"(\\\")", "NONE"},
          {"ESCAPE_UNENCLOSED_FIELD", "String", "NONE", R"(\\\\)"},
          {"NULL_IF", "List", "[]", R"([\\\\N])"},
          {"EMPTY_FIELD_AS_NULL", "Boolean", "TRUE", "TRUE"}});
  EXPECT_FALSE(check_.file_format());
}

TEST_F(ObjectCheckTest, EachOptionOfAFileFormatIsNamedWithTheStatementThatMendsIt) {
  answer("property,property_type,property_value,property_default",
         {{"TYPE", "String", "CSV", "CSV"},
          {"FIELD_OPTIONALLY_ENCLOSED_BY", "String", "NONE", "NONE"},
          {"ESCAPE_UNENCLOSED_FIELD", "String", R"(\\\\)", R"(\\\\)"},
          {"NULL_IF", "List", R"([\\\\N])", R"([\\\\N])"}});
  const auto other = check_.file_format();
  ASSERT_TRUE(other);
  EXPECT_TRUE(other->harms);
  EXPECT_EQ(other->found,
            "DB.S.FIRN_CSV: FIELD_OPTIONALLY_ENCLOSED_BY is NONE, not '\"'; ESCAPE_UNENCLOSED_FIELD is \\\\, not NONE; "
            "NULL_IF is [\\\\N], not ()");
  EXPECT_EQ(other->mend,
            "ALTER FILE FORMAT DB.S.FIRN_CSV SET FIELD_OPTIONALLY_ENCLOSED_BY = '\"' ESCAPE_UNENCLOSED_FIELD = NONE "
            "NULL_IF = ()");
}

TEST_F(ObjectCheckTest, AFileFormatOfAnotherTypeCannotBeAltered) {
  answer("property,property_type,property_value,property_default", {{"TYPE", "String", "JSON", "JSON"}});
  EXPECT_NE(mend(check_.file_format()).find("RENAME TO DB.S.FIRN_CSV_OLD"), std::string::npos);
}

TEST_F(ObjectCheckTest, AStageIsComparedWithItsBucket) {
  const std::string columns = "parent_property,property,property_type,property_value,property_default";
  const auto stage = [&](const std::string& url, const std::string& integration, const std::string& format) {
    answer(columns, {{"STAGE_FILE_FORMAT", "FORMAT_NAME", "String", format, ""},
                     {"STAGE_LOCATION", "URL", "String", R"([\")" + url + R"(\"])", ""},
                     {"STAGE_INTEGRATION", "STORAGE_INTEGRATION", "String", integration, ""}});
    return check_.stage(bucket_);
  };
  EXPECT_FALSE(stage("s3://b/p/", "FIRN_LAKE", R"(\"DB\".\"S\".\"FIRN_CSV\")"));
  EXPECT_NE(mend(stage("s3://b/p", "FIRN_LAKE", "FIRN_CSV")).find("ALTER STAGE DB.S.FIRN_LAKE SET URL = 's3://b/p/'"),
            std::string::npos)
      << "names follow it without a slash between";
  EXPECT_NE(mend(stage("s3://b/p/", "OTHER", "FIRN_CSV")).find("STORAGE_INTEGRATION = FIRN_LAKE"), std::string::npos);
  const auto format = stage("s3://b/p/", "FIRN_LAKE", "DB.S.OTHER");
  ASSERT_TRUE(format);
  EXPECT_FALSE(format->harms) << "each COPY names its own";
}

TEST_F(ObjectCheckTest, AnIntegrationKeepsTheLocationsThatItHas) {
  answer("property,property_type,property_value,property_default",
         {{"ENABLED", "Boolean", "true", "false"},
          {"STORAGE_ALLOWED_LOCATIONS", "List", "s3://other/,s3://b/q/", "[]"},
          {"STORAGE_AWS_ROLE_ARN", "String", "arn:aws:iam::1:role/r", ""},
          {"STORAGE_AWS_EXTERNAL_ID", "String", "x", ""}});
  EXPECT_NE(mend(check_.integration(bucket_))
                .find("SET STORAGE_ALLOWED_LOCATIONS = ('s3://other/', 's3://b/q/', 's3://b/p/')"),
            std::string::npos);
}

TEST_F(ObjectCheckTest, AWarehouseThatCostsMoreDoesNoHarmAndOneThatNobodyStartsDoes) {
  const auto warehouse = [&](const std::string& size, const std::string& suspend, const std::string& resume) {
    answer("name,size,auto_suspend,auto_resume", {{"WH", size, suspend, resume}});
    return check_.warehouse();
  };
  EXPECT_FALSE(warehouse("X-Small", "60", "true"));
  const auto dear = warehouse("Large", "600", "true");
  ASSERT_TRUE(dear);
  EXPECT_FALSE(dear->harms);
  EXPECT_NE(dear->mend.find("SET AUTO_SUSPEND = 60 WAREHOUSE_SIZE = XSMALL"), std::string::npos);
  EXPECT_TRUE(warehouse("X-Small", "60", "false")->harms);
  EXPECT_NE(warehouse("X-Small", "0", "true")->found.find("AUTO_SUSPEND is never"), std::string::npos);
}

TEST_F(ObjectCheckTest, ATableWithMoreRoomHasNoDifference) {
  Rows rows = good_table_;
  answer_table(rows);
  EXPECT_FALSE(check_.table(table_));
  rows[0][1] = "VARCHAR(134217728)";
  rows[2][1] = "TIMESTAMP_LTZ(9)";
  rows[3][1] = "NUMBER(38,0)";
  rows.push_back({"NOTE_OF_OURS", "VARCHAR(10)", "Y", ""});
  rows.push_back({"MADE", "DATE", "N", "CURRENT_DATE()"});
  answer_table(rows);
  EXPECT_FALSE(check_.table(table_));
}

TEST_F(ObjectCheckTest, ATableThatRefusesRowsIsNamedWithWhatMendsIt) {
  Rows rows = good_table_;
  rows[0][1] = "VARCHAR(100)";
  answer_table(rows);
  EXPECT_NE(mend(check_.table(table_)).find("ALTER TABLE DB.S.T ALTER COLUMN NOTE SET DATA TYPE VARCHAR(16777216)"),
            std::string::npos);
  rows = good_table_;
  rows[2][1] = "TIMESTAMP_NTZ(6)";
  answer_table(rows);
  EXPECT_NE(mend(check_.table(table_)).find("give the repeater a new table"), std::string::npos);
  rows = good_table_;
  rows.push_back({"OURS", "VARCHAR(10)", "N", ""});
  answer_table(rows);
  EXPECT_NE(mend(check_.table(table_)).find("ALTER COLUMN OURS DROP NOT NULL"), std::string::npos);
  rows = good_table_;
  rows.erase(rows.begin());
  answer_table(rows);
  EXPECT_NE(mend(check_.table(table_)).find("ADD COLUMN NOTE VARCHAR"), std::string::npos);
}

TEST_F(ObjectCheckTest, WhatTheRoleMayNotSeeHasNoDifference) {
  for (int i = 0; i < 5; ++i) {
    http_.answer(422, R"({"code":"002003","message":"does not exist or not authorized"})");
  }
  EXPECT_FALSE(check_.file_format() || check_.stage(bucket_) || check_.integration(bucket_) || check_.warehouse() ||
               check_.table(table_));
  ASSERT_EQ(check_.not_compared().size(), 5U) << "but it is told";
  EXPECT_NE(check_.not_compared()[0].find("DESC FILE FORMAT"), std::string::npos);
  EXPECT_NE(check_.not_compared()[0].find("does not exist or not authorized"), std::string::npos);
}

TEST(CreditsPerMinute, DoubleWithEachSize) {
  EXPECT_EQ(credits_per_minute("X-Small"), "0.0167 credits");
  EXPECT_EQ(credits_per_minute("Large"), "0.1333 credits");
  EXPECT_EQ(credits_per_minute("Adaptive"), "");
}

}  // namespace
}  // namespace firn
