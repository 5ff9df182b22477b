#include "config/credential_section.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "config/config.h"
#include "config/document.h"
#include "config/reader.h"
#include "config/secrets.h"
#include "tests/support/simulated_file_system.h"

namespace firn {
namespace {

/// A section [intake], what reading it gives, and what checking it against one repeater, `forms`, says.
struct Read {
  explicit Read(const std::string& intake, bool loopback = true, bool has_file = false) {
    const auto document = parse_document("[intake]\n" + intake, "firn.toml");
    EXPECT_TRUE(document) << document.error().str();
    const ConfigNode& node = document->members.at(0).value;
    const Environment environment = [](const std::string&) { return std::optional<std::string>("sixteen letters!"); };
    SimulatedFileSystem files;
    EXPECT_TRUE(files.create_directories("/data"));
    if (has_file) {
      EXPECT_TRUE(replace_file(files, "/data/credentials", "{}"));
    }
    const SecretSources secrets{files, environment, "/"};
    config.data_dir = "/data";
    config.intake.listeners = {{{"192.0.2.1", 8641, loopback}, std::nullopt, "intake.listen"}};
    config.repeaters.emplace_back().name = RepeaterName("forms");
    SectionResults results{config, report, secrets, {}, {}};
    SectionReader section(&node, {1, 1}, "intake", report);
    read_credentials_section(section, results);
    section.finish();
    check_credentials(results);
  }

  /// The only error's place and text.
  [[nodiscard]] std::string error() const { return report.errors.size() == 1 ? report.errors.front().str() : ""; }

  Config config;
  ConfigReport report{.file = "firn.toml", .errors = {}, .warnings = {}, .settings = {}};
};

std::string credential(const std::string& settings) {
  return "[[intake.credential]]\nname = \"hq\"\nsecret = \"${S}\"\n" + settings;
}

TEST(CredentialSection, ReadsEachType) {
  const Read read(credential("username = \"a\"\n") + credential("type = \"digest\"\nusername = \"b\"\n") +
                  credential("type = \"api_key\"\nrepeaters = [\"forms\"]\n"));
  const auto& credentials = read.config.intake.credentials;
  ASSERT_EQ(credentials.size(), 3U);
  EXPECT_EQ(credentials[0].type, CredentialConfig::Type::kBasic);
  EXPECT_EQ(credentials[0].username, "a");
  EXPECT_TRUE(credentials[0].repeaters.empty());
  EXPECT_EQ(credentials[1].type, CredentialConfig::Type::kDigest);
  EXPECT_EQ(credentials[1].username, "b");
  EXPECT_EQ(credentials[2].type, CredentialConfig::Type::kApiKey);
  EXPECT_EQ(credentials[2].header, "X-Api-Key");
  EXPECT_EQ(credentials[2].repeaters, std::vector<RepeaterName>{RepeaterName("forms")});
  EXPECT_EQ(credentials[2].secret.reveal(), "sixteen letters!");
}

TEST(CredentialSection, RefusesWhatCannotBeMeant) {
  const auto refused = [](const std::string& settings, const std::string& text) {
    const std::string error = Read(credential(settings)).error();
    EXPECT_NE(error.find(text), std::string::npos) << settings << " gives " << error;
  };
  refused("username = \"a:b\"\n", "cannot contain a colon");
  refused("type = \"digest\"\nusername = \"a b\"\n", "visible ASCII");
  refused("type = \"api_key\"\nheader = \"X Key\"\n", "not the name of an HTTP header");
  refused("type = \"api_key\"\nusername = \"a\"\n", "belongs to credentials of type \"basic\" or \"digest\"");
  refused("type = \"digest\"\nusername = \"a\"\nheader = \"X\"\n", "belongs to credentials of type \"api_key\"");
  refused("username = \"a\"\nrepeaters = [\"form\"]\n", "there is no repeater \"form\"; did you mean \"forms\"?");
  refused("type = \"bearer\"\nusername = \"a\"\n", "\"bearer\" is not a valid type");
}

TEST(CredentialSection, WarnsOfASecretInPlainAndNamesTheCommand) {
  const Read read(credential("username = \"a\"\nrepeaters = [\"forms\"]\n"));
  ASSERT_EQ(read.report.warnings.size(), 1U);
  EXPECT_NE(read.report.warnings[0].hint.find("firn credential add hq-new --type basic --user a --repeater forms"),
            std::string::npos)
      << read.report.warnings[0].hint;
  EXPECT_EQ(read.report.warnings[0].str().find("sixteen"), std::string::npos);
}

TEST(CredentialSection, APublicListenerNeedsACredential) {
  EXPECT_NE(Read("", false).error().find("asks for no credentials"), std::string::npos);
  EXPECT_TRUE(Read("", false, true).report.errors.empty()) << "those of `firn credential`";
  EXPECT_TRUE(Read(credential("username = \"a\"\n"), false).report.errors.empty());
  EXPECT_TRUE(Read("", true).report.errors.empty());
}

TEST(CredentialSection, BoundsTheLifeOfTokens) {
  EXPECT_EQ(Read("").config.intake.token_life, std::chrono::hours(1));
  EXPECT_EQ(Read("token_life = \"5m\"\n").config.intake.token_life, std::chrono::minutes(5));
  EXPECT_NE(Read("token_life = \"1s\"\n").error().find("must be from 1m to 1d"), std::string::npos);
}

}  // namespace
}  // namespace firn
