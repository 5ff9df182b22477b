#include "base/xml_text.h"

#include <gtest/gtest.h>

#include <string_view>

namespace firn {
namespace {

using namespace std::string_view_literals;

TEST(LooksLikeXml, ContentDecidesFirst) {
  EXPECT_TRUE(looks_like_xml("<a/>", "application/json"));
  EXPECT_TRUE(looks_like_xml("\xEF\xBB\xBF \r\n\t<a/>", ""));
  EXPECT_TRUE(looks_like_xml("\xFF\xFE<\0a\0"sv, ""));
  EXPECT_TRUE(looks_like_xml("\xFE\xFF\0<\0a"sv, ""));
  EXPECT_TRUE(looks_like_xml("<\0a\0"sv, ""));
  EXPECT_TRUE(looks_like_xml("\0 \0<"sv, ""));
  EXPECT_FALSE(looks_like_xml("{}", "text/xml"));
  EXPECT_FALSE(looks_like_xml(" [1]", "text/xml"));
  EXPECT_FALSE(looks_like_xml("\xEF\xBB\xBF{\"a\":\"<\"}", "text/xml"));
}

TEST(LooksLikeXml, ContentTypeDecidesTheRest) {
  for (const std::string_view type : {"text/xml", "application/xml; charset=utf-8", "TEXT/XML ;x", "image/svg+xml"}) {
    EXPECT_TRUE(looks_like_xml("hello", type)) << type;
    EXPECT_TRUE(looks_like_xml("", type)) << type;
  }
  for (const std::string_view type : {"", "application/json", "text/plain; a=xml", "xml"}) {
    EXPECT_FALSE(looks_like_xml("hello", type)) << type;
  }
}

TEST(DeclaredEncoding, StandsInTheDeclarationOnly) {
  EXPECT_EQ(declared_encoding("<?xml version='1.0' encoding='Latin-1'?><a/>"), "Latin-1");
  EXPECT_EQ(declared_encoding("<?xml\tencoding=\"UTF-8\" ?>"), "UTF-8");
  for (const std::string_view text :
       {"<?xml version='1.0'?><a encoding='x'/>", "<?xml-model encoding='x'?>", "<?xml", "<?xml encoding",
        "<?xml encoding='x", " <?xml encoding='x'?>", "<a encoding='x'/>", ""}) {
    EXPECT_EQ(declared_encoding(text), "") << text;
  }
}

TEST(Charset, HasSeveralNames) {
  EXPECT_EQ(charset_of("ISO-8859-1"), Charset::kLatin1);
  EXPECT_EQ(charset_of("latin1"), Charset::kLatin1);
  EXPECT_EQ(charset_of("utf8"), std::nullopt) << "not a name that declarations use";
  EXPECT_EQ(charset_of(""), std::nullopt);
}

}  // namespace
}  // namespace firn
