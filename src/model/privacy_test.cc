#include "model/privacy.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace firn {
namespace {

bool names(const char* path, const std::vector<std::string>& members) {
  const auto steps = parse_privacy_path(path);
  EXPECT_TRUE(steps) << path;
  return steps && path_names(*steps, members);
}

TEST(PrivacyPath, NamesOneMemberAnyMemberOrAnyDepth) {
  EXPECT_TRUE(names("$.form.name", {"form", "name"}));
  EXPECT_FALSE(names("$.form.name", {"form", "name", "first"}));
  EXPECT_FALSE(names("$.form.name", {"form"}));
  EXPECT_TRUE(names("$.form.*", {"form", "name"}));
  EXPECT_TRUE(names("$.form.**.name", {"form", "name"}));
  EXPECT_TRUE(names("$.form.**.name", {"form", "a", "b", "name"}));
  EXPECT_FALSE(names("$.form.**.name", {"form", "a", "b"}));
  EXPECT_TRUE(names("$.**.a.**.b", {"x", "a", "y", "a", "b"}));
}

TEST(PrivacyPath, GoesThroughLists) {
  EXPECT_TRUE(names("$.form.members[*].name", {"form", "members", "name"}));
  EXPECT_TRUE(names("$.form[\"my name\"].@x", {"form", "my name", "@x"}));
}

TEST(PrivacyPath, RefusesWhatIsNone) {
  for (const char* path :
       {"", "$", "form", "$.", "$..a", "$.a.", "$.**", "$.a.**", "$.a b", "$[0]", "$[\"\"]", "$[\"a\"", "$.a[1]"}) {
    EXPECT_FALSE(parse_privacy_path(path)) << path;
  }
}

}  // namespace
}  // namespace firn
