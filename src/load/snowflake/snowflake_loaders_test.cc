// What COPY makes of Snowflake's answers, which are put down here, and what keeps both ways from a wrong table.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "load/snowflake/loader_fixture.h"

namespace firn {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

TEST_F(SnowflakeLoadersTest, CopySubmitsOneStatementForAllFiles) {
  http_.answer(202, R"({"statementHandle":"h-9"})");
  EXPECT_EQ(copy_loader().submit(job({kKey, kOther})).value(), "h-9");
  EXPECT_NE(statement(0).find(kKey), std::string::npos);
  EXPECT_NE(statement(0).find(kOther), std::string::npos);
  EXPECT_EQ(copy_loader().most_files(), 1000U);
}

TEST_F(SnowflakeLoadersTest, CopyReportsEachFileAsSnowflakeDoes) {
  answer("file,status,rows_loaded,first_error,first_error_line",
         "[\"s3://b/" + kKey + R"(","LOADED","10",null,null],["s3://b/)" + kOther +
             R"(","LOAD_FAILED","0","Numeric value 'x' is not recognized","4"])");
  const LoadProgress progress = copy_loader().poll(job({kKey, kOther}), "h-1").value();
  EXPECT_EQ(progress.state, LoadState::kDone);
  ASSERT_EQ(progress.files.size(), 2U);
  EXPECT_EQ(progress.files[0].status, FileStatus::kLoaded);
  EXPECT_EQ(progress.files[0].rows_loaded, 10U);
  EXPECT_EQ(progress.files[1].status, FileStatus::kFailed);
  EXPECT_EQ(progress.files[1].error_line, 4U);
  EXPECT_EQ(progress.files[1].message, "Numeric value '...' is not recognized");
}

TEST_F(SnowflakeLoadersTest, CopyAsksTheHistoryAboutFilesThatItsAnswerLeavesOut) {
  for (const std::string& skipped : {std::string(), "[\"s3://b/" + kKey + "\",\"LOAD_SKIPPED\"]"}) {
    answer("file,status", skipped);
    answer("FILE_NAME,STATUS,ROW_COUNT,FIRST_ERROR_MESSAGE,FIRST_ERROR_LINE_NUMBER",
           "[\"" + kKey + R"(","Loaded","10",null,null])");
    const LoadProgress progress = copy_loader().poll(job({kKey}), "h-1").value();
    EXPECT_EQ(progress.state, LoadState::kDone);
    EXPECT_EQ(progress.files.at(0).rows_loaded, 10U);
  }
}

TEST_F(SnowflakeLoadersTest, CopyCountsTheRowsWhenTheHistoryKnowsNothing) {
  http_.answer(404, R"({"code":"000709"})");
  answer("FILE_NAME,STATUS", "");
  answer("_FILE,FILE_ROWS", "[\"" + kKey + R"(","10"])");
  const LoadProgress progress = copy_loader().poll(job({kKey}), "h-1").value();
  EXPECT_EQ(progress.state, LoadState::kDone);
  EXPECT_EQ(progress.files.at(0).status, FileStatus::kLoaded);
}

TEST_F(SnowflakeLoadersTest, CopyAsksAgainForAFileThatNobodyKnows) {
  answer("status", "[\"Copy executed with 0 files processed.\"]");
  answer("FILE_NAME,STATUS", "");
  answer("_FILE,FILE_ROWS", "");
  const LoadProgress progress = copy_loader().poll(job({kKey}), "h-1").value();
  EXPECT_EQ(progress.state, LoadState::kForgotten);
  EXPECT_TRUE(progress.at_file);
  EXPECT_TRUE(progress.reason->is_passing());
}

TEST_F(SnowflakeLoadersTest, CopyTellsTheBytesAndTheSecondsOfItsWarehouse) {
  CopyLoader copy = copy_loader();
  http_.answer(202, R"({"statementHandle":"h-1"})");
  ASSERT_TRUE(copy.submit(job({kKey, kOther})));
  for (int look = 0; look < 5; ++look) {
    clock_.advance(std::chrono::seconds(5));
    answer_running();
    ASSERT_EQ(copy.poll(job({kKey, kOther}), "h-1").value().state, LoadState::kRunning);
  }
  clock_.advance(std::chrono::seconds(5));
  answer("file,status,rows_loaded,first_error,first_error_line",
         "[\"s3://b/" + kKey + R"(","LOADED","10",null,null],["s3://b/)" + kOther + R"(","LOAD_FAILED","0","x","4"])");
  const std::vector<UsageAmount> used{{UsageItem::kCopyBytes, 5000},
                                      {UsageItem::kFiles, 1},
                                      {UsageItem::kLoads, 1},
                                      {UsageItem::kWarehouseMilliseconds, 90'000},
                                      {UsageItem::kWarehouseResumes, 1}};
  EXPECT_EQ(copy.poll(job({kKey, kOther}), "h-1").value().used, used);
}

/// What the warehouse is charged for, in seconds; 0 when nothing is said of it.
std::uint64_t seconds_in(const std::vector<UsageAmount>& used) {
  std::uint64_t sum = 0;
  for (const UsageAmount& each : used) {
    sum += each.item == UsageItem::kWarehouseMilliseconds ? each.amount / 1000 : 0;
  }
  return sum;
}

TEST_F(SnowflakeLoadersTest, AnOutageIsNotCopysTime) {
  CopyLoader copy = copy_loader();
  LoadJob large = job({kKey});
  large.files.front().bytes_uncompressed = 16'000'000'000;  // 100 seconds at the assumed speed
  http_.answer(202, R"({"statementHandle":"h-1"})");
  ASSERT_TRUE(copy.submit(large));
  clock_.advance(std::chrono::seconds(5));
  answer_running();
  ASSERT_TRUE(copy.poll(large, "h-1"));
  clock_.advance(hours(7));
  answer("file,status,rows_loaded", "[\"" + kKey + R"(","LOADED","10"])");
  EXPECT_EQ(seconds_in(copy.poll(large, "h-1").value().used), 4 + 100 + 60U);
}

TEST_F(SnowflakeLoadersTest, AnEndWhileFirnDidNotRunIsNotItsStartsTime) {
  const LoadJob submitted = job({kKey});
  clock_.advance(hours(7));
  CopyLoader copy = copy_loader(true);
  answer("file,status,rows_loaded", "[\"" + kKey + R"(","LOADED","10"])");
  http_.answer(200, rows_answer("status", "[\"done\"]"));
  EXPECT_EQ(seconds_in(copy.poll(submitted, "h-1").value().used), 60U);
}

TEST_F(SnowflakeLoadersTest, WhatIsAskedAfterAnOutageWakesTheWarehouseOnceMore) {
  const LoadJob submitted = job({kKey});
  clock_.advance(hours(7));
  CopyLoader copy = copy_loader();
  answer("file,status", "");
  answer("FILE_NAME,STATUS,ROW_COUNT,FIRST_ERROR_MESSAGE,FIRST_ERROR_LINE_NUMBER",
         "[\"" + kKey + R"(","Loaded","10",null,null])");
  EXPECT_EQ(seconds_in(copy.poll(submitted, "h-1").value().used), 64 + 60U);
}

TEST_F(SnowflakeLoadersTest, WhatACopyHasCostIsToldAgainUntilItIsKept) {
  CopyLoader copy = copy_loader();
  CopyLoader other = copy_loader();
  const auto poll = [&](CopyLoader& loader, const std::string& handle) {
    answer("file,status,rows_loaded", "[\"" + kKey + R"(","LOADED","10"])");
    return seconds_in(loader.poll(job({kKey}), handle).value().used);
  };
  const std::uint64_t first = poll(copy, "h-1");
  EXPECT_EQ(first, 60U);
  EXPECT_EQ(poll(other, "h-2"), 0U) << "it shares the run";
  EXPECT_EQ(poll(copy, "h-1"), first) << "the commit failed while another repeater loaded";
  EXPECT_EQ(poll(copy, "h-3"), 0U);
}

TEST_F(SnowflakeLoadersTest, CopyWithoutAWarehouseNamesTheSetting) {
  CopyLoader copy{sql_, clock_, {{"FIRN_LOADER", ""}, place_, "me"}, meter_};
  const auto refused = copy.submit(job({kKey}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kConfiguration);
  EXPECT_NE(refused.error().message().find("`warehouse`"), std::string::npos) << refused.error().message();
  EXPECT_TRUE(http_.calls().empty());
}

TEST_F(SnowflakeLoadersTest, CopyThatNoWarehouseTookCostsNothing) {
  http_.answer(422, R"({"code":"000606","message":"No active warehouse"})");
  EXPECT_TRUE(copy_loader().poll(job({kKey}), "h-1").value().used.empty());
}

TEST_F(SnowflakeLoadersTest, CopyBlamesNoFileForARefusedStatement) {
  http_.answer(422, R"({"code":"000606","message":"No active warehouse"})");
  const LoadProgress progress = copy_loader().poll(job({kKey}), "h-1").value();
  EXPECT_EQ(progress.state, LoadState::kForgotten);
  EXPECT_FALSE(progress.at_file);
  EXPECT_EQ(progress.reason->kind, ErrorKind::kPermission) << "a person must act";
}

TEST_F(SnowflakeLoadersTest, CopyFindsOutWhichFileARefusalIsAbout) {
  http_.answer(422, R"({"code":"100082","message":"Max LOB size exceeded: 'Jane Roe'"})");
  const LoadProgress progress = copy_loader().poll(job({kKey, kOther}), "h-1").value();
  EXPECT_TRUE(progress.at_file);
  EXPECT_TRUE(progress.reason->is_passing()) << "with growing pauses: each try may wake a warehouse";
  EXPECT_EQ(progress.reason->reason.find("Jane"), std::string::npos);
}

TEST_F(SnowflakeLoadersTest, CopySuspendsAWarehouseThatIsItsOwn) {
  answer("file,status,rows_loaded", "[\"" + kKey + R"(","LOADED","10"])");
  http_.answer(422, R"({"code":"090064","message":"Invalid state. Warehouse 'WH' cannot be suspended."})");
  EXPECT_EQ(copy_loader(true).poll(job({kKey}), "h-1").value().state, LoadState::kDone);
  EXPECT_NE(statement(1).find("ALTER WAREHOUSE WH SUSPEND"), std::string::npos);
}

TEST_F(SnowflakeLoadersTest, CopySubmitsNothingThatSnowflakeMayHaveForgotten) {
  LoadFile file = job({kKey}).files[0];
  file.staged_at = clock_.now() - days(64) + minutes(1);
  EXPECT_EQ(copy_loader().too_old(file), "");
  file.staged_at = clock_.now() - days(64);
  EXPECT_NE(copy_loader().too_old(file).find("COPY forgets after 64 days"), std::string::npos);
}

TEST_F(SnowflakeLoadersTest, CopyWarnsBeforeSnowflakeForgets) {
  LoadFile file = job({kKey}).files[0];
  file.staged_at = clock_.now() - days(45) + minutes(1);
  EXPECT_EQ(copy_loader().ageing(file), "");
  file.staged_at = clock_.now() - days(45);
  EXPECT_NE(copy_loader().ageing(file).find("not proven loaded; on 2026-03-20 00:00:00"), std::string::npos)
      << copy_loader().ageing(file);
}

TEST_F(SnowflakeLoadersTest, CopyAsksTheTableBeforeItSubmitsAgainWhatIsOld) {
  LoadJob old = job({kKey, kOther});
  for (LoadFile& file : old.files) {
    file.staged_at = file.first_submitted_at = clock_.now() - days(50);
  }
  auto copy = copy_loader();
  answer("_FILE,FILE_ROWS", "[\"" + kOther + R"(","10"])");
  answer("file,status", "");
  ASSERT_TRUE(copy.submit(old));
  EXPECT_NE(statement(0).find("SELECT _FILE, COUNT(*)"), std::string::npos);
  EXPECT_NE(statement(1).find(kKey), std::string::npos);
  EXPECT_EQ(statement(1).find(kOther), std::string::npos) << "its rows are there";
}

TEST_F(SnowflakeLoadersTest, CopyNeedsNoStatementWhenAllThatIsOldHasArrived) {
  LoadJob old = job({kKey});
  old.files[0].staged_at = old.files[0].first_submitted_at = clock_.now() - days(50);
  auto copy = copy_loader();
  answer("_FILE,FILE_ROWS", "[\"" + kKey + R"(","10"])");
  const std::string handle = copy.submit(old).value();
  answer("FILE_NAME,STATUS,ROW_COUNT", "");
  answer("_FILE,FILE_ROWS", "[\"" + kKey + R"(","10"])");
  const LoadProgress progress = copy.poll(old, handle).value();
  EXPECT_EQ(progress.state, LoadState::kDone);
  EXPECT_EQ(progress.files.at(0).rows_loaded, 10U);
  EXPECT_EQ(http_.calls().size(), 3U);
}

TEST_F(SnowflakeLoadersTest, CopySubmitsForTheFirstTimeWhatIsOld) {
  LoadJob late = job({kKey});
  late.files[0].staged_at = clock_.now() - days(50);
  auto copy = copy_loader();
  answer("file,status", "");
  ASSERT_TRUE(copy.submit(late));
  EXPECT_NE(statement(0).find("COPY INTO"), std::string::npos);
}

TEST_F(SnowflakeLoadersTest, LooksAtTheTableOnceMoreBeforeARepetition) {
  LoadJob again = job({kKey});
  again.is_repeat = true;
  answer_show("FORMS", "1700000000.0", "another");
  EXPECT_FALSE(copy_loader().submit(again));
  answer_show("FORMS", "1700000000.0", "another");
  EXPECT_FALSE(pipe_loader().submit(again));
}

TEST_F(SnowflakeLoadersTest, NothingIsLoadedIntoATableOfSomebodyElse) {
  auto copy = copy_loader();
  answer_show("FORMS", "1700000000.0", "another");
  EXPECT_NE(refusal(copy, job({kKey})).find("belongs to another data directory"), std::string::npos);
  answer("created_on,name,comment", "");
  EXPECT_NE(refusal(copy, job({kKey})).find("there is no such table"), std::string::npos);
  answer_show("forms");
  EXPECT_NE(refusal(copy, job({kKey})).find("there is no such table"), std::string::npos) << "another table's name";
}

TEST_F(SnowflakeLoadersTest, NothingIsSubmittedAgainToATableOrPipeThatWasMadeAgain) {
  LoadJob again = job({kKey});
  again.files[0].first_submitted_at = clock_.now() - hours(2);
  const std::string an_hour_ago = std::to_string(ManualClock::kStart / 1'000'000 - 3600) + ".0";
  auto copy = copy_loader();
  answer_show("FORMS", an_hour_ago);
  EXPECT_NE(refusal(copy, again).find("it was made again on"), std::string::npos);
  auto pipe = pipe_loader();
  answer_show("FORMS");
  answer_show("FORMS_PIPE", an_hour_ago);
  EXPECT_NE(refusal(pipe, again).find("it was made again on"), std::string::npos);
}

TEST_F(SnowflakeLoadersTest, CopyDoesNotRepeatWhatTheTableHas) {
  LoadJob again = job({kKey, kOther});
  again.files[0].first_submitted_at = clock_.now();
  auto copy = copy_loader();
  answer("_FILE,FILE_ROWS", "[\"" + kKey + R"(","10"])");
  answer("file,status", "");
  ASSERT_TRUE(copy.submit(again));
  EXPECT_EQ(statement(0).find(kOther), std::string::npos) << "it goes for the first time";
  EXPECT_EQ(statement(1).find(kKey), std::string::npos);
  EXPECT_NE(statement(1).find(kOther), std::string::npos);
}

}  // namespace
}  // namespace firn
