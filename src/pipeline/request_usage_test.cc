#include "pipeline/request_usage.h"

#include <gtest/gtest.h>

#include <array>

namespace firn {
namespace {

const std::array kRepeaters{RepeaterName("forms"), RepeaterName("cases")};

TEST(RepeaterOfARequest, IsTheOneInWhoseFolderTheKeyLies) {
  EXPECT_EQ(repeater_of("firn/cases/2026-11/000001/a.csv.zst", "firn", kRepeaters), kRepeaters[1]);
  EXPECT_EQ(repeater_of("forms/", "", kRepeaters), kRepeaters[0]);
}

TEST(RepeaterOfARequest, IsNotTheOneWhoseNameIsInThePrefix) {
  EXPECT_EQ(repeater_of("health/forms/firn/cases/2026-11/a", "health/forms/firn", kRepeaters), kRepeaters[1]);
  EXPECT_EQ(repeater_of("forms/cases/2026-11/a", "forms", kRepeaters), kRepeaters[1]);
  EXPECT_EQ(repeater_of("forms/_firn/owner", "forms", kRepeaters), std::nullopt);
}

TEST(RepeaterOfARequest, IsNoneOutsideOfTheirFolders) {
  EXPECT_EQ(repeater_of("firn/cases", "firn", kRepeaters), std::nullopt);
  EXPECT_EQ(repeater_of("firn/formsx/a", "firn", kRepeaters), std::nullopt);
  EXPECT_EQ(repeater_of("firnforms/a", "firn", kRepeaters), std::nullopt);
  EXPECT_EQ(repeater_of("firn/2026/forms/a", "firn", kRepeaters), std::nullopt);
}

}  // namespace
}  // namespace firn
