#include "load/snowflake/warehouse_meter.h"

#include <gtest/gtest.h>

#include <chrono>
#include <vector>

namespace firn {
namespace {

using std::chrono::seconds;

class WarehouseMeterTest : public ::testing::Test {
 protected:
  /// Tells of a statement, and returns what it costs more.
  static std::vector<UsageAmount> run(WarehouseMeter& meter, int from, int to) {
    return meter.add({Timestamp(seconds(from)), Timestamp(seconds(to))});
  }
  static std::vector<UsageAmount> resumed(std::uint64_t paid) {
    return {{UsageItem::kWarehouseMilliseconds, paid * 1000}, {UsageItem::kWarehouseResumes, 1}};
  }
  static std::vector<UsageAmount> awake(std::uint64_t paid) {
    return {{UsageItem::kWarehouseMilliseconds, paid * 1000}};
  }

  WarehouseMeter shared_{false};
  WarehouseMeter dedicated_{true};
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

TEST_F(WarehouseMeterTest, ALongStatementBesideShortOnesCountsAsLongAsItRan) {
  EXPECT_EQ(run(shared_, 500, 510), resumed(70));
  EXPECT_EQ(run(shared_, 700, 710), resumed(70));
  EXPECT_EQ(run(shared_, 100, 1000), awake(960 - 140)) << "from 100 to 1060, and the others are in it";
  EXPECT_EQ(run(dedicated_, 500, 510), resumed(60));
  EXPECT_EQ(run(dedicated_, 100, 1000), awake(900 - 60));
}

TEST_F(WarehouseMeterTest, AnEarlierRunThatIsToldOfLaterIsOneOfItsOwn) {
  EXPECT_EQ(run(shared_, 5000, 5010), resumed(70));
  EXPECT_EQ(run(shared_, 100, 110), resumed(70));
  EXPECT_EQ(run(shared_, 5030, 5040), awake(30));
}

TEST_F(WarehouseMeterTest, AClockThatWentBackCostsNothingMore) { EXPECT_EQ(run(shared_, 100, 50), resumed(60)); }

}  // namespace
}  // namespace firn
