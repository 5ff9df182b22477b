#include "base/plain_text.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace firn {
namespace {

std::string escaped(std::string_view text, std::size_t limit = 1000) {
  std::string out;
  append_escaped(out, text, limit);
  return out;
}

TEST(PlainText, EscapesWhatCouldBeginALineOrCommandATerminal) {
  EXPECT_EQ(escaped("a\nb\r\x1b[31m\x7f"), "a\\u000ab\\u000d\\u001b[31m\\u007f");
  EXPECT_EQ(escaped("\xC2\x9B"
                    "31m"),
            "\\u009b31m");  // the one-character form of ESC [
  EXPECT_EQ(escaped("\xE2\x80\xAE"
                    "abc"),
            "\\u202eabc");  // writes backwards
  EXPECT_EQ(escaped(std::string_view("\0", 1)), "\\u0000");
}

TEST(PlainText, EscapesQuotesAndBackslashes) { EXPECT_EQ(escaped(R"(a"b\c)"), R"(a\"b\\c)"); }

TEST(PlainText, KeepsEveryAlphabet) {
  EXPECT_EQ(escaped("Zürich \xE2\x98\x83 \xF0\x9F\x8D\x80"), "Zürich \xE2\x98\x83 \xF0\x9F\x8D\x80");
}

TEST(PlainText, ReplacesWhatIsNotUtf8) {
  EXPECT_EQ(escaped("\xFF"
                    "a\xC3"),
            "\xEF\xBF\xBD"
            "a\xEF\xBF\xBD");
  EXPECT_EQ(escaped("\xED\xA0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");  // a surrogate
  EXPECT_EQ(escaped("\xC0\x8A"), "\xEF\xBF\xBD\xEF\xBF\xBD");                  // a line end in two bytes
}

TEST(PlainText, CutsBetweenCharacters) {
  EXPECT_EQ(escaped("abcdef", 6), "abcdef");
  EXPECT_EQ(escaped("abcdefg", 6), "abc...");
  EXPECT_EQ(escaped("ab\n\n", 8), "ab...");
  EXPECT_EQ(escaped("\xE2\x98\x83\xE2\x98\x83", 5), "...");
}

TEST(PlainText, ShowsQuotesToPeopleAsTheyAre) { EXPECT_EQ(for_terminal("\"a\"\x1b[2J"), "\"a\"\\u001b[2J"); }

}  // namespace
}  // namespace firn
