#include "load/snowflake/usage_views.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/manual_clock.h"
#include "tests/support/scripted_http.h"
#include "tests/support/snowflake_login.h"
#include "tests/support/snowflake_rows.h"

namespace firn {
namespace {

Timestamp at(const char* text) { return parse_timestamp(text).value(); }

class UsageViewsTest : public testing::Test {
 protected:
  void answer(const std::string& columns, const std::string& rows) { http_.answer(200, rows_answer(columns, rows)); }

  ManualClock clock_;
  ScriptedHttp http_;
  SnowflakeTransport transport_{"https://north.example", test_login(), clock_, http_.make()};
  SqlClient sql_{transport_, [](Duration) {}};
  UsageViews views_{sql_, {"FIRN_LOADER", "WH"}};
  const ReportedDays days_{at("2026-11-01T00:00"), at("2026-11-25T00:00")};
  const SnowflakePlace place_{"DB", "S", "FIRN_LAKE", "FIRN_CSV", "FORMS", "FORMS_PIPE"};
};

TEST_F(UsageViewsTest, ComparesWholeDaysOfWhichTheViewsKnowEverything) {
  const ReportedDays days = UsageViews::days(at("2026-11-01T00:00"), at("2026-11-26T02:59"));
  EXPECT_EQ(days.begin, at("2026-11-01T00:00"));
  EXPECT_EQ(days.end, at("2026-11-25T00:00")) << "the views may not know all of yesterday yet";
  EXPECT_EQ(UsageViews::days(days.begin, at("2026-11-26T03:00")).end, at("2026-11-26T00:00"));
  EXPECT_TRUE(UsageViews::days(at("2026-11-26T00:00"), at("2026-11-26T23:00")).empty());
}

TEST_F(UsageViewsTest, GoBackAYear) {
  EXPECT_EQ(UsageViews::days(at("2020-01-01T00:00"), at("2026-11-26T12:00")).begin, at("2025-11-27T00:00"));
}

TEST_F(UsageViewsTest, AskForOnePipeByEitherOfItsNames) {
  answer("PIPE_ID,CREDITS,BYTES", R"(["7","0.0037","1000000000"])");
  const ReportedUse use = views_.of_pipe(place_, days_).value();
  EXPECT_DOUBLE_EQ(use.credits, 0.0037);
  EXPECT_EQ(use.bytes, 1'000'000'000U);
  EXPECT_EQ(use.objects, 1U);
  const std::string sent = http_.calls().at(0).body;
  EXPECT_NE(sent.find("PIPE_NAME IN ('FORMS_PIPE', 'DB.S.FORMS_PIPE')"), std::string::npos) << sent;
  EXPECT_NE(sent.find("START_TIME < '2026-11-25 00:00:00.000000 +0000'"), std::string::npos) << sent;
}

TEST_F(UsageViewsTest, NothingReportedIsNothingUsed) {
  answer("WAREHOUSE_ID,CREDITS", "");
  const ReportedUse use = views_.of_warehouse("WH", days_).value();
  EXPECT_EQ(use.credits, 0);
  EXPECT_EQ(use.objects, 0U);
}

TEST_F(UsageViewsTest, WhatIsNoNumberIsAnError) {
  answer("WAREHOUSE_ID,CREDITS", R"(["7","much"])");
  EXPECT_FALSE(views_.of_warehouse("WH", days_));
}

TEST_F(UsageViewsTest, AMissingGrantIsNamed) {
  http_.answer(422, R"({"code":"002003","message":"Database 'SNOWFLAKE' does not exist or not authorized."})");
  const auto refused = views_.of_warehouse("WH", days_);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().hint.find("GRANT DATABASE ROLE SNOWFLAKE.USAGE_VIEWER TO ROLE FIRN_LOADER"),
            std::string::npos)
      << refused.error().hint;
  http_.answer(422, R"({"code":"000606","message":"No active warehouse selected in the current session."})");
  EXPECT_EQ(views_.of_warehouse("WH", days_).error().hint.find("USAGE_VIEWER"), std::string::npos);
}

}  // namespace
}  // namespace firn
