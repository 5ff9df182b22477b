#include "intake/intake_target.h"

#include <gtest/gtest.h>

#include <string>

namespace firn {
namespace {

std::string parsed(std::string_view target) {
  const auto found = parse_intake_target(target);
  return found ? found->repeater + "|" + found->domain + "|" + found->app_id : "nothing";
}

TEST(IntakeTarget, TakesRepeaterDomainAndAppId) {
  EXPECT_EQ(parsed("/in/forms"), "forms||");
  EXPECT_EQ(parsed("/in/forms/"), "forms||");
  EXPECT_EQ(parsed("/in/forms/demo"), "forms|demo|");
  EXPECT_EQ(parsed("/in/forms/demo/?app_id=a1"), "forms|demo|a1");
  EXPECT_EQ(parsed("/api/v1/in/forms/demo?x=1&app_id=a1&y=2"), "forms|demo|a1");
  EXPECT_EQ(parsed("/in/forms?app_id="), "forms||");
}

TEST(IntakeTarget, UndoesPercentEncoding) {
  EXPECT_EQ(parsed("/in/my%2Dforms/d%c3%a9mo%2Fx?app_id=a%20b+c"), "my-forms|d\xC3\xA9mo/x|a b c");
  EXPECT_EQ(parsed("/in/a+b?app_id=50%"), "a+b||50%");
}

TEST(IntakeTarget, RefusesOtherPaths) {
  for (const auto* target : {"/", "", "/in", "/in/", "/in//", "/in//demo", "/in/a/b/c", "/in/a//", "/inn/a", "/v1/in/a",
                             "/api/v1/", "in/a", "/in/a%2", "/in/a%zz", "/in/a%00b", "/in/a/%0a", "?app_id=1"}) {
    EXPECT_EQ(parsed(target), "nothing") << target;
  }
  EXPECT_EQ(parsed("/in/" + std::string(256, 'a')), "nothing");
  EXPECT_EQ(parsed("/in/a/" + std::string(256, 'b')), "nothing");
}

}  // namespace
}  // namespace firn
