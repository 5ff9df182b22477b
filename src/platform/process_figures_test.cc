#include "platform/process_figures.h"

#include <gtest/gtest.h>

#include "platform/system_clock.h"

namespace firn {
namespace {

TEST(ProcessFigures, AreThoseOfThisProcess) {
  const ProcessFigures figures = process_figures();
  ASSERT_TRUE(figures.resident_bytes && figures.started && figures.open_files && figures.max_open_files);
  EXPECT_GT(*figures.resident_bytes, 100'000U);
  EXPECT_GE(*figures.open_files, 3U);
  EXPECT_GE(*figures.max_open_files, *figures.open_files);
  EXPECT_LE(*figures.started, SystemClock().now() + std::chrono::seconds(2));
  EXPECT_GT(*figures.started, SystemClock().now() - std::chrono::hours(1));
}

}  // namespace
}  // namespace firn
