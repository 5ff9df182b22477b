#include "pack/csv.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>
#include <vector>

#include "base/time.h"
#include "tests/support/csv_reader.h"

namespace firn {
namespace {

std::string quoted(std::string_view text) {
  std::string out;
  append_csv_text(out, text);
  return out;
}

TEST(Csv, QuotesEveryTextAndDoublesItsQuotes) {
  EXPECT_EQ(quoted(""), R"("")");
  EXPECT_EQ(quoted("Asha, the \"chw\""), R"("Asha, the ""chw""")");
  EXPECT_EQ(quoted("two\nlines"), "\"two\nlines\"");
}

TEST(Csv, WritesTimesAsTheTableHasThem) {
  std::string out;
  append_csv_timestamp(out, timestamp_from_micros(1'772'444'467'118'204));
  EXPECT_EQ(out, "2026-03-02 09:41:07.118204");
}

TEST(Csv, WritesEveryTimeAsFormatTimestampDoes) {
  EXPECT_TRUE(rc::check([] {
    const auto t =
        timestamp_from_micros(*rc::gen::inRange<std::int64_t>(-62'135'596'800'000'000, 253'402'300'799'999'999));
    std::string out;
    append_csv_timestamp(out, t);
    RC_ASSERT(out == format_timestamp(t));
  }));
}

TEST(Csv, GivesBackAnyTextToAnIndependentReader) {
  EXPECT_TRUE(rc::check([] {
    const auto alphabet = rc::gen::elementOf(std::string("ab\",\n\r\\ {}:x"));
    const auto texts = *rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(
        rc::gen::container<std::string>(rc::gen::oneOf(alphabet, rc::gen::arbitrary<char>()))));
    std::string line;
    for (const std::string& text : texts) {
      line += line.empty() ? "" : ",";
      append_csv_text(line, text);
    }
    const auto rows = read_csv(line + "\n");
    RC_ASSERT(rows.size() == 1U);
    RC_ASSERT(rows[0].size() == texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i) {
      RC_ASSERT(rows[0][i] == texts[i]);
    }
  }));
}

TEST(Csv, TellsNullFromTheEmptyText) {
  const auto rows = read_csv("\"\",,\"x\",5\n");
  EXPECT_EQ(rows.at(0).at(0), "");
  EXPECT_EQ(rows.at(0).at(1), std::nullopt);
}

}  // namespace
}  // namespace firn
