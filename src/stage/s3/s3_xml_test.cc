#include "stage/s3/s3_xml.h"

#include <gtest/gtest.h>

#include <string>

namespace firn {
namespace {

TEST(S3Xml, GivesTextsWithTheirPlace) {
  const auto texts = read_s3_xml(
      "<?xml version=\"1.0\"?><L xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><C><Key>a&amp;b</Key><Size>1</Size>"
      "</C><C><Key>c</Key></C><Empty/></L>");
  ASSERT_TRUE(texts);
  EXPECT_EQ(*texts, (S3Texts{{"L/C/Key", "a&b"}, {"L/C/Size", "1"}, {"L/C/Key", "c"}, {"L/Empty", ""}}));
  EXPECT_EQ(text_at(*texts, "L/C/Key"), "a&b");
  EXPECT_EQ(text_at(*texts, "L/None"), "");
}

TEST(S3Xml, RefusesWhatS3DoesNotSend) {
  std::string deep;
  for (int i = 0; i < 17; ++i) {
    deep = "<a>" + deep + "</a>";
  }
  for (const std::string& xml :
       {std::string(), std::string("{}"), std::string("<a>"), std::string("<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>"),
        deep, "<a>" + std::string(5U << 20U, 'x') + "</a>"}) {
    EXPECT_FALSE(read_s3_xml(xml)) << xml.substr(0, 40);
  }
}

TEST(S3Xml, WritesText) {
  std::string out;
  append_xml_text(out, "a<b>&\"c\"");
  EXPECT_EQ(out, "a&lt;b&gt;&amp;\"c\"");
}

}  // namespace
}  // namespace firn
