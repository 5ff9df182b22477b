// The two ways into Snowflake, against answers that are put down: what each of them makes of what Snowflake says.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

#include "load/snowflake/copy_loader.h"
#include "load/snowflake/pipe_loader.h"
#include "tests/support/manual_clock.h"
#include "tests/support/scripted_http.h"
#include "tests/support/snowflake_login.h"
#include "tests/support/snowflake_rows.h"

namespace firn {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

const std::string kKey = "forms/2026-03/000001/1-0-0-9-a1-aa.csv.zst";
const std::string kOther = "forms/2026-03/000001/1-0-10-19-a1-bb.csv.zst";

class SnowflakeLoadersTest : public testing::Test {
 protected:
  void answer(const std::string& columns, const std::string& rows) { http_.answer(200, rows_answer(columns, rows)); }
  /// What SHOW says about a table or pipe of ours.
  void answer_show(const std::string& name, const std::string& created = "1700000000.0",
                   const std::string& owner = "me", const std::string& rows = "5") {
    answer("created_on,name,comment,rows",
           "[\"" + created + "\",\"" + name + "\",\"" + owner_comment(owner) + "\",\"" + rows + "\"]");
  }
  LoadJob job(std::initializer_list<std::string> keys) {
    LoadJob made;
    made.request_id = "4a3c7e52-0000-4000-8000-000000000001";
    made.batch = "forms/2026-03/000001";
    made.table = table_of(Kind::kForm, TableName("forms"));
    for (const std::string& key : keys) {
      made.files.push_back({ObjectKey(key), "s3://b/" + key, 10, 100, 1000, clock_.now(), {}, 5000});
    }
    made.submitted_at = clock_.now();
    return made;
  }
  static std::string refusal(Loader& loader, const LoadJob& job) {
    const Status fits = loader.check(job);
    return fits ? "" : fits.error().reason;
  }
  [[nodiscard]] std::string statement(std::size_t call) const { return http_.calls().at(call).body; }

  CopyLoader copy_loader(bool dedicated = false) {
    return {sql_, clock_, {{"FIRN_LOADER", "WH"}, place_, "me"}, dedicated ? dedicated_ : meter_};
  }
  PipeLoader pipe_loader(const std::string& warehouse = "") {
    SnowflakePlace place = place_;
    place.pipe = "FORMS_PIPE";
    return {SnowpipeClient(transport_, "DB.S.FORMS_PIPE"), sql_, clock_, {{"FIRN_LOADER", warehouse}, place, "me"}};
  }
  /// insertReport's or loadHistoryScan's answer about one file.
  void answer_report(const std::string& key, const std::string& status, int rows, const std::string& mark = "m") {
    http_.answer(200, R"({"nextBeginMark":")" + mark + R"(","files":[{"path":")" + key + R"(","status":")" + status +
                          R"(","rowsInserted":)" + std::to_string(rows) + R"(,"complete":true}]})");
  }
  void answer_no_report() { http_.answer(200, R"({"nextBeginMark":"","files":[]})"); }

  ManualClock clock_;
  ScriptedHttp http_;
  SnowflakeTransport transport_{"https://north.example", test_login(), clock_, http_.make()};
  SqlClient sql_{transport_, [](Duration) {}};
  WarehouseMeter meter_{false};
  WarehouseMeter dedicated_{true};
  const SnowflakePlace place_{"DB", "S", "FIRN_LAKE", "FIRN_CSV", "FORMS", ""};
};

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
  clock_.advance(std::chrono::seconds(30));
  answer("file,status,rows_loaded,first_error,first_error_line",
         "[\"s3://b/" + kKey + R"(","LOADED","10",null,null],["s3://b/)" + kOther + R"(","LOAD_FAILED","0","x","4"])");
  const std::vector<UsageAmount> used{{UsageItem::kCopyBytes, 5000},
                                      {UsageItem::kFiles, 1},
                                      {UsageItem::kLoads, 1},
                                      {UsageItem::kWarehouseMilliseconds, 90'000},
                                      {UsageItem::kWarehouseResumes, 1}};
  EXPECT_EQ(copy.poll(job({kKey, kOther}), "h-1").value().used, used);
}

TEST_F(SnowflakeLoadersTest, CopyThatNoWarehouseTookCostsNothing) {
  http_.answer(422, R"({"code":"000606","message":"No active warehouse"})");
  EXPECT_TRUE(copy_loader().poll(job({kKey}), "h-1").value().used.empty());
}

TEST_F(SnowflakeLoadersTest, PipeTellsTheBytesBeforeCompression) {
  answer_report(kKey, "LOADED", 10);
  const std::vector<UsageAmount> used{
      {UsageItem::kSnowpipeBytes, 5000}, {UsageItem::kFiles, 1}, {UsageItem::kLoads, 1}};
  EXPECT_EQ(pipe_loader().poll(job({kKey}), "h-1").value().used, used);
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

TEST_F(SnowflakeLoadersTest, NothingIsLoadedIntoATableThatWasEmptied) {
  LoadJob next = job({kKey});
  next.verified = {{ObjectKey(kOther), 10, clock_.now()}};
  auto copy = copy_loader();
  answer_show("FORMS", "1700000000.0", "me", "0");
  EXPECT_NE(refusal(copy, next).find("the table is empty"), std::string::npos);
}

}  // namespace
}  // namespace firn
