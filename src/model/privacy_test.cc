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

std::vector<std::string> metadata_named(const std::vector<std::string>& paths) {
  PrivacyPolicy policy;
  for (const std::string& path : paths) {
    policy.rules.push_back({path, *parse_privacy_path(path), PrivacyAction::kDrop, 0});
  }
  add_rules_for_metadata(policy);
  std::vector<std::string> named;
  for (std::size_t i = paths.size(); i < policy.rules.size(); ++i) {
    named.push_back(policy.rules[i].steps.at(1).name + " by " + policy.rules[i].path);
  }
  return named;
}

TEST(PrivacyPolicy, MetadataIsTreatedLikeFormMeta) {
  using Named = std::vector<std::string>;
  EXPECT_EQ(metadata_named({"$.form.meta.username"}), Named{"username by $.form.meta.username"});
  EXPECT_EQ(metadata_named({"$.form.meta.location.#text"}), Named{"location by $.form.meta.location.#text"});
  EXPECT_EQ(metadata_named({"$.form.**.deviceID", "$.form.name"}), Named{"deviceID by $.form.**.deviceID"});
  EXPECT_EQ(metadata_named({"$.**.username"}), Named{}) << "it names both";
  EXPECT_EQ(metadata_named({"$.form.meta.username", "$.metadata.username"}), Named{});
  EXPECT_EQ(metadata_named({"$.form.meta"}).size(), 12U);
}

}  // namespace
}  // namespace firn
