#include "pack/xml_document.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace firn {
namespace {

using namespace std::string_view_literals;

std::string convert(std::string_view body, std::string_view content_type = "text/xml", Kind kind = Kind::kForm) {
  XmlReader reader;
  const auto json = reader.to_json(body, content_type, kind);
  return json ? std::string(*json) : std::string(to_string(json.error().reason)) + " at " + json.error().detail;
}

/// What becomes of the inside of a form without namespace.
std::string inside(std::string_view xml) {
  const std::string json = convert("<data><meta><instanceID>u</instanceID></meta>" + std::string(xml) + "</data>");
  const std::string before = R"({"id":"u","form":{"#type":"data","meta":{"instanceID":"u"},)";
  return json.starts_with(before) ? json.substr(before.size(), json.size() - before.size() - 2) : json;
}

TEST(XmlDocument, FormHasIdTypeAndNamespace) {
  EXPECT_EQ(
      convert(R"(<?xml version='1.0' ?><data xmlns:jrm="http://j" xmlns="http://x/1" version="41" name="Home visit">)"
              R"(<age>31</age><n1:meta xmlns:n1="http://m"><n1:instanceID>i-1</n1:instanceID>)"
              R"(<n2:appVersion xmlns:n2="http://c">2.5</n2:appVersion></n1:meta></data>)"),
      R"({"id":"i-1","form":{"#type":"data","@version":"41","@name":"Home visit","@xmlns":"http://x/1","age":"31",)"
      R"("meta":{"@xmlns":"http://m","instanceID":"i-1","appVersion":{"@xmlns":"http://c","#text":"2.5"}}}})");
}

TEST(XmlDocument, LeavesAreTextsAsTheyStand) {
  EXPECT_EQ(inside("<a>007</a><b>true</b><c></c><d/><e> x </e>"), R"("a":"007","b":"true","c":"","d":"","e":" x ")");
  EXPECT_EQ(inside("<t>2026-03-02T15:10:55.201+05:30</t>"), R"("t":"2026-03-02T15:10:55.201+05:30")");
  EXPECT_EQ(inside("<a>\n  </a>"), R"("a":"\n  ")");
}

TEST(XmlDocument, OneRepeatIsAnObjectAndSeveralAreAList) {
  EXPECT_EQ(inside("<m><n>A</n></m>"), R"("m":{"n":"A"})");
  EXPECT_EQ(inside("<m><n>A</n></m><m><n>B</n></m>"), R"("m":[{"n":"A"},{"n":"B"}])");
  EXPECT_EQ(inside("<m>1</m><x/><m/><m a=\"2\"/>"), R"("m":["1","",{"@a":"2"}],"x":"")");
}

TEST(XmlDocument, TextBesideAttributesOrChildren) {
  EXPECT_EQ(inside("<a k=\"v\">t</a>"), R"("a":{"@k":"v","#text":"t"})");
  EXPECT_EQ(inside("<a k=\"v\">  </a>"), R"("a":{"@k":"v"})");
  EXPECT_EQ(inside("<a> t <b>1</b></a>"), R"("a":{"#text":" t ","b":"1"})");
  EXPECT_EQ(inside("<a>\n  <b>1</b>\n</a>"), R"("a":{"b":"1"})");
}

TEST(XmlDocument, TextBehindAChildIsLeftOutAsHqDoes) {
  EXPECT_EQ(inside("<a>one<b>1</b>two<c/>three</a>"), R"("a":{"#text":"one","b":"1","c":""})");
}

TEST(XmlDocument, CommentsAndInstructionsLeaveNothingBehind) {
  EXPECT_EQ(inside("<a>on<!-- two -->e<?php three?>!</a>"), R"("a":"one!")");
  EXPECT_EQ(inside("<a><!-- nothing --></a>"), R"("a":"")");
}

TEST(XmlDocument, CdataIsText) { EXPECT_EQ(inside("<a>1 <![CDATA[<b>&amp;]]> 2</a>"), R"("a":"1 <b>&amp; 2")"); }

TEST(XmlDocument, EntitiesAreDecoded) {
  EXPECT_EQ(inside("<a k=\"&quot;&#x41;&apos;\">&lt;&gt;&amp;&#233;&#x1F600;</a>"),
            "\"a\":{\"@k\":\"\\\"A'\",\"#text\":\"<>&\xC3\xA9\xF0\x9F\x98\x80\"}");
}

TEST(XmlDocument, WhatJsonMustEscapeIsEscaped) {
  EXPECT_EQ(inside("<a k=\"&#10;&#9;&#13;\\\">\"\\\t&#13;</a>"), R"("a":{"@k":"\n\t\r\\","#text":"\"\\\t\r"})");
  EXPECT_EQ(convert("<d xmlns='a\"b\\'><meta><uid>\"</uid></meta></d>"),
            R"({"id":"\"","form":{"#type":"d","@xmlns":"a\"b\\","meta":{"instanceID":"\""}}})");
}

TEST(XmlDocument, LineEndsAreAsXmlHasThem) { EXPECT_EQ(inside("<a>1\r\n2\r3</a>"), R"("a":"1\n2\n3")"); }

TEST(XmlDocument, BlankMeansUnicodeWhiteSpace) {
  EXPECT_EQ(
      inside("<a k=''>\xC2\xA0\xC2\x85\xE1\x9A\x80\xE2\x80\x83\xE2\x80\xA8\xE2\x80\xAF\xE2\x81\x9F\xE3\x80\x80</a>"),
      R"("a":{"@k":""})");
  EXPECT_EQ(inside("<a k=''>\xE2\x80\x8B</a>"), "\"a\":{\"@k\":\"\",\"#text\":\"\xE2\x80\x8B\"}");
}

TEST(XmlDocument, NamespaceStandsWhereItDiffersFromTheParents) {
  EXPECT_EQ(inside("<p:a xmlns:p='http://p'><p:b>1</p:b><c>2</c><q:d xmlns:q='http://p'>3</q:d></p:a>"),
            R"("a":{"@xmlns":"http://p","b":"1","c":"2","d":"3"})");
  EXPECT_EQ(inside("<a xmlns='u'><b xmlns=''><c xmlns='u'/></b></a>"),
            R"("a":{"@xmlns":"u","b":{"c":{"@xmlns":"u"}}})");
  EXPECT_EQ(inside("<x:a xmlns:x='u'>1</x:a><x:a xmlns:x='v'>2</x:a>"),
            R"("a":[{"@xmlns":"u","#text":"1"},{"@xmlns":"v","#text":"2"}])");
}

TEST(XmlDocument, AttributesOfANamespaceKeepIt) {
  EXPECT_EQ(inside("<a p:k='1' k='2' xml:lang='en' xmlns:p='http://p'/>"),
            R"("a":{"@{http://p}k":"1","@k":"2","@{http://www.w3.org/XML/1998/namespace}lang":"en"})");
}

TEST(XmlDocument, IdIsWhereHqLooksForIt) {
  const auto id = [](std::string_view inner) {
    const std::string json = convert("<d>" + std::string(inner) + "</d>");
    return json.substr(0, json.find(",\"form\""));
  };
  EXPECT_EQ(id("<meta><instanceID>i</instanceID></meta>"), R"({"id":"i")");
  EXPECT_EQ(id("<meta><instanceID>i</instanceID><uid>u</uid></meta>"), R"({"id":"u")");
  EXPECT_EQ(id("<meta><uid/><instanceID>i</instanceID></meta>"), R"({"id":"i")");
  EXPECT_EQ(id("<meta><uid>a</uid></meta><Meta><uid>b</uid></Meta>"), R"({"id":"b")");
  EXPECT_EQ(id("<Meta/><meta><uid>a</uid></meta>"), R"({"id":"a")");
  EXPECT_EQ(id("<x:meta xmlns:x='m'><x:instanceID>i</x:instanceID></x:meta>"), R"({"id":"i")");
}

TEST(XmlDocument, EarlyNamesInMetaBecomeTodays) {
  EXPECT_EQ(
      convert("<d><Meta k='1'><uid>u</uid><TimeStart>1</TimeStart><TimeEnd>2</TimeEnd><DeviceID>3</DeviceID>"
              "<chw_id>4</chw_id><chw_name>5</chw_name></Meta></d>"),
      R"({"id":"u","form":{"#type":"d","meta":{"@k":"1","instanceID":"u","timeStart":"1","timeEnd":"2","deviceID":"3",)"
      R"("userID":"4","chw_name":"5"}}})");
}

TEST(XmlDocument, EarlyNameStaysWhereTodaysIsTaken) {
  EXPECT_EQ(convert("<d><meta><uid>u</uid><instanceID>i</instanceID></meta><Meta/></d>"),
            R"({"id":"u","form":{"#type":"d","meta":{"uid":"u","instanceID":"i"},"Meta":""}})");
}

TEST(XmlDocument, WithoutIdItIsRefused) {
  EXPECT_EQ(convert("<d><a/></d>"), "missing_id at $.form.meta");
  EXPECT_EQ(convert("<d>text</d>"), "missing_id at $.form.meta");
  EXPECT_EQ(convert("<d><meta><username>x</username></meta></d>"), "missing_id at $.form.meta.instanceID");
  EXPECT_EQ(convert("<d><Meta><instanceID/></Meta></d>"), "missing_id at $.form.Meta.instanceID");
  EXPECT_EQ(convert("<d><a><meta><uid>u</uid></meta></a></d>"), "missing_id at $.form.meta");
}

TEST(XmlDocument, IdThatIsNoTextIsRefused) {
  EXPECT_EQ(convert("<d><meta><uid>a</uid><uid>b</uid></meta></d>"), "invalid_id at $.form.meta.uid");
  EXPECT_EQ(convert("<d><meta><instanceID a='1'>i</instanceID></meta></d>"), "invalid_id at $.form.meta.instanceID");
  EXPECT_EQ(convert("<d><meta><uid>a</uid></meta><meta><uid>b</uid></meta></d>"), "invalid_id at $.form.meta");
}

TEST(XmlDocument, AnotherKindsRootIsRefused) {
  const std::string words = ": the outermost element is not a form's";
  EXPECT_EQ(convert("<case case_id='c'/>"), "wrong_kind at line 1, column 1" + words);
  EXPECT_EQ(convert("<!-- x -->\n <c:case xmlns:c='http://commcarehq.org/case/transaction/v2'/>"),
            "wrong_kind at line 2, column 2" + words);
  EXPECT_EQ(convert("<OpenRosaResponse/>"), "wrong_kind at line 1, column 1" + words);
  EXPECT_EQ(convert("<a/>", "", Kind::kUser), "wrong_kind at line 1, column 1: XML, which this kind never is");
}

TEST(XmlDocument, ReaderForgetsTheDocumentBefore) {
  XmlReader reader;
  const std::string form = "<d><meta><instanceID>u</instanceID></meta><a/></d>";
  const std::string expected = R"({"id":"u","form":{"#type":"d","meta":{"instanceID":"u"},"a":""}})";
  for (const std::string& other :
       {std::string("<d><a>"), std::string("<a/>"), "<d>" + std::string(3U << 20U, 'x') + "</d>",
        std::string("<!DOCTYPE d><d/>"), form}) {
    (void)reader.to_json(other, "", Kind::kForm);
    EXPECT_EQ(reader.to_json(form, "", Kind::kForm).value_or("refused"), expected);
  }
}

}  // namespace
}  // namespace firn
