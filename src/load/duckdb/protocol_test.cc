#include "load/duckdb/protocol.h"

#include <gtest/gtest.h>

#include <string>

namespace firn {
namespace {

HelperJob some_job() {
  HelperJob job;
  job.operation = HelperOperation::kLoad;
  job.database = "/data/it's \"here\".duckdb";
  job.memory_limit = 3ULL << 30U;
  job.threads = 4;
  job.lock_wait = std::chrono::milliseconds(1500);
  job.table = table_of(Kind::kForm, TableName("forms"));
  job.batch = "forms/2026-03/000001";
  job.files = {{ObjectKey("forms/a.csv.zst"), "/stage/forms/a.csv.zst", 7, 5000}};
  job.limit = 5;
  return job;
}

std::string without(std::string text, const std::string& field) {
  const auto at = text.find('"' + field + '"');
  return at == std::string::npos ? text : text.replace(at + 1, 1, "?");
}

TEST(DuckDbProtocol, AJobIsReadAsItWasWritten) {
  const HelperJob job = some_job();
  const HelperJob read = decode_job(encode_job(job)).value();
  EXPECT_EQ(encode_job(read), encode_job(job));
  EXPECT_EQ(read.table.columns, job.table.columns);
  EXPECT_EQ(read.table.id_columns, job.table.id_columns);
  EXPECT_EQ(read.files.at(0).rows, 7U);
  EXPECT_EQ(read.lock_wait, job.lock_wait);
}

TEST(DuckDbProtocol, AReportIsReadAsItWasWritten) {
  HelperReport report;
  report.files = {{ObjectKey("a"), FileStatus::kLoaded, 7, {}}, {ObjectKey("b"), FileStatus::kFailed, 0, "why"}};
  report.rows = 9;
  report.positions = {Position(3), Position((1ULL << 63U) - 1)};
  report.latest = {R"({"form_id":"x"})"};
  const HelperReport read = decode_report(encode_report(report)).value();
  EXPECT_EQ(encode_report(read), encode_report(report));
  EXPECT_EQ(read.files.at(1).message, "why");
  EXPECT_EQ(read.rows, 9U);
  EXPECT_EQ(read.positions, report.positions);
}

TEST(DuckDbProtocol, ABusyReportSaysWho) {
  HelperReport report;
  report.state = HelperState::kBusy;
  report.message = "held by a program";
  EXPECT_EQ(decode_report(encode_report(report)).value().message, "held by a program");
  EXPECT_EQ(decode_report(encode_report(report)).value().state, HelperState::kBusy);
}

class MissingInJob : public testing::TestWithParam<const char*> {};

TEST_P(MissingInJob, IsNamed) {
  const auto job = decode_job(without(encode_job(some_job()), GetParam()));
  ASSERT_FALSE(job);
  EXPECT_NE(job.error().message().find(GetParam()), std::string::npos) << job.error().message();
}

INSTANTIATE_TEST_SUITE_P(Fields, MissingInJob,
                         testing::Values("operation", "database", "memory_limit", "threads", "lock_wait_ms", "table",
                                         "name", "id_columns", "columns", "type", "files", "path", "rows"));

class BadReport : public testing::TestWithParam<const char*> {};

TEST_P(BadReport, IsRefused) { EXPECT_FALSE(decode_report(GetParam())); }

INSTANTIATE_TEST_SUITE_P(
    Texts, BadReport,
    testing::Values("", "no JSON", "[]", "{}", R"({"state":"done","message":"","files":[],"rows":null})",
                    R"({"state":"done","message":"","files":[],"rows":-1,"positions":[],"latest":[]})",
                    R"({"state":"done","message":"","files":[],"rows":1,"positions":["x"],"latest":[]})",
                    R"({"state":"never","message":"","files":[],"rows":null,"positions":[],"latest":[]})",
                    R"({"state":"done","message":"","files":[{"key":"a"}],"rows":null,"positions":[],"latest":[]})",
                    R"({"state":"done","message":"","files":[{"key":"a","status":"perhaps","rows_loaded":1,)"
                    R"("message":""}],"rows":null,"positions":[],"latest":[]})"));

}  // namespace
}  // namespace firn
