#include "pack/json_fault.h"

#include <gtest/gtest.h>

#include <string>

namespace firn {
namespace {

std::string describe(const std::string& text) {
  const auto fault = find_json_fault(text);
  return fault ? describe_place(text, fault->offset) + ": " + std::string(fault->words) : "good";
}

TEST(JsonFault, NamesLineAndColumn) {
  EXPECT_EQ(describe("{\"a\":1,\n  \"b\" 2}"), "line 2, column 7: a colon must stand here");
  EXPECT_EQ(describe("{\"é\":tru}"), "line 1, column 6: a value must stand here");
  EXPECT_EQ(describe("[1 2]"), "line 1, column 4: a comma or the end of the list must stand here");
  EXPECT_EQ(describe("{a:1}"), "line 1, column 2: a key in quotes must stand here");
  EXPECT_EQ(describe("[01]"), "line 1, column 2: a number must not begin with 0");
  EXPECT_EQ(describe("[1.]"), "line 1, column 4: a digit must stand here");
  EXPECT_EQ(describe("{} {}"), "line 1, column 4: more follows after the document");
}

TEST(JsonFault, SeesTheEndThatComesTooEarly) {
  for (const char* text : {"", "  ", "{", "[1,", "{\"a\"", "{\"a\":", "\"a", "-"}) {
    EXPECT_NE(describe(text).find("it ends too early"), std::string::npos) << text;
  }
}

TEST(JsonFault, LooksIntoTexts) {
  EXPECT_EQ(describe("[\"a\tb\"]"), "line 1, column 4: a control character stands in a text without being escaped");
  EXPECT_EQ(describe("[\"\\x\"]"), "line 1, column 3: an unknown escape");
  EXPECT_EQ(describe("[\"\\u12G4\"]"), "line 1, column 3: an escape that is no character");
}

TEST(JsonFault, RefusesLoneSurrogates) {
  for (const char* text : {R"(["\ud800"])", R"(["\udc00"])", R"(["\ud800\u0041"])", R"(["\ud800x"])"}) {
    EXPECT_EQ(describe(text), "line 1, column 3: an escape that is no character") << text;
  }
  EXPECT_EQ(describe(R"(["\ud83d\ude00"])"), "good");
}

TEST(JsonFault, RefusesWhatIsNotUtf8) {
  for (const char* bytes :
       {"\xFF", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xC3", "\xF0\x9F\x98"}) {
    EXPECT_EQ(describe("[\"" + std::string(bytes) + "\"]"), "line 1, column 3: not UTF-8") << bytes;
  }
  EXPECT_EQ(describe("[\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\"]"), "good");
}

TEST(JsonFault, KnowsTheRangeOfNumbers) {
  for (const char* good : {"18446744073709551615", "-9223372036854775808", "1.7976931348623157e308", "1e-400", "-0"}) {
    EXPECT_EQ(describe(good), "good") << good;
  }
  for (const char* bad : {"18446744073709551616", "-9223372036854775809", "1e400", "-1e400"}) {
    ASSERT_TRUE(find_json_fault(bad)) << bad;
    EXPECT_EQ(find_json_fault(bad)->kind, JsonFaultKind::kNumber) << bad;
  }
}

TEST(JsonFault, KnowsTheLimitOfDepth) {
  EXPECT_EQ(describe(std::string(256, '[') + std::string(256, ']')), "good");
  EXPECT_EQ(describe(std::string(257, '[') + std::string(257, ']')), "line 1, column 257: nested deeper than 256");
}

}  // namespace
}  // namespace firn
