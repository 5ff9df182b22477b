// The whole pipeline on a simulated machine (tests/simulation/world.h). FIRN_SEEDS says how many seeds, FIRN_FIRST_SEED
// where to begin; a failure names its seed, which alone repeats it.

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "tests/simulation/world.h"

namespace firn {
namespace {

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

TEST(Simulation, LosesAndDoublesNothingWhateverBreaks) {
  const std::uint64_t first = number_from("FIRN_FIRST_SEED", 1);
  const std::uint64_t seeds = number_from("FIRN_SEEDS", FIRN_SIMULATED_LIVES);
  Happenings all;
  for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
    World world(seed);
    world.live(300);
    ASSERT_TRUE(world.come_to_rest()) << world.complaint() << "repeat with FIRN_FIRST_SEED=" << seed << " FIRN_SEEDS=1";
    all.crashes += world.happenings().crashes;
    all.kills += world.happenings().kills;
    all.crashes_in_recovery += world.happenings().crashes_in_recovery;
    all.failed_appends += world.happenings().failed_appends;
    all.stubs += world.happenings().stubs;
    all.ingests += world.happenings().ingests;
    all.faults += world.happenings().faults;
    all.refused += world.happenings().refused;
    all.lost_files += world.happenings().lost_files;
    all.came_back += world.happenings().came_back;
  }
  RecordProperty("crashes", all.crashes);
  if (seeds >= 20) {
    EXPECT_GT(all.crashes, 0);
    EXPECT_GT(all.kills, 0);
    EXPECT_GT(all.crashes_in_recovery, 0);
    EXPECT_GT(all.failed_appends, 0);
    EXPECT_GT(all.ingests, 0);
    EXPECT_GT(all.stubs, 0);
    EXPECT_GT(all.faults, 0);
    EXPECT_GT(all.lost_files, 0);
    EXPECT_GT(all.refused, 0);
    EXPECT_GT(all.came_back, 0);
  }
}

TEST(Simulation, GivesTheSameRunForTheSameSeed) {
  const auto crashes_of = [](std::uint64_t seed) {
    World world(seed);
    world.live(200);
    return world.happenings().failed_appends * 1'000'000 + world.happenings().crashes * 1'000 +
           world.happenings().kills;
  };
  EXPECT_EQ(crashes_of(7), crashes_of(7));
}

}  // namespace
}  // namespace firn
