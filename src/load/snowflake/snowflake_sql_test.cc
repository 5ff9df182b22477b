#include "load/snowflake/snowflake_sql.h"

#include <gtest/gtest.h>

#include <string>

#include "load/snowflake/load_history.h"
#include "load/snowflake/table_guard.h"

namespace firn {
namespace {

const SnowflakePlace kPlace{"COMMCARE", "raw data", "FIRN_LAKE", "FIRN_CSV", "ORDER", "ORDER_PIPE"};

TEST(SnowflakeSql, QuotesNamesAndTextsThatNeedIt) {
  EXPECT_EQ(sql_name("FORMS_2$"), "FORMS_2$");
  EXPECT_EQ(sql_name("forms"), "\"forms\"");
  EXPECT_EQ(sql_name("ORDER"), "\"ORDER\"");
  EXPECT_EQ(sql_name("2ND"), "\"2ND\"");
  EXPECT_EQ(sql_name("a\"b"), "\"a\"\"b\"");
  EXPECT_EQ(sql_name(kPlace, "ORDER"), "COMMCARE.\"raw data\".\"ORDER\"");
  EXPECT_EQ(sql_text("it's a \\ path"), "'it''s a \\\\ path'");
}

TEST(SnowflakeSql, NamesTheFilesAndKeepsOneBadFileFromTheOthers) {
  const auto table = table_of(Kind::kForm, TableName("order"));
  const std::string sql = copy_files_sql(
      table, kPlace,
      {{ObjectKey("forms/2026-11/000001/a.csv.zst"), "", 1}, {ObjectKey("forms/2026-11/000001/b.csv.zst"), "", 1}});
  EXPECT_NE(sql.find("FILES = ('forms/2026-11/000001/a.csv.zst', 'forms/2026-11/000001/b.csv.zst')"),
            std::string::npos);
  EXPECT_NE(sql.find("ON_ERROR = SKIP_FILE"), std::string::npos);
  EXPECT_EQ(sql.find("FORCE"), std::string::npos);
  EXPECT_NE(sql.find("PARSE_JSON($7)"), std::string::npos);
  EXPECT_NE(sql.find("_POSITION)"), std::string::npos);
}

TEST(SnowflakeSql, NeverReplacesAnObject) {
  for (const Kind kind : {Kind::kForm, Kind::kCase, Kind::kUser, Kind::kLocation, Kind::kDataSource}) {
    const auto table = table_of(kind, TableName("order"));
    for (const std::string& sql : {create_table_sql(table, kPlace, "me"), create_latest_sql(table, kPlace),
                                   create_pipe_sql(table, kPlace, "me")}) {
      EXPECT_TRUE(sql.starts_with("CREATE ")) << sql;
      EXPECT_NE(sql.find("IF NOT EXISTS"), std::string::npos) << sql;
      EXPECT_EQ(sql.find("REPLACE TABLE"), std::string::npos) << sql;
    }
  }
}

TEST(SnowflakeSql, ReadsTheOwnerOutOfAComment) {
  EXPECT_EQ(owner_of_comment(owner_comment("7b6cf1de-1")), "7b6cf1de-1");
  EXPECT_EQ(owner_of_comment("our forms"), "");
}

TEST(SnowflakeSql, KnowsAFileByTheLastPartOfItsPath) {
  const std::vector<LoadFile> files{{ObjectKey("forms/2026-11/000001/a.csv.zst"), "", 1}};
  EXPECT_EQ(file_at_path(files, "s3://bucket/north/forms/2026-11/000001/a.csv.zst"), files.data());
  EXPECT_EQ(file_at_path(files, "a.csv.zst"), files.data());
  EXPECT_EQ(file_at_path(files, "aa.csv.zst"), nullptr);
}

TEST(SnowflakeSql, KnowsTheWordsForOutcomesOfBothInterfaces) {
  EXPECT_EQ(file_status("LOADED"), FileStatus::kLoaded);
  EXPECT_EQ(file_status("Loaded"), FileStatus::kLoaded);
  EXPECT_EQ(file_status("Load failed"), FileStatus::kFailed);
  EXPECT_EQ(file_status("PARTIALLY_LOADED"), FileStatus::kPartially);
  EXPECT_EQ(file_status("LOAD_SKIPPED"), std::nullopt) << "it says nothing of the rows";
  EXPECT_EQ(file_status("LOAD_IN_PROGRESS"), std::nullopt);
}

TEST(SnowflakeSql, TakesValuesOutOfMessages) {
  EXPECT_EQ(without_values("Numeric value 'Jane Roe' is not recognized"), "Numeric value '...' is not recognized");
  EXPECT_EQ(without_values("Error parsing JSON: {\"name\":\"Jane Roe\""), "Error parsing JSON");
  EXPECT_EQ(without_values("Numeric value 'Jane O'Hara' is not"), "Numeric value '...' is not");
  EXPECT_EQ(without_values("Timestamp 'it is open"), "Timestamp '...'");
}

TEST(SnowflakeSql, ComparesStatementsWithoutCaseAndWhiteSpace) {
  EXPECT_EQ(sql_difference("COPY INTO A.B (X, Y)\n  FROM (SELECT $1)", "copy into a.b(x,y) from ( select $1 ) ;"), "");
  EXPECT_EQ(sql_difference("SELECT 'a'", "SELECT 'A'"), "`'A'` instead of `'a'`");
  EXPECT_EQ(sql_difference("SELECT 'it''s'", "SELECT 'it' 's'"), "") << "no statement of ours has two texts in a row";
  EXPECT_EQ(sql_difference("SELECT 'a  b'", "SELECT 'a b'"), "`'a b'` instead of `'a  b'`");
  EXPECT_EQ(sql_difference("COPY INTO T FROM S", "COPY INTO T FROM S ON_ERROR = CONTINUE"),
            "`ON_ERROR = CONTINUE` instead of `nothing`");
  EXPECT_EQ(sql_difference("PARSE_JSON($7), $8", "PARSE_JSON($6), $8"), "`$6 ) , $8` instead of `$7 ) , $8`");
}

TEST(SnowflakeSql, ReadsTimesOfShow) {
  EXPECT_EQ(parse_sql_time("1772323200.250000000"), timestamp_from_micros(1'772'323'200'250'000));
  EXPECT_EQ(parse_sql_time("1772323200.250 1440"), timestamp_from_micros(1'772'323'200'250'000));
  EXPECT_EQ(parse_sql_time("yesterday"), std::nullopt);
  EXPECT_EQ(parse_sql_time(""), std::nullopt);
}

}  // namespace
}  // namespace firn
