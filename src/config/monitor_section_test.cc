#include <gtest/gtest.h>

#include <algorithm>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "tests/support/minimal_config.h"

namespace firn {
namespace {

std::string mistake(const std::string& sections) {
  const auto config = load_minimal_config(sections);
  return config ? "" : config.error().front().str();
}

TEST(MonitorSection, IsOffUnlessAskedFor) {
  EXPECT_FALSE(load_minimal_config("")->monitor.enabled);
  EXPECT_FALSE(load_minimal_config("[monitor]\nlisten = \"\"\n")->monitor.enabled);
  const Config config = load_minimal_config("[monitor]\nlisten = \"127.0.0.1:9641\"\n").value();
  EXPECT_TRUE(config.monitor.enabled);
  EXPECT_EQ(config.monitor.address, "127.0.0.1");
  EXPECT_EQ(config.monitor.port, 9641);
}

TEST(MonitorSection, IsReachedByOtherMachinesOnlyWhenThatIsSaid) {
  const std::string refused = mistake("[monitor]\nlisten = \"0.0.0.0:9641\"\n");
  EXPECT_TRUE(refused.starts_with("/etc/firn/firn.toml:2:10: ")) << refused;
  EXPECT_NE(refused.find("asks for no credentials"), std::string::npos) << refused;
  EXPECT_FALSE(load_minimal_config("[monitor]\nlisten = \"0.0.0.0:9641\"\naccess = \"network\"\n")->monitor.loopback);
}

TEST(MonitorSection, NamesWhatIsWrong) {
  EXPECT_NE(mistake("[monitor]\nlisten = \"localhost:1\"\n").find("not a numeric address"), std::string::npos);
  EXPECT_NE(mistake("[monitor]\naccess = \"netwrk\"\n").find("did you mean \"network\"?"), std::string::npos);
  EXPECT_NE(mistake("[monitor]\nlisen = \"\"\n").find("did you mean \"listen\"?"), std::string::npos);
  EXPECT_NE(mistake("[debug]\ncore_dumps = \"yes\"\n").find("valid: \"never\", \"allow\""), std::string::npos);
}

TEST(DebugSection, ForbidsCoreDumpsUnlessAskedForAndThenWarns) {
  const Config usual = load_minimal_config("").value();
  EXPECT_FALSE(usual.debug.core_dumps);
  ASSERT_EQ(usual.warnings.size(), 1U);
  EXPECT_NE(usual.warnings.front().message.find("there is no credential"), std::string::npos);
  const Config open = load_minimal_config("[debug]\ncore_dumps = \"allow\"\n").value();
  EXPECT_TRUE(open.debug.core_dumps);
  ASSERT_EQ(open.warnings.size(), 2U);
  EXPECT_TRUE(std::ranges::any_of(open.warnings, [](const ConfigError& warning) {
    return warning.message.find("passwords") != std::string::npos;
  }));
}

}  // namespace
}  // namespace firn
