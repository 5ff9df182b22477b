// What the way through a pipe makes of Snowflake's answers, which are put down here.
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "load/snowflake/loader_fixture.h"

namespace firn {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

TEST_F(SnowflakeLoadersTest, PipeTellsTheBytesBeforeCompression) {
  answer_report(kKey, "LOADED", 10);
  const std::vector<UsageAmount> used{
      {UsageItem::kSnowpipeBytes, 5000}, {UsageItem::kFiles, 1}, {UsageItem::kLoads, 1}};
  EXPECT_EQ(pipe_loader().poll(job({kKey}), "h-1").value().used, used);
}

TEST_F(SnowflakeLoadersTest, PipeQueuesTheFiles) {
  http_.answer(200, R"({"status":"success"})");
  auto pipe = pipe_loader();
  EXPECT_EQ(pipe.submit(job({kKey})).value(), job({}).request_id);
  EXPECT_NE(http_.calls().at(0).url.find("/v1/data/pipes/DB.S.FORMS_PIPE/insertFiles?requestId="), std::string::npos);
  EXPECT_NE(statement(0).find(R"("size":1000)"), std::string::npos);
  EXPECT_EQ(pipe.most_files(), 5000U);
}

TEST_F(SnowflakeLoadersTest, PipeTellsWhatIsFinishedWhileTheRestRuns) {
  auto pipe = pipe_loader();
  answer_report(kKey, "LOADED", 10);
  const LoadProgress first = pipe.poll(job({kKey, kOther}), "r").value();
  EXPECT_EQ(first.state, LoadState::kRunning);
  EXPECT_EQ(first.files.at(0).rows_loaded, 10U);
  answer_report(kOther, "LOADED", 10);
  EXPECT_EQ(pipe.poll(job({kOther}), "r").value().state, LoadState::kDone);
  EXPECT_NE(http_.calls().back().url.find("beginMark=m"), std::string::npos);
}

TEST_F(SnowflakeLoadersTest, PipeTellsAgainWhatWasNotRecorded) {
  auto pipe = pipe_loader();
  answer_report(kKey, "LOADED", 10);
  ASSERT_TRUE(pipe.poll(job({kKey, kOther}), "r"));
  answer_report(kKey, "LOADED", 10);
  EXPECT_EQ(pipe.poll(job({kKey, kOther}), "r").value().files.size(), 1U);
  EXPECT_EQ(http_.calls().back().url.find("beginMark"), std::string::npos);
}

TEST_F(SnowflakeLoadersTest, PipeDoesNotTakeALoadInProgressForAnEnd) {
  auto pipe = pipe_loader();
  answer_report(kKey, "LOAD_IN_PROGRESS", 3);
  const LoadProgress progress = pipe.poll(job({kKey}), "r").value();
  EXPECT_EQ(progress.state, LoadState::kRunning);
  EXPECT_TRUE(progress.files.empty());
}

TEST_F(SnowflakeLoadersTest, PipeAsksItsHistoryWhenTheReportMayHaveForgotten) {
  auto pipe = pipe_loader();
  const LoadJob asked = job({kKey});
  clock_.advance(minutes(11));
  answer_no_report();
  answer_report(kKey, "LOADED", 10);
  EXPECT_EQ(pipe.poll(asked, "r").value().state, LoadState::kDone);
  EXPECT_NE(http_.calls().back().url.find("loadHistoryScan?startTimeInclusive=2026-02-28T23%3A59%3A00.000Z"),
            std::string::npos)
      << http_.calls().back().url;
}

TEST_F(SnowflakeLoadersTest, PipeAsksItsHistoryForTheDaysThatItHas) {
  auto pipe = pipe_loader("WH");
  const LoadJob asked = job({kKey});
  clock_.advance(days(20));
  answer_no_report();
  answer_no_report();
  answer("FILE_NAME,STATUS,ROW_COUNT", "");
  answer("_FILE,FILE_ROWS", "");
  ASSERT_TRUE(pipe.poll(asked, "r"));
  EXPECT_NE(http_.calls().at(1).url.find("startTimeInclusive=2026-03-08T"), std::string::npos) << "13 days back";
  EXPECT_NE(statement(2).find("START_TIME => '2026-03-08 00:00:00.000000 +0000'"), std::string::npos) << statement(2);
}

TEST_F(SnowflakeLoadersTest, PipeNamesTheErrorOfItsSystemWhenTheFileHasNone) {
  http_.answer(200, R"({"files":[{"path":")" + kKey +
                        R"(","status":"LOAD_FAILED","rowsInserted":0,"systemError":"Remote file was not found"}]})");
  const LoadProgress progress = pipe_loader().poll(job({kKey}), "r").value();
  EXPECT_EQ(progress.files.at(0).status, FileStatus::kFailed);
  EXPECT_EQ(progress.files.at(0).message, "Remote file was not found");
}

TEST_F(SnowflakeLoadersTest, PipeReadsTheLineOfTheFirstError) {
  http_.answer(200, R"({"files":[{"path":")" + kKey +
                        R"(","status":"LOAD_FAILED","firstError":"bad","firstErrorLineNum":4,"complete":true}]})");
  EXPECT_EQ(pipe_loader().poll(job({kKey}), "r").value().files.at(0).error_line, 4U);
}

TEST_F(SnowflakeLoadersTest, PipeKeepsToTheRateOfItsHistory) {
  auto pipe = pipe_loader();
  const LoadJob asked = job({kKey});
  clock_.advance(minutes(11));
  answer_no_report();
  http_.answer(429, R"({"code":"390505"})");
  EXPECT_EQ(pipe.poll(asked, "r").value().state, LoadState::kRunning) << "too soon is no failure";
  clock_.advance(minutes(7));
  answer_no_report();
  ASSERT_TRUE(pipe.poll(asked, "r"));
  EXPECT_EQ(http_.calls().size(), 3U) << "not asked within eight minutes";
}

TEST_F(SnowflakeLoadersTest, PipeWakesAWarehouseOnceAnHourForAllFilesTogether) {
  auto pipe = pipe_loader("WH");
  LoadJob asked = job({kKey, kOther});
  clock_.advance(minutes(11));
  answer_no_report();
  answer_no_report();
  answer("FILE_NAME,STATUS,ROW_COUNT", "[\"" + kOther + R"(","Loaded","10"])");
  EXPECT_EQ(pipe.poll(asked, "r").value().files.at(0).key, ObjectKey(kOther));
  clock_.advance(minutes(9));
  answer_no_report();
  answer_no_report();
  asked.files.pop_back();
  ASSERT_TRUE(pipe.poll(asked, "r"));
  EXPECT_EQ(http_.left(), 0U);
  EXPECT_EQ(http_.calls().size(), 5U);
}

TEST_F(SnowflakeLoadersTest, PipeAsksAgainAfterADayWithoutNewsWhenItHasLookedEverywhere) {
  auto pipe = pipe_loader();
  const LoadJob asked = job({kKey});
  clock_.advance(hours(25));
  LoadProgress progress;
  int looks = 0;
  for (; progress.state == LoadState::kRunning && looks < 100; ++looks) {
    answer_no_report();
    answer_no_report();
    progress = pipe.poll(asked, "r").value();
    clock_.advance(minutes(8));
  }
  EXPECT_GT(looks, 20) << "a day in windows of an hour";
  EXPECT_EQ(progress.state, LoadState::kForgotten);
  EXPECT_TRUE(progress.at_file);
}

TEST_F(SnowflakeLoadersTest, PipeTellsWhatItKnowsWhenTheHistoryFails) {
  auto pipe = pipe_loader("WH");
  const LoadJob asked = job({kKey, kOther});
  clock_.advance(minutes(11));
  answer_report(kKey, "LOADED", 10);
  answer_no_report();
  http_.answer(422, R"({"code":"000606","message":"No active warehouse"})");
  EXPECT_EQ(pipe.poll(asked, "r").value().files.at(0).key, ObjectKey(kKey)) << "it would not be told again";
}

TEST_F(SnowflakeLoadersTest, PipeSubmitsNothingThatItMayHaveForgotten) {
  LoadFile file = job({kKey}).files[0];
  EXPECT_EQ(pipe_loader().too_old(file), "") << "it was never submitted";
  file.first_submitted_at = clock_.now() - days(14) + minutes(1);
  EXPECT_EQ(pipe_loader().too_old(file), "");
  file.first_submitted_at = clock_.now() - days(14);
  EXPECT_NE(pipe_loader().too_old(file).find("a pipe forgets after 14 days"), std::string::npos);
}

TEST_F(SnowflakeLoadersTest, PipeWarnsBeforeItForgets) {
  LoadFile file = job({kKey}).files[0];
  EXPECT_EQ(pipe_loader().ageing(file), "") << "it was never submitted";
  file.first_submitted_at = clock_.now() - days(10) + minutes(1);
  EXPECT_EQ(pipe_loader().ageing(file), "");
  file.first_submitted_at = clock_.now() - days(10);
  EXPECT_NE(pipe_loader().ageing(file).find("asked for proof, and not submitted again"), std::string::npos);
}

TEST_F(SnowflakeLoadersTest, PipeAsksForProofOfWhatIsOldAndDoesNotSubmitIt) {
  LoadJob old = job({kKey, kOther});
  old.files[0].first_submitted_at = clock_.now() - days(11);
  auto pipe = pipe_loader("WH");
  http_.answer(200, R"({"status":"success"})");
  ASSERT_TRUE(pipe.submit(old));
  EXPECT_EQ(statement(0).find(kKey), std::string::npos);
  EXPECT_NE(statement(0).find(kOther), std::string::npos);
  old.files.pop_back();
  ASSERT_TRUE(pipe.submit(old));
  EXPECT_EQ(http_.calls().size(), 1U) << "nothing is left to be submitted";
  clock_.advance(minutes(11));
  answer_no_report();
  answer_no_report();
  answer("FILE_NAME,STATUS,ROW_COUNT", "");
  answer("_FILE,FILE_ROWS", "[\"" + kKey + R"(","10"])");
  EXPECT_EQ(pipe.poll(old, old.request_id).value().state, LoadState::kDone);
}

}  // namespace
}  // namespace firn
