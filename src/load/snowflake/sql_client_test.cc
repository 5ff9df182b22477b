#include "load/snowflake/sql_client.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/manual_clock.h"
#include "tests/support/scripted_http.h"
#include "tests/support/snowflake_login.h"

namespace firn {
namespace {

const std::string kAccepted = R"({"code":"333334","message":"in progress","statementHandle":"h-1"})";

std::string result_set(const std::string& columns, const std::string& rows, const std::string& partitions = "{}") {
  return R"({"code":"090001","statementHandle":"h-1","resultSetMetaData":{"rowType":[)" + columns +
         R"(],"partitionInfo":[)" + partitions + R"(]},"data":[)" + rows + "]}";
}

class SqlClientTest : public testing::Test {
 protected:
  std::string refusal_of(int status, const std::string& body) {
    http_.answer(status, body);
    const auto progress = client_.submit({.text = "SELECT 1"}, "r-1", false);
    return progress ? progress->failure->message() : progress.error().message();
  }

  ManualClock clock_;
  ScriptedHttp http_;
  SnowflakeTransport transport_{"https://north.example", test_login(), clock_, http_.make()};
  Duration paused_{};
  SqlClient client_{transport_, [this](Duration pause) { paused_ += pause; }};
};

TEST_F(SqlClientTest, SubmitsAndNamesTheRequestSoThatItCanBeRepeated) {
  http_.answer(202, kAccepted);
  const auto progress =
      client_.submit({"COPY", "ROLE_A", "WH", "DB", "S", "forms/2026-11/000001", 60}, "r-1", true).value();
  EXPECT_EQ(progress.state, SqlState::kRunning);
  EXPECT_EQ(progress.handle, "h-1");
  const HttpCall& call = http_.calls().at(0);
  EXPECT_EQ(call.url, "https://north.example/api/v2/statements?requestId=r-1&retry=true&async=true");
  const auto body = boost::json::parse(call.body).as_object();
  EXPECT_EQ(body.at("statement").as_string(), "COPY");
  EXPECT_EQ(body.at("role").as_string(), "ROLE_A");
  EXPECT_EQ(body.at("warehouse").as_string(), "WH");
  EXPECT_EQ(body.at("database").as_string(), "DB");
  EXPECT_EQ(body.at("schema").as_string(), "S");
  EXPECT_EQ(body.at("timeout").to_number<int>(), 60);
  EXPECT_EQ(body.at("parameters").as_object().at("query_tag").as_string(), "forms/2026-11/000001");
  EXPECT_EQ(body.at("parameters").as_object().at("timezone").as_string(), "UTC");
}

TEST_F(SqlClientTest, ShowsATokenOfAKeyPair) {
  http_.answer(202, kAccepted);
  ASSERT_TRUE(client_.submit({.text = "COPY"}, "r-1", false));
  std::map<std::string, std::string> headers;
  for (const auto& [name, value] : http_.calls().at(0).headers) {
    headers[name] = value;
  }
  EXPECT_TRUE(headers["Authorization"].starts_with("Bearer eyJ"));
  EXPECT_EQ(headers["X-Snowflake-Authorization-Token-Type"], "KEYPAIR_JWT");
  EXPECT_EQ(headers["Content-Type"], "application/json");
  EXPECT_EQ(headers["Accept"], "application/json");
}

TEST_F(SqlClientTest, SendsOnlyWhatIsSet) {
  http_.answer(202, kAccepted);
  ASSERT_TRUE(client_.submit({.text = "SHOW TABLES"}, "r-1", false));
  const auto body = boost::json::parse(http_.calls().at(0).body).as_object();
  EXPECT_EQ(body.size(), 2U) << "the statement and its parameters";
}

TEST_F(SqlClientTest, SaysThatARequestIsARepetitionOnlyWhenItIs) {
  http_.answer(202, kAccepted);
  ASSERT_TRUE(client_.submit({.text = "COPY"}, "r-1", false));
  EXPECT_EQ(http_.calls().at(0).url.find("retry"), std::string::npos);
}

TEST_F(SqlClientTest, ReadsRowsOfSeveralParts) {
  http_.answer(200, result_set(R"({"name":"FILE"},{"name":"ROWS"})", R"(["a","1"])", "{},{}"));
  http_.answer(200, R"({"data":[["b",null]]})");
  const SqlRows rows = client_.poll("h-1").value().rows;
  ASSERT_EQ(rows.rows.size(), 2U);
  EXPECT_EQ(rows.text(0, "rows"), "1") << "whatever the column's letters";
  EXPECT_EQ(rows.text(1, "FILE"), "b");
  EXPECT_EQ(rows.text(1, "ROWS"), "");
  EXPECT_NE(http_.calls().at(1).url.find("partition=1"), std::string::npos);
}

TEST_F(SqlClientTest, NeverGuessesWhatAnAnswerMeans) {
  for (const std::string body :
       {"<html>", "{}", "[]", R"({"resultSetMetaData":{"rowType":[{"name":"A"}]},"data":[["1","2"]]})",
        R"({"resultSetMetaData":{"rowType":[{"name":"A"}]},"data":[[1]]})"}) {
    http_.answer(200, body);
    EXPECT_EQ(client_.poll("h-1").error().kind, ErrorKind::kUnavailable) << body;
  }
  http_.answer(202, "{}");
  EXPECT_FALSE(client_.submit({.text = "COPY"}, "r-1", false)) << "without a handle nobody can ask";
}

TEST_F(SqlClientTest, TellsTheEndOfAStatementFromTheWantOfAnAnswer) {
  http_.answer(422, R"({"code":"002003","message":"Table 'X' does not exist"})");
  EXPECT_EQ(client_.poll("h-1").value().state, SqlState::kFailed);
  http_.answer(408, R"({"code":"000630","message":"timeout"})");
  EXPECT_EQ(client_.poll("h-1").value().failure->kind, ErrorKind::kUnavailable);
  http_.answer(404, R"({"code":"000709","message":"unknown"})");
  EXPECT_EQ(client_.poll("h-1").value().state, SqlState::kUnknown);
  http_.answer(503, "<html>gateway</html>");
  EXPECT_EQ(client_.poll("h-1").error().kind, ErrorKind::kUnavailable);
  http_.answer(429, R"({"code":"390505"})");
  EXPECT_EQ(client_.poll("h-1").error().kind, ErrorKind::kBusy);
  http_.fail_next();
  EXPECT_EQ(client_.poll("h-1").error().kind, ErrorKind::kUnavailable);
}

TEST_F(SqlClientTest, ReadsAThousandPartsAtMost) {
  std::string parts = "{}";
  for (int i = 1; i < 1001; ++i) {
    parts += ",{}";
  }
  http_.answer(200, result_set(R"({"name":"N"})", R"(["7"])", parts));
  EXPECT_NE(client_.poll("h-1").error().reason.find("1001 parts"), std::string::npos);
  EXPECT_EQ(http_.calls().size(), 1U);
}

TEST_F(SqlClientTest, CancelsWhatIsOverWithoutAnError) {
  for (const auto& [status, body] : std::vector<std::pair<int, std::string>>{
           {200, "{}"}, {404, "{}"}, {422, R"({"code":"000709"})"}, {422, R"({"code":"000605"})"}}) {
    http_.answer(status, body);
    EXPECT_TRUE(client_.cancel("h-1")) << body;
  }
  http_.answer(503, "");
  EXPECT_FALSE(client_.cancel("h-1"));
}

TEST_F(SqlClientTest, LogsInAgainWhenTheTokenIsRefusedForItsTime) {
  http_.answer(401, R"({"code":"394302","message":"m"})", {{"date", "Sun, 01 Mar 2026 01:00:00 GMT"}});
  http_.answer(202, kAccepted);
  ASSERT_TRUE(client_.submit({.text = "COPY"}, "r-1", false));
  EXPECT_EQ(http_.calls().size(), 2U);
}

TEST_F(SqlClientTest, NeverPutsTheTokenIntoAnError) {
  http_.answer(401, R"({"code":"394304","message":"m"})");
  const auto refused = client_.submit({.text = "COPY"}, "r-1", false);
  EXPECT_EQ(refused.error().kind, ErrorKind::kPermission);
  EXPECT_EQ(refused.error().message().find("eyJ"), std::string::npos);
}

TEST_F(SqlClientTest, RefusesAStatementThatIsTooLong) {
  EXPECT_FALSE(client_.submit({.text = std::string(1'000'001, 'x')}, "r-1", false));
  EXPECT_TRUE(http_.calls().empty());
}

TEST_F(SqlClientTest, WaitsForTheEndAndCancelsWhatTakesTooLong) {
  http_.answer(202, kAccepted);
  http_.answer(202, kAccepted);
  http_.answer(200, result_set(R"({"name":"N"})", R"(["7"])"));
  EXPECT_EQ(client_.run({.text = "SELECT"}, std::chrono::minutes(1)).value().text(0, "N"), "7");
  EXPECT_EQ(paused_, Duration(std::chrono::milliseconds(600)));

  for (int i = 0; i < 3; ++i) {
    http_.answer(202, kAccepted);
  }
  http_.answer(200, R"({"code":"000604"})");
  EXPECT_EQ(client_.run({.text = "SELECT"}, std::chrono::milliseconds(500)).error().kind, ErrorKind::kUnavailable);
  EXPECT_NE(http_.calls().back().url.find("/cancel"), std::string::npos);
}

}  // namespace
}  // namespace firn
