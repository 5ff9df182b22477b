// What the guard makes of a table that others have changed.
#include "load/snowflake/table_guard.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "load/snowflake/loader_fixture.h"

namespace firn {
namespace {

using std::chrono::days;
using std::chrono::hours;

class TableGuardTest : public SnowflakeLoadersTest {
 protected:
  TableGuard guard(const std::string& warehouse = "WH", const std::string& pipe = "") {
    return {sql_, clock_, {"FIRN_LOADER", warehouse}, {"DB", "S", "FIRN_LAKE", "FIRN_CSV", "FORMS", pipe}, "me"};
  }
  /// Files that lie in the table, ten rows each.
  std::vector<VerifiedFile> verified(int count) {
    std::vector<VerifiedFile> files;
    for (int i = 0; i < count; ++i) {
      files.push_back({ObjectKey("forms/2026-02/000001/" + std::to_string(i) + ".csv.zst"), 10, clock_.now()});
    }
    return files;
  }
  LoadJob submitted_before() {
    LoadJob again = job({kKey});
    again.files[0].first_submitted_at = clock_.now();
    again.verified = verified(4);
    return again;
  }
  static std::string refusal(TableGuard& guard, const LoadJob& job) {
    const Status fits = guard.check(job);
    return fits ? "" : fits.error().reason;
  }
};

TEST_F(TableGuardTest, ATableThatIsNewerThanTheVerifiedFilesIsANewOne) {
  LoadJob next = submitted_before();
  next.verified = {{ObjectKey(kOther), 10, clock_.now() - days(9)}};
  next.files[0].first_submitted_at = clock_.now();
  TableGuard copy = guard();
  answer_show("FORMS", std::to_string(ManualClock::kStart / 1'000'000 - 3600) + ".0", "me", "0");
  EXPECT_EQ(refusal(copy, next), "");
}

TEST_F(TableGuardTest, TheFilesThatWereVerifiedAreLookedForOnlyBeforeASubmissionIsRepeated) {
  LoadJob next = job({kKey});
  next.verified = verified(4);
  TableGuard copy = guard();
  answer_show("FORMS", "1700000000.0", "me", "0");
  EXPECT_EQ(refusal(copy, next), "") << "a person may remove a test form before the first real ones come";
  EXPECT_EQ(http_.calls().size(), 1U) << "no warehouse is woken";
}

TEST_F(TableGuardTest, NothingIsSubmittedAgainWhenOtherRowsCameInPlaceOfTheVerifiedOnes) {
  LoadJob again = submitted_before();
  TableGuard copy = guard();
  answer_show("FORMS", "1700000000.0", "me", "5000");
  answer("_FILE,FILE_ROWS", "");
  const Status refused = copy.check(again);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().reason.find("newest 4 files"), std::string::npos) << refused.error().reason;
  EXPECT_NE(refused.error().hint.find("by itself on 2026-03-15"), std::string::npos) << refused.error().hint;
  EXPECT_NE(statement(1).find("GROUP BY _FILE"), std::string::npos);
  EXPECT_NE(statement(1).find(again.verified[3].key.str()), std::string::npos);
}

TEST_F(TableGuardTest, NothingIsSubmittedAgainToATableThatWasEmptied) {
  TableGuard copy = guard();
  answer_show("FORMS", "1700000000.0", "me", "0");
  EXPECT_NE(refusal(copy, submitted_before()).find("no row is there now"), std::string::npos);
  EXPECT_EQ(http_.calls().size(), 1U) << "no warehouse is woken";
}

TEST_F(TableGuardTest, APersonMayRemoveMostRows) {
  LoadJob again = submitted_before();
  TableGuard copy = guard();
  answer_show("FORMS");
  answer("_FILE,FILE_ROWS", "[\"" + again.verified[2].key.str() + R"(","1"])");
  EXPECT_EQ(refusal(copy, again), "");
}

TEST_F(TableGuardTest, OldRowsMayBeRemovedInTheUsualCourseOfThings) {
  LoadJob again = submitted_before();
  clock_.advance(days(14) + hours(1));
  TableGuard copy = guard();
  answer_show("FORMS");
  EXPECT_EQ(refusal(copy, again), "");
  EXPECT_EQ(http_.calls().size(), 1U);
}

TEST_F(TableGuardTest, TheWarehouseIsAskedOnceAnHourForVerifiedFilesUnlessTheTableChanges) {
  LoadJob again = submitted_before();
  TableGuard copy = guard();
  answer_show("FORMS");
  answer("_FILE,FILE_ROWS", "");
  EXPECT_NE(refusal(copy, again), "");
  answer_show("FORMS");
  EXPECT_NE(refusal(copy, again), "") << "the same answer";
  EXPECT_EQ(http_.calls().size(), 3U);
  answer_show("FORMS", "1700000000.0", "me", "45");  // restored
  answer("_FILE,FILE_ROWS", "[\"" + again.verified[0].key.str() + R"(","1"])");
  EXPECT_EQ(refusal(copy, again), "");
  answer_show("FORMS", "1700000000.0", "me", "45");
  EXPECT_EQ(refusal(copy, again), "");
  clock_.advance(hours(1));
  answer_show("FORMS", "1700000000.0", "me", "45");
  answer("_FILE,FILE_ROWS", "");
  EXPECT_NE(refusal(copy, again), "");
  EXPECT_EQ(http_.left(), 0U);
}

TEST_F(TableGuardTest, APipeHasItsOwnMemoryHoweverTheTableIsEmptied) {
  TableGuard pipe = guard("WH", "FORMS_PIPE");
  answer_show("FORMS", "1700000000.0", "me", "0");
  answer_show("FORMS_PIPE");
  EXPECT_EQ(refusal(pipe, submitted_before()), "");
}

}  // namespace
}  // namespace firn
