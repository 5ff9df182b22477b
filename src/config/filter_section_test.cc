#include "config/filter_section.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "config/document.h"
#include "config/filter_config.h"
#include "config/reader.h"
#include "model/filter.h"
#include "model/table.h"

namespace firn {
namespace {

/// A filter section and what reading it gives.
struct Read {
  explicit Read(const std::string& filter, Kind kind = Kind::kForm) {
    const auto document = parse_document("[repeater.forms.filter]\n" + filter, "firn.toml");
    EXPECT_TRUE(document) << document.error().str();
    const ConfigNode& repeater = document->members.at(0).value.members.at(0).value;
    SectionReader section(&repeater, {1, 1}, "repeater.forms", report);
    result = read_filter(section, kind, report);
    section.finish();
  }

  /// The only error's place and text.
  [[nodiscard]] std::string error() const { return report.errors.size() == 1 ? report.errors.front().str() : ""; }

  ConfigReport report{.file = "firn.toml", .errors = {}, .warnings = {}, .settings = {}};
  FilterConfig result;
};

std::vector<std::string> names_of(const FilterConfig& filter) {
  std::vector<std::string> names;
  for (const FilterRule& rule : filter.rules) {
    names.push_back(rule.name);
  }
  return names;
}

TEST(FilterSection, DropsDeviceLogsUnlessTheyAreKept) {
  const Read standard("");
  ASSERT_EQ(names_of(standard.result), std::vector<std::string>{"device_logs"});
  EXPECT_EQ(standard.result.rules.front().values, std::vector<std::string>{std::string(kDeviceLogXmlns)});
  EXPECT_FALSE(standard.result.rules.front().only);
  EXPECT_TRUE(Read("device_logs = \"keep\"").result.rules.empty());
  EXPECT_EQ(Read("device_logs = \"kepp\"").error(),
            "firn.toml:2:15: \"kepp\" is not a valid device_logs; valid: \"drop\", \"keep\"; did you mean \"keep\"?");
}

TEST(FilterSection, ReadsEachList) {
  const Read read(
      "only_domains = [\"demo-health\"]\nnot_xmlns = [\"http://a\", \"http://b\"]\nonly_app_ids = [\"1\"]\n"
      "not_users = [\"9c2e\"]\n");
  EXPECT_TRUE(read.report.errors.empty());
  const std::vector<std::string> expected{"device_logs", "only_domains", "not_xmlns", "only_app_ids", "not_users"};
  ASSERT_EQ(names_of(read.result), expected);
  EXPECT_TRUE(read.result.rules[1].only);
  EXPECT_EQ(read.result.rules[2].field, FilterField::kXmlns);
  EXPECT_FALSE(read.result.rules[2].only);
  EXPECT_EQ(read.result.rules[2].values, (std::vector<std::string>{"http://a", "http://b"}));
}

TEST(FilterSection, ShowsTheListsOfTheFileOnly) {
  const Read read("not_users = [\"1\", \"2\", \"3\", \"4\", \"5\", \"6\", \"7\"]");
  ASSERT_EQ(read.report.settings.size(), 2U);
  EXPECT_EQ(read.report.settings[0].key, "repeater.forms.filter.device_logs");
  EXPECT_EQ(read.report.settings[1].key, "repeater.forms.filter.not_users");
  EXPECT_EQ(read.report.settings[1].value, "\"1\", \"2\", \"3\", \"4\", \"5\" and 2 more");
}

TEST(FilterSection, RefusesWhatTheKindDoesNotHave) {
  EXPECT_EQ(Read("only_case_types = [\"person\"]").error(),
            "firn.toml:2:19: documents of the kind \"form\" have nothing that \"only_case_types\" could look at; "
            "remove the setting; docs/configuration.md lists what each kind has");
}

TEST(FilterSection, KnowsWhatEachKindHas) {
  const Read of_case("only_case_types = [\"person\"]\nnot_users = [\"bot\"]", Kind::kCase);
  EXPECT_TRUE(of_case.report.errors.empty());
  EXPECT_EQ(names_of(of_case.result), (std::vector<std::string>{"only_case_types", "not_users"}));
  EXPECT_TRUE(Read("only_domains = [\"demo\"]", Kind::kLocation).report.errors.empty());
  for (const char* wrong : {"not_users = [\"u\"]", "only_xmlns = [\"http://a\"]", "only_app_ids = [\"a\"]"}) {
    EXPECT_FALSE(Read(wrong, Kind::kUser).error().empty()) << wrong;
  }
  EXPECT_EQ(Read("device_logs = \"drop\"", Kind::kCase).error(),
            "firn.toml:2:15: \"device_logs\" has no meaning for the kind \"case\"; only forms can be device logs; "
            "remove the setting");
}

TEST(FilterSection, RefusesContradictions) {
  EXPECT_NE(Read("only_users = [\"a\", \"b\"]\nnot_users = [\"b\"]").error().find("\"b\" is in \"only_users\""),
            std::string::npos);
  const Read logs("only_xmlns = [\"" + std::string(kDeviceLogXmlns) + "\"]");
  EXPECT_NE(logs.error().find("set device_logs = \"keep\""), std::string::npos);
}

TEST(FilterSection, RefusesWrongLists) {
  for (const char* wrong : {"only_users = []", "only_users = \"a\"", "only_users = [1]", "only_users = [\"\"]",
                            "only_users = [\" a\"]", "only_users = [\"a\\u0000\"]", "only_user = [\"a\"]"}) {
    EXPECT_TRUE(Read(wrong).error().starts_with("firn.toml:2:")) << wrong;
  }
  EXPECT_EQ(Read("only_user = [\"a\"]").error(),
            "firn.toml:2:1: unknown setting \"repeater.forms.filter.only_user\"; did you mean \"only_users\"?");
}

TEST(FilterSection, BoundsTheLists) {
  std::string list = "not_users = [";
  for (std::size_t i = 0; i < 1000; ++i) {
    list += "\"u\",";
  }
  EXPECT_TRUE(Read(list + "]").report.errors.empty());
  EXPECT_FALSE(Read(list + "\"u\"]").error().empty());
  EXPECT_TRUE(Read("not_users = [\"" + std::string(255, 'u') + "\"]").report.errors.empty());
  EXPECT_FALSE(Read("not_users = [\"" + std::string(256, 'u') + "\"]").error().empty());
}

}  // namespace
}  // namespace firn
