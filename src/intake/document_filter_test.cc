#include "intake/document_filter.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "intake/document_peek.h"
#include "model/filter.h"
#include "model/record.h"
#include "model/table.h"

namespace firn {
namespace {

/// The name of the rule that drops the body; empty when it goes on.
std::string dropped_by(const DocumentFilter& filter, std::string body, const Envelope& envelope = {}) {
  const DocumentPeek peek = peek_document(body, filter.order());
  const auto rule = filter.drops(peek, envelope, body);
  return rule ? filter.rule_name(*rule) : "";
}

FilterRule only(std::string name, FilterField field, std::vector<std::string> values) {
  return {std::move(name), field, true, std::move(values)};
}
FilterRule without(std::string name, FilterField field, std::vector<std::string> values) {
  return {std::move(name), field, false, std::move(values)};
}

DocumentFilter of_forms(std::vector<FilterRule> rules) { return {Kind::kForm, std::move(rules)}; }

std::string form(std::string_view xmlns) {
  return R"({"id":"a","domain":"demo","form":{"@xmlns":")" + std::string(xmlns) + R"("}})";
}

Envelope from(std::string domain, std::string app_id = "") {
  Envelope envelope;
  envelope.domain = std::move(domain);
  envelope.app_id = std::move(app_id);
  return envelope;
}

TEST(DocumentFilter, DropsNothingWithoutRules) {
  const DocumentFilter filter(Kind::kForm);
  EXPECT_EQ(filter.order().fields, 0);
  EXPECT_EQ(dropped_by(filter, form("http://a")), "");
}

TEST(DocumentFilter, DropsWhatAListDoesNotNameOrNames) {
  const auto some = of_forms({only("only_xmlns", FilterField::kXmlns, {"http://b", "http://a"})});
  EXPECT_EQ(dropped_by(some, form("http://a")), "");
  EXPECT_EQ(dropped_by(some, form("http://c")), "only_xmlns");
  const auto others = of_forms({without("not_xmlns", FilterField::kXmlns, {"http://b", "http://a"})});
  EXPECT_EQ(dropped_by(others, form("http://a")), "not_xmlns");
  EXPECT_EQ(dropped_by(others, form("http://c")), "");
}

TEST(DocumentFilter, ComparesExactly) {
  const auto filter = of_forms({without("not_xmlns", FilterField::kXmlns, {"http://a"})});
  for (const char* other : {"HTTP://a", "http://a/", "http://A", " http://a", "http://"}) {
    EXPECT_EQ(dropped_by(filter, form(other)), "") << other;
  }
  EXPECT_EQ(dropped_by(filter, form(R"(http:\/\/\u0061)")), "not_xmlns");
}

TEST(DocumentFilter, NamesTheFirstRule) {
  const auto filter = of_forms(
      {without("first", FilterField::kDomain, {"demo"}), without("second", FilterField::kXmlns, {"http://a"})});
  EXPECT_EQ(dropped_by(filter, form("http://a")), "first");
}

TEST(DocumentFilter, LetsPassWhatLacksTheField) {
  const auto filter =
      of_forms({only("only_xmlns", FilterField::kXmlns, {"http://a"}), only("only_users", FilterField::kUser, {"u"})});
  for (const char* body : {R"({"id":"a"})", R"({"id":"a","form":{"@xmlns":null,"meta":{"userID":""}}})",
                           R"({"id":"a","form":{"@xmlns":7,"meta":{"userID":["x"]}}})", R"({"id":"a","form":"x"})",
                           "<data><meta><userID/></meta></data>"}) {
    EXPECT_EQ(dropped_by(filter, body), "") << body;
  }
}

TEST(DocumentFilter, LetsPassWhatIsDamaged) {
  const auto filter = of_forms({without("not_xmlns", FilterField::kXmlns, {"http://a"})});
  for (const char* body :
       {R"({"id":"a","form":{"@xmlns":"http://a"})", R"({"id":"a","form":{"@xmlns":"http://a"},"x":{"y":tru}})",
        R"({"id":"a","form":{"@xmlns":"http://a"},"x":[1 2]})",
        R"({"id":"a","form":{"@xmlns":"http://a","@xmlns":"b"}})",
        R"({"id":"a","form":{"@xmlns":"http://a"},"x":[{"y":1,"\u0079":1}]})",
        R"({"id":"a","form":{"@xmlns":"http://a"},"x":"\ud800"})", "<data xmlns='http://a'><b></c></data>",
        "<!DOCTYPE d><data xmlns='http://a'/>", "<data xmlns='http://a'>\xFF</data>"}) {
    EXPECT_EQ(dropped_by(filter, body), "") << body;
  }
  EXPECT_EQ(dropped_by(filter, R"({"form":{"@xmlns":"http://a"},"x":[{"y":true}]})"), "not_xmlns");
  EXPECT_EQ(dropped_by(filter, "<data xmlns='http://a'><b></b></data>"), "not_xmlns");
}

TEST(DocumentFilter, LetsPassWhatIsTooLargeToLookAt) {
  const auto filter = of_forms({without("not_xmlns", FilterField::kXmlns, {"http://a"})});
  EXPECT_EQ(dropped_by(filter, R"({"id":"a","form":{"@xmlns":"http://a"},"x":")" + std::string(4U << 20U, 'x') + "\"}"),
            "");
  EXPECT_EQ(dropped_by(filter, R"({"id":"a","form":{"@xmlns":"http://a"},"x":")" + std::string(2U << 20U, 'x') + "\"}"),
            "not_xmlns");
}

TEST(DocumentFilter, TakesTheDomainOfTheRequestWhenTheBodyHasNone) {
  const auto filter = of_forms({only("only_domains", FilterField::kDomain, {"demo"})});
  EXPECT_EQ(dropped_by(filter, R"({"id":"a"})", from("other")), "only_domains");
  EXPECT_EQ(dropped_by(filter, R"({"id":"a","domain":""})", from("other")), "only_domains");
  EXPECT_EQ(dropped_by(filter, "<data/>", from("other")), "only_domains");
  EXPECT_EQ(dropped_by(filter, R"({"id":"a"})", from("demo")), "");
  EXPECT_EQ(dropped_by(filter, R"({"id":"a"})"), "");
  EXPECT_EQ(dropped_by(filter, R"({"id":"a","domain":"other"})"), "only_domains");
}

TEST(DocumentFilter, LeavesContradictingDomainsToQuarantine) {
  const auto filter = of_forms(
      {only("only_domains", FilterField::kDomain, {"demo"}), without("not_domains", FilterField::kDomain, {"other"})});
  EXPECT_EQ(dropped_by(filter, R"({"id":"a","domain":"other"})", from("third")), "");
  EXPECT_EQ(dropped_by(filter, R"({"id":"a","domain":["other"]})", from("other")), "");
  EXPECT_EQ(dropped_by(filter, R"({"id":"a","domain":"other"})", from("other")), "only_domains");
}

TEST(DocumentFilter, TakesTheApplicationOfTheRequestWhenTheBodyHasNone) {
  const auto filter = of_forms({without("not_app_ids", FilterField::kAppId, {"app"})});
  EXPECT_EQ(dropped_by(filter, "<data/>", from("", "app")), "not_app_ids");
  EXPECT_EQ(dropped_by(filter, R"({"id":"a"})", from("", "app")), "not_app_ids");
  EXPECT_EQ(dropped_by(filter, R"({"id":"a","app_id":"app"})", from("", "other")), "not_app_ids");
  EXPECT_EQ(dropped_by(filter, R"({"id":"a","app_id":"other"})", from("", "app")), "");
}

TEST(DocumentFilter, KnowsTheFieldsOfCases) {
  const DocumentFilter filter(Kind::kCase, {only("only_case_types", FilterField::kCaseType, {"person"}),
                                            without("not_users", FilterField::kUser, {"bot"})});
  EXPECT_EQ(dropped_by(filter, R"({"case_id":"a","user_id":"u","properties":{"case_type":"person"}})"), "");
  EXPECT_EQ(dropped_by(filter, R"({"case_id":"a","user_id":"u","properties":{"case_type":"house"}})"),
            "only_case_types");
  EXPECT_EQ(dropped_by(filter, R"({"case_id":"a","user_id":"bot","properties":{}})"), "not_users");
  EXPECT_EQ(dropped_by(filter, "<case case_id='a' user_id='u'><create><case_type>house</case_type></create></case>"),
            "only_case_types");
  EXPECT_EQ(dropped_by(filter, "<case case_id='a' user_id='bot'><close/></case>"), "not_users");
}

TEST(DocumentFilter, FindsDeviceLogsInBothEncodings) {
  const std::string xmlns(kDeviceLogXmlns);
  const auto filter = of_forms({without("device_logs", FilterField::kXmlns, {xmlns})});
  EXPECT_EQ(dropped_by(filter, form(xmlns)), "device_logs");
  EXPECT_EQ(dropped_by(filter, "<?xml version='1.0' encoding='windows-1252'?><device_report xmlns=\"" + xmlns +
                                   "\"><log_subreport><log date='2026'>\xE9</log></log_subreport></device_report>"),
            "device_logs");
  EXPECT_EQ(dropped_by(filter, "<device_report/>"), "");
}

}  // namespace
}  // namespace firn
