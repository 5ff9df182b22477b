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

std::string text_of(const PrivacyRule& rule) {
  std::string text(to_string(rule.action));
  for (const PrivacyStep& step : rule.steps) {
    const std::string name = step.type == PrivacyStep::Type::kName  ? step.name
                             : step.type == PrivacyStep::Type::kAny ? "*"
                                                                    : "**";
    text += (text.contains(' ') ? "." : " ") + name;
  }
  return text;
}

std::vector<std::string> added_for(const std::string& path, PrivacyAction action) {
  PrivacyPolicy policy;
  policy.rules.push_back({path, *parse_privacy_path(path), action, 0});
  add_rules_for_metadata(policy);
  std::vector<std::string> added;
  for (std::size_t i = 1; i < policy.rules.size(); ++i) {
    EXPECT_EQ(policy.rules[i].path, path);
    added.push_back(text_of(policy.rules[i]));
  }
  return added;
}

TEST(PrivacyPolicy, MetadataIsTreatedLikeFormMeta) {
  using Added = std::vector<std::string>;
  constexpr auto kHash = PrivacyAction::kHash;
  EXPECT_EQ(added_for("$.form.meta.username", kHash), Added{"hash metadata.username"});
  EXPECT_EQ(added_for("$.form.meta.location.#text", kHash), Added{"hash metadata.location"});
  EXPECT_EQ(added_for("$.form.meta.place.lat", kHash), Added{"drop metadata.place"}) << "there it is one text";
  EXPECT_EQ(added_for("$.form.meta.*", kHash), Added{"hash metadata.*"});
  EXPECT_EQ(added_for("$.form.meta", kHash), Added{"hash metadata"});
  EXPECT_EQ(added_for("$.form.**.deviceID", kHash), Added{"hash metadata.**.deviceID"});
  EXPECT_EQ(added_for("$.*.meta.**.a.b", kHash), (Added{"hash metadata.**.a.b", "drop metadata.a"}));
  EXPECT_EQ(added_for("$.form.**.location.#text", kHash),
            (Added{"hash metadata.**.location.#text", "hash metadata.location"}));
  EXPECT_EQ(added_for("$.**.location.#text", kHash),
            (Added{"hash metadata.**.location.#text", "hash metadata.location"}));
  EXPECT_EQ(added_for("$.form.**.#text", kHash), (Added{"hash metadata.**.#text", "hash metadata.*"}));
  EXPECT_EQ(added_for("$.form.meta.**.**.#text", kHash), (Added{"hash metadata.**.#text", "hash metadata.*"}));
  EXPECT_EQ(added_for("$.form.name", kHash), Added{});
  EXPECT_EQ(added_for("$.form.metal.name", kHash), Added{});
  EXPECT_EQ(added_for("$.metadata.username", kHash), Added{});
}

TEST(PrivacyPath, LeadsThroughAMember) {
  const auto leads = [](const char* path) { return path_leads_through(*parse_privacy_path(path), "properties"); };
  for (const char* path : {"$.properties.phone", "$.properties.*", "$.*.phone", "$.**.properties.phone",
                           "$.properties.**.phone", "$.*.*"}) {
    EXPECT_TRUE(leads(path)) << path;
  }
  for (const char* path : {"$.phone", "$.**.phone", "$.indices.phone", "$.**.*", "$.**.**.phone"}) {
    EXPECT_FALSE(leads(path)) << path;
  }
}

}  // namespace
}  // namespace firn
