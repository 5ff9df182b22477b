#include "pack/privacy_filter.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "model/privacy.h"
#include "model/quarantine.h"
#include "model/record.h"
#include "model/table.h"
#include "pack/document_reader.h"

namespace firn {
namespace {

using Action = PrivacyAction;

PrivacyRule rule(std::string_view path, Action action, std::uint32_t amount = 0) {
  const auto steps = parse_privacy_path(path);
  EXPECT_TRUE(steps) << path;
  return {std::string(path), steps.value_or(std::vector<PrivacyStep>{}), action, amount};
}

std::string kept(const std::vector<PrivacyRule>& rules, std::string_view text) {
  PrivacyFilter filter({rules, "a key of sixteen", false});
  const auto result = filter.apply(text);
  return result ? std::string(*result) : "rejected";
}

/// What an action makes of the member `a`; the whole member is gone when it is removed.
std::string treated(Action action, std::uint32_t amount, std::string_view value) {
  return kept({rule("$.a", action, amount)}, std::string(R"({"a":)") + std::string(value) + R"(,"z":1})");
}

TEST(PrivacyFilter, LeavesWhatNoRuleNames) {
  const std::string_view text = R"({"a":1.50,"b":{"c":"\u0041"},"d":[true,null,{}]})";
  EXPECT_EQ(kept({}, text), text);
  EXPECT_EQ(kept({rule("$.x", Action::kDrop), rule("$.b.d", Action::kDrop)}, text), text);
}

TEST(PrivacyFilter, DropsMembersWhereverTheyStand) {
  const auto drop = [](const char* path, std::string_view text) { return kept({rule(path, Action::kDrop)}, text); };
  EXPECT_EQ(drop("$.a", R"({"a":1,"b":2,"c":3})"), R"({"b":2,"c":3})");
  EXPECT_EQ(drop("$.b", R"({"a":1,"b":2,"c":3})"), R"({"a":1,"c":3})");
  EXPECT_EQ(drop("$.c", R"({"a":1,"b":2,"c":3})"), R"({"a":1,"b":2})");
  EXPECT_EQ(drop("$.a", R"({"a":{"b":[1,2]}})"), "{}");
  EXPECT_EQ(drop("$.a.*", R"({"a":{"b":1,"c":2},"d":3})"), R"({"a":{},"d":3})");
}

TEST(PrivacyFilter, TreatsOneRepeatAndSeveralAlike) {
  const std::vector<PrivacyRule> rules{rule("$.form.members.name", Action::kDrop)};
  EXPECT_EQ(kept(rules, R"({"form":{"members":{"name":"Asha","age":"3"}}})"), R"({"form":{"members":{"age":"3"}}})");
  EXPECT_EQ(kept(rules, R"({"form":{"members":[{"name":"Asha"},{"age":"3","name":"Ravi"}]}})"),
            R"({"form":{"members":[{},{"age":"3"}]}})");
}

TEST(PrivacyFilter, FindsNamesAtAnyDepthAndWithEscapes) {
  const std::vector<PrivacyRule> rules{rule("$.form.**.phone", Action::kDrop)};
  EXPECT_EQ(kept(rules, R"({"form":{"phone":"1","a":[[{"b":{"phone":"2","c":1}}]]},"phone":"3"})"),
            R"({"form":{"a":[[{"b":{"c":1}}]]},"phone":"3"})");
  EXPECT_EQ(kept(rules, R"({"form":{"ph\u006fne":"1"}})"), R"({"form":{}})");
}

TEST(PrivacyFilter, HashesTheTextWithTheKey) {
  // printf %s Asha | openssl dgst -sha256 -hmac 'a key of sixteen'
  const std::string expected = "157393e73614c05c7c21196687d7cb04db5053448bf12cbfdbff8ed6cbd246a4";
  EXPECT_EQ(treated(Action::kHash, 0, R"("Asha")"), R"({"a":")" + expected + R"(","z":1})");
  EXPECT_EQ(treated(Action::kHash, 0, R"("\u0041sha")"), R"({"a":")" + expected + R"(","z":1})");
  EXPECT_EQ(treated(Action::kHash, 0, "12"), treated(Action::kHash, 0, R"("12")"));
}

TEST(PrivacyFilter, TruncatesToCharactersNotBytes) {
  EXPECT_EQ(treated(Action::kTruncate, 2, R"("Rampur")"), R"({"a":"Ra","z":1})");
  EXPECT_EQ(treated(Action::kTruncate, 2, R"("हिन्दी")"), R"({"a":"हि","z":1})");
  EXPECT_EQ(treated(Action::kTruncate, 9, R"("short")"), R"({"a":"short","z":1})");
  EXPECT_EQ(treated(Action::kTruncate, 2, R"("\"\\x")"), R"({"a":"\"\\","z":1})");
  EXPECT_EQ(treated(Action::kTruncate, 2, "12345"), R"({"a":"12","z":1})");
}

TEST(PrivacyFilter, KeepsTheYearOfDatesAndTimesOnly) {
  for (const char* date : {R"("1990")", R"("1990-05")", R"("1990-05-17")", R"("1990-05-17T10:00:00.000Z")", "1990"}) {
    EXPECT_EQ(treated(Action::kYear, 0, date), R"({"a":"1990","z":1})") << date;
  }
  for (const char* other :
       {R"("17/05/1990")", R"("199")", R"("19900517")", R"("1990-05-171")", R"("1990-5-1")", "19901"}) {
    EXPECT_EQ(treated(Action::kYear, 0, other), R"({"z":1})") << other;
  }
}

TEST(PrivacyFilter, RoundsGeopointsAndDropsHeightAndAccuracy) {
  EXPECT_EQ(treated(Action::kRoundGeopoint, 1, R"("12.3456 -76.789 902.0 4.5")"), R"({"a":"12.3 -76.8","z":1})");
  EXPECT_EQ(treated(Action::kRoundGeopoint, 0, R"("12.6 76.2")"), R"({"a":"13 76","z":1})");
  EXPECT_EQ(treated(Action::kRoundGeopoint, 0, R"("-0.01 0.01")"), R"({"a":"0 0","z":1})");
  EXPECT_EQ(treated(Action::kRoundGeopoint, 1, R"("-0.01 -0.06")"), R"({"a":"0.0 -0.1","z":1})");
  for (const char* other : {R"("Rampur")", R"("12.3")", R"("95.0 10.0")", R"("10.0 200.0")", R"("1 2 x")",
                            R"("1,2 3,4")", R"("nan inf")", "12.5"}) {
    EXPECT_EQ(treated(Action::kRoundGeopoint, 1, other), R"({"z":1})") << other;
  }
}

TEST(PrivacyFilter, TreatsListsElementByElementAndLeavesNothingUntreated) {
  EXPECT_EQ(treated(Action::kTruncate, 1, R"(["ab",[7],null,"",{"b":"secret"}])"),
            R"({"a":["a",["7"],null,"",null],"z":1})");
  EXPECT_EQ(treated(Action::kTruncate, 1, R"({"b":"secret"})"), R"({"z":1})");
  EXPECT_EQ(treated(Action::kYear, 0, "null"), R"({"a":null,"z":1})");
  EXPECT_EQ(treated(Action::kYear, 0, R"("")"), R"({"a":"","z":1})");
  EXPECT_EQ(treated(Action::kTruncate, 2, "true"), R"({"a":"tr","z":1})");
}

TEST(PrivacyFilter, TheFirstRuleCountsButDropBeforeAll) {
  EXPECT_EQ(kept({rule("$.a", Action::kTruncate, 1), rule("$.*", Action::kTruncate, 3)}, R"({"a":"xyz9","b":"xyz9"})"),
            R"({"a":"x","b":"xyz"})");
  EXPECT_EQ(kept({rule("$.a", Action::kTruncate, 1), rule("$.*", Action::kDrop)}, R"({"a":"xyz","b":"xyz"})"), "{}");
}

TEST(PrivacyFilter, ADeidentifiedDocumentWithAnUntreatableValueIsRejected) {
  PrivacyFilter filter({{rule("$.form.born", Action::kYear)}, "", true});
  EXPECT_TRUE(filter.apply(R"({"form":{"born":"1990-01-01"}})"));
  const auto rejected = filter.apply(R"({"form":{"born":"in spring"}})");
  ASSERT_FALSE(rejected);
  EXPECT_EQ(rejected.error().reason, QuarantineReason::kPrivacyRule);
  EXPECT_EQ(rejected.error().detail, "$.form.born");
  EXPECT_TRUE(filter.apply(R"({"form":{}})")) << "the next document is looked at anew";
}

Record form(const std::string& name) {
  Record record;
  record.body =
      R"({"id": "f1", "domain": "demo", "received_on": "2026-03-02T09:41:07Z", "form": {"@xmlns": "http://x",)"
      R"( "name": ")" +
      name + R"(", "n": 1}})";
  return record;
}

TEST(PrivateRows, AreOfWhatTheRulesLeave) {
  DocumentReader reader(Kind::kForm,
                        {{rule("$.form.name", Action::kDrop), rule("$.form.@xmlns", Action::kDrop)}, "", false});
  const auto row = reader.read(form("Asha"));
  ASSERT_TRUE(row);
  EXPECT_EQ(row->json, R"({"id":"f1","domain":"demo","received_on":"2026-03-02T09:41:07Z","form":{"n":1}})");
  EXPECT_EQ(row->texts.at(0), std::nullopt);
  EXPECT_EQ(row->id, "f1");
}

TEST(PrivateRows, LoseWhatHqRepeatsToo) {
  Record record = form("Asha");
  record.body.insert(record.body.size() - 1, R"(, "metadata": {"username": "chw", "userID": "7"})");
  DocumentReader reader(Kind::kForm, {{rule("$.form.**.username", Action::kDrop)}, "", true});
  const auto row = reader.read(record);
  ASSERT_TRUE(row);
  EXPECT_TRUE(row->json.ends_with(R"("metadata":{"userID":"7"}})")) << row->json;
}

TEST(PrivateRows, ADeidentifiedCaseInCouchsShapeIsRejected) {
  Record record;
  record.envelope.domain = "demo";
  record.body = R"({"_id":"c1","doc_type":"CommCareCase","name":"Asha","phone":"1","type":"patient"})";
  DocumentReader reader(Kind::kCase, {{rule("$.properties.phone", Action::kDrop)}, "", true});
  const auto rejected = reader.read(record);
  ASSERT_FALSE(rejected);
  EXPECT_EQ(rejected.error().reason, QuarantineReason::kPrivacyRule);
  EXPECT_EQ(rejected.error().detail, "$.properties");
  EXPECT_EQ(rejected.error().document_id, "c1");
  EXPECT_TRUE(DocumentReader(Kind::kCase, {{rule("$.**.phone", Action::kDrop)}, "", true}).read(record));
}

TEST(PrivateRows, ADroppedPropertyIsNotFoundElsewhere) {
  Record record;
  record.envelope.domain = "demo";
  record.body = R"({"case_id":"c1","owner_id":"o2","properties":{"case_type":"patient","owner_id":"o1"}})";
  DocumentReader reader(Kind::kCase, {{rule("$.properties.owner_id", Action::kDrop)}, "", true});
  const auto row = reader.read(record);
  ASSERT_TRUE(row);
  EXPECT_EQ(row->texts.at(0), "patient");
  EXPECT_EQ(row->texts.at(1), std::nullopt);
}

TEST(PrivateRows, HaveADigestThatTellsNothingOfWhatWasRemoved) {
  DocumentReader reader(Kind::kForm, {{rule("$.form.name", Action::kDrop)}, "", false});
  const auto first = reader.read(form("Asha"));
  ASSERT_TRUE(first);
  const Digest128 digest = first->digest;
  EXPECT_EQ(reader.read(form("Ravi"))->digest, digest);
  EXPECT_NE(DocumentReader(Kind::kForm).read(form("Asha"))->digest, digest);
}

}  // namespace
}  // namespace firn
