#include "load/snowflake/warehouse_meter.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace firn {
namespace {

using std::chrono::seconds;

class WarehouseMeterTest : public ::testing::Test {
 protected:
  /// Tells of a statement, and returns what it costs more.
  std::vector<UsageAmount> run(WarehouseMeter& meter, int from, int to) {
    std::vector<UsageAmount> used;
    meter.add("statement " + std::to_string(++statements_), {Timestamp(seconds(from)), Timestamp(seconds(to))}, used);
    return used;
  }
  static std::vector<UsageAmount> resumed(std::uint64_t paid) {
    return {{UsageItem::kWarehouseMilliseconds, paid * 1000}, {UsageItem::kWarehouseResumes, 1}};
  }
  static std::vector<UsageAmount> awake(std::uint64_t paid) {
    return {{UsageItem::kWarehouseMilliseconds, paid * 1000}};
  }

  WarehouseMeter shared_{false};
  WarehouseMeter dedicated_{true};
  int statements_ = 0;
};

TEST_F(WarehouseMeterTest, ARunLastsUntilAutoSuspend) { EXPECT_EQ(run(shared_, 100, 130), resumed(90)); }

TEST_F(WarehouseMeterTest, ADedicatedWarehouseIsPaidForAMinuteAtLeast) {
  EXPECT_EQ(run(dedicated_, 100, 110), resumed(60));
  EXPECT_EQ(run(dedicated_, 1000, 1090), resumed(90));
}

TEST_F(WarehouseMeterTest, AMinuteIsPaidForEachResumeEvenWithinOne) {
  EXPECT_EQ(run(dedicated_, 100, 110), resumed(60));
  EXPECT_EQ(run(dedicated_, 120, 130), resumed(60));
}

TEST_F(WarehouseMeterTest, StatementsCloseTogetherShareARun) {
  EXPECT_EQ(run(shared_, 100, 110), resumed(70));
  EXPECT_EQ(run(shared_, 150, 160), awake(50));
  EXPECT_EQ(run(shared_, 155, 158), awake(0));
  EXPECT_EQ(run(shared_, 220, 225), resumed(65)) << "it was suspended at that moment";
}

TEST_F(WarehouseMeterTest, TheSameStatementToldAgainCostsTheSame) {
  std::vector<UsageAmount> first;
  shared_.add("a", {Timestamp(seconds(100)), Timestamp(seconds(110))}, first);
  std::vector<UsageAmount> again;
  shared_.add("a", {Timestamp(seconds(100)), Timestamp(seconds(115))}, again);
  EXPECT_EQ(first, again);
}

TEST_F(WarehouseMeterTest, AClockThatWentBackCostsNothingMore) { EXPECT_EQ(run(shared_, 100, 50), resumed(60)); }

}  // namespace
}  // namespace firn
