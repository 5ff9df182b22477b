#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "pack/xml_document.h"

namespace firn {
namespace {

constexpr std::string_view kV2 = "xmlns=\"http://commcarehq.org/case/transaction/v2\"";

std::string convert(std::string_view body) {
  XmlReader reader;
  const auto json = reader.to_json(body, "text/xml", Kind::kCase);
  return json ? std::string(*json) : std::string(to_string(json.error().reason)) + " at " + json.error().detail;
}

std::string properties(std::string_view blocks) {
  const std::string json = convert("<case case_id='c'>" + std::string(blocks) + "</case>");
  const std::string before = R"({"case_id":"c","closed":false,"indices":{},"properties":)";
  return json.starts_with(before) ? json.substr(before.size(), json.size() - before.size() - 1) : json;
}

TEST(XmlCase, HasTheShapeOfCaseJson) {
  EXPECT_EQ(
      convert("<case case_id=\"1f0c\" date_modified=\"2026-03-02T09:40:55.201000Z\" user_id=\"9c2e\" " +
              std::string(kV2) +
              "><create><case_type>person</case_type><case_name>Asha</case_name><owner_id>9c2e</owner_id></create>"
              "<update><last_visit>2026-03-02</last_visit></update>"
              "<index><parent case_type=\"household\">ab12</parent></index></case>"),
      R"({"case_id":"1f0c","user_id":"9c2e","date_modified":"2026-03-02T09:40:55.201000Z","closed":false,)"
      R"("indices":{"parent":{"case_id":"ab12","case_type":"household","relationship":"child"}},)"
      R"("properties":{"case_type":"person","case_name":"Asha","owner_id":"9c2e","last_visit":"2026-03-02"}})");
}

TEST(XmlCase, OlderShapeHasItsFactsAsElements) {
  EXPECT_EQ(convert("<case><case_id>asdf</case_id><date_modified>2010-06-29T13:42:50</date_modified>"
                    "<create><case_type_id>t</case_type_id><user_id>u</user_id><case_name>n</case_name>"
                    "<external_id>e</external_id></create><update><x>1</x></update></case>"),
            R"({"case_id":"asdf","user_id":"u","date_modified":"2010-06-29T13:42:50","closed":false,"indices":{},)"
            R"("properties":{"case_type":"t","case_name":"n","external_id":"e","x":"1"}})");
  EXPECT_EQ(convert("<case><case_id>a</case_id><user_id>w</user_id><create><user_id>u</user_id></create></case>"),
            R"({"case_id":"a","user_id":"w","closed":false,"indices":{},"properties":{"user_id":"u"}})");
}

TEST(XmlCase, CloseBlockClosesIt) {
  EXPECT_EQ(convert("<case case_id='c'><close/></case>"),
            R"({"case_id":"c","closed":true,"indices":{},"properties":{}})");
}

TEST(XmlCase, IndicesNameTheirRelationship) {
  EXPECT_EQ(
      convert("<case case_id='c'><index><host case_type='h' relationship='extension'>1</host><gone/></index></case>"),
      R"({"case_id":"c","closed":false,"indices":{"host":{"case_id":"1","case_type":"h","relationship":"extension"},)"
      R"("gone":{"case_id":"","case_type":"","relationship":"child"}},"properties":{}})");
  EXPECT_EQ(convert("<case case_id='c'><index><p>1</p><p>2</p></index></case>"),
            R"({"case_id":"c","closed":false,"indices":{"p":[{"case_id":"1","case_type":"","relationship":"child"},)"
            R"({"case_id":"2","case_type":"","relationship":"child"}]},"properties":{}})");
}

TEST(XmlCase, AttachmentsAreAsTheXmlHasThem) {
  EXPECT_EQ(convert("<case case_id='c'><attachment><pic src='http://a' from='remote'/></attachment></case>"),
            R"({"case_id":"c","closed":false,"indices":{},"attachments":{"pic":{"@src":"http://a","@from":"remote"}},)"
            R"("properties":{}})");
}

TEST(XmlCase, LastBlockWins) {
  EXPECT_EQ(properties("<update><a>2</a></update><create><a>1</a><b>1</b></create>"), R"({"b":"1","a":"2"})");
  EXPECT_EQ(properties("<update><a>1</a><b>1</b></update><update><a>2</a></update>"), R"({"b":"1","a":"2"})");
  EXPECT_EQ(properties("<create><case_type>1</case_type><case_type_id>2</case_type_id></create>"),
            R"({"case_type":"2"})");
}

TEST(XmlCase, PropertiesAreValuesLikeAFormsAnswers) {
  EXPECT_EQ(properties("<update><a s='1'>x</a><b>1</b><b>2</b><c/></update>"),
            R"({"a":{"@s":"1","#text":"x"},"b":["1","2"],"c":""})");
}

TEST(XmlCase, WhatIsNotKnownStaysBesideTheProperties) {
  EXPECT_EQ(convert("<case case_id='c' extra='1'><referral><id>r</id></referral></case>"),
            R"({"case_id":"c","closed":false,"indices":{},"properties":{},"@extra":"1","referral":{"id":"r"}})");
}

TEST(XmlCase, KeyThatWouldComeTwiceIsRefused) {
  EXPECT_EQ(convert("<case case_id='c'><case_id>d</case_id></case>"), "duplicate_key at $.case_id");
  EXPECT_EQ(convert("<case case_id='c'><properties/></case>"), "duplicate_key at $.properties");
  EXPECT_EQ(convert("<case case_id='c'><closed>1</closed></case>"), "duplicate_key at $.closed");
}

TEST(XmlCase, WithoutIdItIsRefused) {
  EXPECT_EQ(convert("<case user_id='u'><update><case_id>x</case_id></update></case>"), "missing_id at $.case_id");
}

TEST(XmlCase, AnotherRootIsRefused) {
  EXPECT_EQ(convert("<OpenRosaResponse><case case_id='c'/></OpenRosaResponse>"),
            "wrong_kind at line 1, column 1: the outermost element is not a case");
  EXPECT_EQ(convert("<?xml version='1.0'?>\n<data xmlns='x'/>"),
            "wrong_kind at line 2, column 1: the outermost element is not a case");
}

}  // namespace
}  // namespace firn
