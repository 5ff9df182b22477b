#include "load/snowflake/snowflake_error.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace firn {
namespace {

/// The cells of a row of a Markdown table, without the spaces around them.
std::vector<std::string> cells(const std::string& line) {
  std::vector<std::string> found;
  std::stringstream rest(line.substr(1));
  for (std::string cell; std::getline(rest, cell, '|');) {
    const auto begin = cell.find_first_not_of(' ');
    found.push_back(begin == std::string::npos ? "" : cell.substr(begin, cell.find_last_not_of(' ') - begin + 1));
  }
  return found;
}

/// The rows of the table below the heading: status, code, what Firn says.
std::vector<std::vector<std::string>> documented_refusals() {
  std::ifstream file(FIRN_DOCS_DIR "/formats/snowflake_api.md");
  std::vector<std::vector<std::string>> rows;
  bool is_there = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("#")) {
      is_there = line == "## Refusals";
    } else if (is_there && line.starts_with("| ") && !line.starts_with("| status")) {
      rows.push_back(cells(line));
    }
  }
  return rows;
}

TEST(SnowflakeError, SaysOfEachRefusalWhatTheDocumentSays) {
  const auto rows = documented_refusals();
  EXPECT_GT(rows.size(), 30U);
  for (const auto& row : rows) {
    ASSERT_EQ(row.size(), 3U) << row.at(0);
    const Error error = snowflake_error({std::stoi(row[0]), row[1], "their words"}, "load", "FORMS");
    const std::string words = row[1].empty() ? " (their words)" : " (" + row[1] + ": their words)";
    EXPECT_EQ(error.reason, row[2] + words);
  }
}

TEST(SnowflakeError, SaysWhatMendsIt) {
  const auto hint = [](const std::string& code) { return snowflake_error({422, code, "m"}, "load", "FORMS").hint; };
  EXPECT_NE(hint("000606").find("GRANT USAGE ON WAREHOUSE"), std::string::npos);
  EXPECT_NE(hint("090073").find("raise the monitor's quota"), std::string::npos);
  EXPECT_NE(hint("390189").find("GRANT ROLE <role> TO USER <user>"), std::string::npos);
  EXPECT_NE(hint("394304").find("ALTER USER <user> SET RSA_PUBLIC_KEY"), std::string::npos);
  EXPECT_NE(hint("390422").find("network rule"), std::string::npos);
  EXPECT_NE(hint("390106").find("SET DISABLED = FALSE"), std::string::npos);
  EXPECT_NE(hint("390102").find("MINS_TO_UNLOCK"), std::string::npos);
}

TEST(SnowflakeError, HasNoValuesOfRows) {
  const Error error = snowflake_error({422, "100038", "Numeric value 'Jane Roe' is not recognized"}, "load", "FORMS");
  EXPECT_EQ(error.message().find("Jane"), std::string::npos);
}

}  // namespace
}  // namespace firn
