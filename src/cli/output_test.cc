#include <gtest/gtest.h>

#include <chrono>
#include <sstream>
#include <string>

#include "cli/progress.h"
#include "cli/table.h"
#include "tests/support/manual_clock.h"

namespace firn {
namespace {

TEST(TextTable, AlignsTextsLeftAndNumbersRight) {
  TextTable table({{"NAME"}, {"ROWS", Align::kRight}, {"WHY"}});
  table.add({"forms", "1,000", "x"});
  table.add({"b", "7", ""});
  EXPECT_EQ(table.str(), "NAME    ROWS  WHY\nforms  1,000  x\nb          7\n");
}

TEST(TextTable, CountsLettersAndNotBytes) {
  TextTable table({{""}, {""}});
  table.add({"Zoë", "a"});
  table.add({"Anna", "b"});
  EXPECT_EQ(table.str("  "), "  Zoë   a\n  Anna  b\n");
}

TEST(ProgressBar, IsDrawnOnATerminal) {
  std::ostringstream out;
  const ManualClock clock;
  ProgressBar bar(out, true, clock, "sending");
  bar.update(1500, 3000);
  EXPECT_EQ(out.str(), "\rsending [###############...............] 1,500 of 3,000\x1b[K");
}

TEST(ProgressBar, IsDrawnTenTimesASecondAtMost) {
  std::ostringstream out;
  ManualClock clock;
  ProgressBar bar(out, true, clock, "sending");
  bar.update(1, 10);
  const std::string once = out.str();
  bar.update(2, 10);
  EXPECT_EQ(out.str(), once);
  clock.advance(std::chrono::milliseconds(100));
  bar.update(3, 10);
  EXPECT_NE(out.str(), once);
}

TEST(ProgressBar, IsRemovedAtTheEnd) {
  std::ostringstream out;
  const ManualClock clock;
  {
    ProgressBar bar(out, true, clock, "sending");
    bar.update(1, 0);
  }
  EXPECT_TRUE(out.str().ends_with("\r\x1b[K"));
}

TEST(ProgressBar, WritesNothingWhenPiped) {
  std::ostringstream out;
  const ManualClock clock;
  {
    ProgressBar bar(out, false, clock, "sending");
    bar.update(1, 2);
    bar.update(2, 2);
  }
  EXPECT_EQ(out.str(), "");
}

}  // namespace
}  // namespace firn
