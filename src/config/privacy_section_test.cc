#include "config/privacy_section.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

#include "config/document.h"
#include "config/privacy_config.h"
#include "config/reader.h"
#include "config/secrets.h"
#include "model/privacy.h"
#include "model/table.h"
#include "tests/support/simulated_file_system.h"

namespace firn {
namespace {

/// A privacy section and what reading it gives.
struct Read {
  explicit Read(const std::string& privacy, Kind kind = Kind::kForm) {
    const auto document = parse_document("[repeater.forms.privacy]\n" + privacy, "firn.toml");
    EXPECT_TRUE(document) << document.error().str();
    const ConfigNode& repeater = document->members.at(0).value.members.at(0).value;
    SectionReader section(&repeater, {1, 1}, "repeater.forms", report);
    const Environment environment = [](const std::string& name) {
      return name == "KEY"     ? std::optional<std::string>("0123456789abcdef0123456789abcdef")
             : name == "SHORT" ? std::optional<std::string>("short")
                               : std::nullopt;
    };
    result = read_privacy(section, kind, SecretSources{files, environment, "/etc/firn"}, report).policy;
    section.finish();
  }

  /// The only error's place and text.
  [[nodiscard]] std::string error() const { return report.errors.size() == 1 ? report.errors.front().str() : ""; }

  SimulatedFileSystem files;
  ConfigReport report{.file = "firn.toml", .errors = {}, .warnings = {}, .settings = {}};
  PrivacyPolicy result;
};

std::string rule(std::string_view path, std::string_view rest) {
  return "[[repeater.forms.privacy.rule]]\npath = \"" + std::string(path) + "\"\n" + std::string(rest) + "\n";
}

TEST(PrivacySection, ReadsEachAction) {
  const Read read(
      "deidentified = true\nkey = \"${KEY}\"\n" + rule("$.form.name", "action = \"drop\"") +
      rule("$.form.**.phone", "action = \"hash\"") + rule("$.form.village", "action = \"truncate\"\ncharacters = 3") +
      rule("$.form.born", "action = \"year\"") + rule("$.form.location", "action = \"round_geopoint\"\ndecimals = 0"));
  EXPECT_TRUE(read.report.errors.empty()) << read.error();
  ASSERT_EQ(read.result.rules.size(), 5U);
  EXPECT_TRUE(read.result.deidentified);
  EXPECT_EQ(read.result.key, "0123456789abcdef0123456789abcdef");
  EXPECT_EQ(read.result.rules[1].action, PrivacyAction::kHash);
  EXPECT_EQ(read.result.rules[2].amount, 3U);
  EXPECT_EQ(read.result.rules[4].amount, 0U);
}

TEST(PrivacySection, NeverShowsTheKey) {
  const Read read("key = \"${KEY}\"\n" + rule("$.form.phone", "action = \"hash\""));
  for (const Setting& setting : read.report.settings) {
    EXPECT_EQ(setting.value.find("0123456789"), std::string::npos) << setting.key;
  }
}

TEST(PrivacySection, RefusesWhatCannotBeMeant) {
  EXPECT_NE(Read("").error().find("there is no rule"), std::string::npos);
  EXPECT_NE(Read(rule("form.name", "action = \"drop\"")).error().find("firn.toml:3:8: \"form.name\" is not a path"),
            std::string::npos);
  EXPECT_NE(Read(rule("$.form.name", "action = \"mask\"")).error().find("not a valid action"), std::string::npos);
  EXPECT_NE(Read(rule("$.form.a", "action = \"truncate\""))
                .error()
                .find("\"repeater.forms.privacy.rule[1].characters\" is missing"),
            std::string::npos);
  EXPECT_NE(Read(rule("$.form.a", "action = \"truncate\"\ncharacters = 0")).error().find("from 1 to 1000"),
            std::string::npos);
  EXPECT_NE(Read(rule("$.form.a", "action = \"truncate\"\ncharacters = \"3\"")).error().find("without quotes"),
            std::string::npos);
  EXPECT_NE(Read(rule("$.form.a", "action = \"year\"\ndecimals = 2")).error().find("belongs to another action"),
            std::string::npos);
  EXPECT_NE(Read("deidentified = \"yes\"\n" + rule("$.form.a", "action = \"drop\"")).error().find("true or false"),
            std::string::npos);
}

TEST(PrivacySection, NeedsAKeyThatCannotBeGuessedForHashes) {
  const std::string hash = rule("$.form.a", "action = \"hash\"");
  EXPECT_NE(Read(hash).error().find("key_file"), std::string::npos);
  EXPECT_NE(Read("key = \"${SHORT}\"\n" + hash).error().find("could be guessed"), std::string::npos);
  EXPECT_NE(Read("key = \"${KEY}\"\n" + rule("$.form.a", "action = \"drop\""))
                .error()
                .find("no rule of this repeater hashes"),
            std::string::npos);
}

TEST(PrivacySection, KeepsWhatEveryRowNeeds) {
  for (const char* path :
       {"$.id", "$.domain", "$.*", "$.**.id", "$.received_on", "$.server_modified_on", "$.form", "$._id"}) {
    EXPECT_NE(Read(rule(path, "action = \"drop\"")).error().find("needs"), std::string::npos) << path;
  }
  for (const char* path : {"$.form.id", "$.form.**.id", "$.metadata", "$.submit_ip", "$.form.*"}) {
    EXPECT_TRUE(Read(rule(path, "action = \"drop\"")).report.errors.empty()) << path;
  }
  EXPECT_NE(Read(rule("$.case_id", "action = \"drop\""), Kind::kCase).error().find("needs"), std::string::npos);
  EXPECT_TRUE(Read(rule("$.properties.*", "action = \"drop\""), Kind::kCase).report.errors.empty());
  EXPECT_NE(Read(rule("$.x", "action = \"drop\""), Kind::kFormStub).error().find("make no rows"), std::string::npos);
}

}  // namespace
}  // namespace firn
