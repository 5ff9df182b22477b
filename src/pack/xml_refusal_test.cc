#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "pack/xml_document.h"
#include "pack/xml_text.h"
#include "pack/xml_tree.h"

namespace firn {
namespace {

using namespace std::string_view_literals;

std::string convert(std::string_view body, std::string_view content_type = "text/xml") {
  XmlReader reader;
  const auto json = reader.to_json(body, content_type, Kind::kForm);
  return json ? std::string(*json) : std::string(to_string(json.error().reason)) + " at " + json.error().detail;
}

/// The text of `a` in a form of these bytes, or why there is none. `declaration` stands in front.
std::string text_of(std::string_view declaration, std::string_view text, std::string_view content_type = "text/xml") {
  const std::string json = convert(
      std::string(declaration) + "<d><meta><uid>u</uid></meta><a>" + std::string(text) + "</a></d>", content_type);
  const std::string before = R"({"id":"u","form":{"#type":"d","meta":{"instanceID":"u"},"a":")";
  return json.starts_with(before) ? json.substr(before.size(), json.size() - before.size() - 3) : json;
}

std::string utf16(std::u16string_view text, bool little) {
  std::string bytes;
  for (const char16_t unit : text) {
    const auto low = static_cast<char>(unit & 0xFFU);
    const auto high = static_cast<char>(unit >> 8U);
    bytes += little ? low : high;
    bytes += little ? high : low;
  }
  return bytes;
}

std::u16string form16(std::u16string_view declaration, std::u16string_view text) {
  return std::u16string(declaration) + u"<d><meta><uid>u</uid></meta><a>" + std::u16string(text) + u"</a></d>";
}

std::string form8(std::string_view text) {
  return R"({"id":"u","form":{"#type":"d","meta":{"instanceID":"u"},"a":")" + std::string(text) + R"("}})";
}

TEST(XmlEncodings, DeclaredOnesAreDecoded) {
  EXPECT_EQ(text_of("<?xml version='1.0'?>", "\xC3\xA9"), "\xC3\xA9");
  EXPECT_EQ(text_of("<?xml version='1.0' encoding='UTF-8' standalone='yes'?>", "\xC3\xA9"), "\xC3\xA9");
  EXPECT_EQ(text_of("<?xml version='1.0' encoding=\"iso-8859-1\" ?>", "\xE9\x93"), "\xC3\xA9\xC2\x93");
  EXPECT_EQ(text_of("<?xml version='1.0' encoding='windows-1252'?>", "\xE9\x93\x80"),
            "\xC3\xA9\xE2\x80\x9C\xE2\x82\xAC");
  EXPECT_EQ(text_of("<?xml version='1.0' encoding='us-ascii'?>", "&#233;"), "\xC3\xA9");
}

TEST(XmlEncodings, Utf16IsDecoded) {
  const auto text = u"\u00E9\u4E00\U0001F600";
  const std::string expected = form8("\xC3\xA9\xE4\xB8\x80\xF0\x9F\x98\x80");
  for (const bool little : {true, false}) {
    const std::string mark = little ? "\xFF\xFE" : "\xFE\xFF";
    EXPECT_EQ(convert(mark + utf16(form16(u"", text), little)), expected);
    EXPECT_EQ(convert(utf16(form16(u"", text), little)), expected);
    EXPECT_EQ(convert(mark + utf16(form16(u"<?xml version='1.0' encoding='utf-16'?>", text), little)), expected);
    EXPECT_EQ(convert(utf16(form16(u"<?xml version='1.0' encoding='UTF-16'?>", text), little)), expected);
    EXPECT_EQ(convert(utf16(form16(u"", text), little), "text/xml; charset=UTF-16"), expected);
  }
}

TEST(XmlEncodings, ByteOrderMarkWinsOverCharset) {
  EXPECT_EQ(text_of("\xEF\xBB\xBF", "\xC3\xA9", "text/xml; charset=iso-8859-1"), "\xC3\xA9");
}

TEST(XmlEncodings, CharsetWinsOverDeclaration) {
  EXPECT_EQ(text_of("<?xml version='1.0' encoding='utf-8'?>", "\xE9", "text/xml;charset=ISO-8859-1"), "\xC3\xA9");
  EXPECT_EQ(text_of("<?xml version='1.0' encoding='ebcdic'?>", "\xC3\xA9", "text/xml; a=b; Charset=\"utf8\""),
            "\xC3\xA9");
  EXPECT_EQ(text_of("", "\x80", "application/xml ; charset=cp1252 "), "\xE2\x82\xAC");
}

TEST(XmlEncodings, UnknownOnesAreRefused) {
  EXPECT_EQ(text_of("<?xml version='1.0' encoding='x-mac'?>", ""), "unknown_encoding at line 1, column 31");
  EXPECT_EQ(text_of("", "", "text/xml; charset=koi8-r"), "unknown_encoding at the charset of the content type");
  EXPECT_EQ(convert("\xFF\xFE\0\0<\0\0\0"sv), "unknown_encoding at line 1, column 1: UTF-32");
  EXPECT_EQ(convert("\0\0\0<"sv), "unknown_encoding at line 1, column 1: UTF-32");
}

TEST(XmlEncodings, ContradictionsAreRefused) {
  const std::string words = ": the declaration names another encoding than the first bytes show";
  EXPECT_EQ(text_of("\xEF\xBB\xBF<?xml version='1.0' encoding='latin1'?>", ""),
            "encoding_mismatch at line 1, column 31" + words);
  EXPECT_EQ(convert("\xFF\xFE" + utf16(form16(u"<?xml version='1.0' encoding='utf-8'?>", u""), true)),
            "encoding_mismatch at line 1, column 31" + words);
  EXPECT_EQ(convert(utf16(form16(u"<?xml version='1.0' encoding='utf-16be'?>", u""), true)),
            "encoding_mismatch at line 1, column 31" + words);
  EXPECT_EQ(text_of("<?xml version='1.0' encoding='utf-16'?>", ""),
            "encoding_mismatch at line 1, column 31: the text is not in the UTF-16 that it declares");
}

TEST(XmlEncodings, SecondMarkIsNoMark) {
  const std::string words = "not_xml at line 1, column 1: an XML document cannot begin so";
  const std::string form = "<d><meta><uid>u</uid></meta></d>";
  const std::string wide = utf16(form16(u"", u""), true);
  EXPECT_EQ(convert("\xEF\xBB\xBF\xEF\xBB\xBF" + form), words);
  EXPECT_EQ(convert("\xEF\xBB\xBF\xFF\xFE" + wide), words);
  EXPECT_EQ(convert("\xFF\xFE\xFF\xFE" + wide), words);
  EXPECT_EQ(convert(wide, "text/xml; charset=utf-8"), words);
  EXPECT_EQ(convert("\xFF\xFE" + wide, "text/xml; charset=latin1").substr(0, 1), "{");
  EXPECT_TRUE(convert("<\xC3\xA9><meta><uid>u</uid></meta></\xC3\xA9>").starts_with("{"));
}

TEST(XmlEncodings, WhatIsNoCharacterIsRefused) {
  const std::string words = ": not a character of its encoding";
  EXPECT_EQ(text_of("<?xml version='1.0' encoding='windows-1252'?>\n", "\x81"), "not_xml at line 2, column 32" + words);
  EXPECT_EQ(text_of("<?xml version='1.0' encoding='us-ascii'?>\n", "\xE9"), "not_xml at line 2, column 32" + words);
  for (const std::u16string_view text : {u"\xD800"sv, u"\xDC00"sv, u"\xD800x"sv, u"\xDC00\xD800"sv}) {
    EXPECT_EQ(convert("\xFF\xFE" + utf16(form16(u"", text), true)), "not_xml at line 1, column 32" + words);
  }
  EXPECT_EQ(convert(utf16(u"<a/>", true) + " "), "not_xml at line 1, column 5" + words);
  for (const std::string_view text : {"\xC3"sv, "\xC0\xAF"sv, "\xED\xA0\x80"sv, "\xF4\x90\x80\x80"sv, "\xFF"sv}) {
    EXPECT_EQ(text_of("", text), "not_xml at line 1, column 32: not well-formed (invalid token)");
  }
}

TEST(XmlEncodings, DeclarationThatOnlySeemsToNameOneIsRefused) {
  EXPECT_TRUE(convert("<?xml version='1.0' standalone='yes' encoding='utf-8'?><d/>").starts_with("not_xml"));
  EXPECT_TRUE(convert("<?xml version='encoding=\"latin1\"'?><d/>").starts_with("not_xml"));
  EXPECT_EQ(text_of("<?xmlx encoding='latin1'?>", "\xC3\xA9"), "\xC3\xA9");
}

TEST(XmlRefusals, WhatIsNotWellFormed) {
  EXPECT_EQ(convert(""), "not_xml at line 1, column 1: no element found");
  EXPECT_EQ(convert("hello"), "not_xml at line 1, column 1: syntax error");
  EXPECT_EQ(convert("<a>\n <b></a>"), "not_xml at line 2, column 7: mismatched tag");
  EXPECT_EQ(convert("<a>"), "not_xml at line 1, column 4: no element found");
  EXPECT_EQ(convert("<a/><b/>"), "not_xml at line 1, column 5: junk after document element");
  EXPECT_EQ(convert("<a x='1' x='2'/>"), "not_xml at line 1, column 10: duplicate attribute");
  EXPECT_EQ(convert("<a p:x='1' q:x='2' xmlns:p='u' xmlns:q='u'/>"),
            "not_xml at line 1, column 1: duplicate attribute");
  EXPECT_EQ(convert("<p:a/>"), "not_xml at line 1, column 1: unbound prefix");
  EXPECT_EQ(convert("<a>&nbsp;</a>"), "not_xml at line 1, column 4: undefined entity");
  EXPECT_EQ(convert(" <?xml version='1.0'?><a/>"),
            "not_xml at line 1, column 2: XML or text declaration not at start of entity");
}

TEST(XmlRefusals, CharactersThatXmlForbids) {
  for (const std::string_view text : {"\0"sv, "\x01"sv, "\x1F"sv, "\xEF\xBF\xBE"sv, "\xEF\xBF\xBF"sv}) {
    EXPECT_EQ(text_of("", text), "not_xml at line 1, column 32: not well-formed (invalid token)");
  }
  for (const std::string_view text : {"&#0;", "&#1;", "&#xD800;", "&#xFFFE;", "&#x110000;"}) {
    EXPECT_EQ(text_of("", text), "not_xml at line 1, column 32: reference to invalid character number");
  }
}

TEST(XmlRefusals, Doctypes) {
  const std::string words = ": a document type declaration";
  EXPECT_EQ(convert("<!DOCTYPE a><a/>"), "has_doctype at line 1, column 12" + words);
  EXPECT_EQ(convert("<?xml version='1.0'?>\n<!DOCTYPE a [<!ENTITY l \"ha\"><!ENTITY m \"&l;&l;\">]><a>&m;</a>"),
            "has_doctype at line 2, column 13" + words);
  EXPECT_EQ(convert("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>"), "has_doctype at line 1, column 40" + words);
}

std::string nested(std::size_t levels, const std::string& inner) {
  std::string xml;
  for (std::size_t i = 0; i < levels; ++i) {
    xml += "<e>";
  }
  xml += inner;
  for (std::size_t i = 0; i < levels; ++i) {
    xml += "</e>";
  }
  return xml;
}

std::string form_with(const std::string& inner) { return "<d><meta><uid>u</uid></meta>" + inner + "</d>"; }

TEST(XmlRefusals, Depth) {
  EXPECT_TRUE(convert(form_with(nested(kMaxXmlDepth - 1, ""))).starts_with("{"));
  EXPECT_TRUE(convert(form_with(nested(kMaxXmlDepth, ""))).starts_with("too_deep at line 1, column 794: nested"));
}

TEST(XmlRefusals, DepthOfTheJson) {
  // A list is a level of JSON that XML does not have; so is the object around an attribute.
  EXPECT_TRUE(convert(form_with(nested(kMaxXmlDepth - 2, "<f a='1'/>"))).starts_with("too_deep"));
  EXPECT_TRUE(convert(form_with(nested(kMaxXmlDepth - 3, "<f a='1'/>"))).starts_with("{"));
  EXPECT_TRUE(convert(form_with(nested(kMaxXmlDepth - 2, "<f/><f/>"))).starts_with("too_deep"));
  EXPECT_TRUE(convert(form_with(nested(kMaxXmlDepth - 3, "<f/><f/>"))).starts_with("{"));
  EXPECT_TRUE(convert(form_with(nested(kMaxXmlDepth - 2, "") + "<e/>")).starts_with("{"));
  EXPECT_TRUE(convert(form_with(nested(kMaxXmlDepth - 1, "") + "<e/>")).starts_with("too_deep"));
  EXPECT_TRUE(convert(form_with("<e/>" + nested(kMaxXmlDepth - 1, ""))).starts_with("too_deep"));
}

TEST(XmlRefusals, Elements) {
  std::string many;
  for (std::size_t i = 0; i < kMaxXmlElements - 3; ++i) {
    many += "<a/>";
  }
  EXPECT_TRUE(convert(form_with(many)).starts_with("{"));
  EXPECT_TRUE(convert(form_with(many + "<a/>")).starts_with("too_many_elements at line 1, column "));
}

TEST(XmlRefusals, Attributes) {
  std::string many;
  for (std::size_t i = 0; i < kMaxXmlAttributes; ++i) {
    many += " a" + std::to_string(i) + "=''";
  }
  EXPECT_TRUE(convert(form_with("<x" + many + "/>")).starts_with("{"));
  EXPECT_EQ(convert(form_with("<x" + many + " b=''/>")),
            "too_many_attributes at line 1, column 29: more than 256 attributes");
}

TEST(XmlRefusals, AttributesInAll) {
  std::string some = "<x";
  for (int i = 0; i < 250; ++i) {
    some += " a" + std::to_string(i) + "=''";
  }
  some += "/>";
  std::string many;
  for (std::size_t i = 0; i < kMaxXmlAttributesInAll; i += 250) {
    many += some;
  }
  EXPECT_TRUE(convert(form_with(many)).starts_with("{"));
  const std::string refused = convert(form_with(many + "<x a=''/>"));
  EXPECT_TRUE(refused.starts_with("too_many_attributes at line 1, column ")) << refused;
  EXPECT_TRUE(refused.ends_with(": more than 1,000,000 attributes in all")) << refused;
}

TEST(XmlRefusals, Names) {
  const std::string good(kMaxXmlNameBytes, 'n');
  const std::string words = " at line 1, column 29: a name of more than 1,024 bytes";
  EXPECT_TRUE(convert(form_with("<" + good + " " + good + "=''/>")).starts_with("{"));
  EXPECT_EQ(convert(form_with("<" + good + "n/>")), "name_too_long" + words);
  EXPECT_EQ(convert(form_with("<a " + good + "n=''/>")), "name_too_long" + words);
  EXPECT_EQ(convert(form_with("<a xmlns='" + good + "n'/>")), "name_too_long" + words);
}

TEST(XmlRefusals, ShortPrefixesOfLongNamespaces) {
  std::string xml = "<d xmlns:p='" + std::string(kMaxXmlNameBytes, 'u') + "'><meta><uid>u</uid></meta>";
  for (int i = 0; i < 140'000; ++i) {
    xml += "<p:a/>";
  }
  EXPECT_EQ(convert(xml + "</d>"), "row_too_large at more than 128 MB in JSON");
}

TEST(XmlRefusals, SayNothingOfTheContent) {
  EXPECT_EQ(convert("<a>secret&secret;</a>").find("secret"), std::string::npos);
  EXPECT_EQ(convert("<?xml version='1.0' encoding='secret'?><a/>").find("secret"), std::string::npos);
}

}  // namespace
}  // namespace firn
