#include "config/snowflake_section.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "config/config.h"
#include "config/document.h"
#include "config/reader.h"
#include "config/secrets.h"
#include "platform/file_system.h"
#include "platform/rsa_key.h"
#include "tests/support/rsa_keys.h"
#include "tests/support/temporary_directory.h"

namespace firn {
namespace {

const RsaKeyFiles& plain_key() {
  static const RsaKeyFiles kKey = make_rsa_key();
  return kKey;
}

const RsaKeyFiles& locked_key() {
  static const RsaKeyFiles kKey = make_rsa_key("sesame");
  return kKey;
}

/// A section [connection.snow] in a folder with two keys.
class SnowflakeSection : public testing::Test {
 protected:
  SnowflakeSection() {
    write("plain.p8", plain_key().private_pem);
    write("locked.p8", locked_key().private_pem);
    write("passphrase", "sesame\n");
  }

  void write(const std::string& name, const std::string& text,
             std::filesystem::perms mode = std::filesystem::perms(0600)) {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    std::filesystem::permissions(folder_ / name, mode);
  }

  /// Where the value of a setting comes from, when it is another file.
  std::string origin(const std::string& key) const {
    const auto found = std::ranges::find(report_.settings, "connection.snow." + key, &Setting::key);
    return found == report_.settings.end() ? "" : found->from;
  }

  SnowflakeConnection read(const std::string& lines) {
    report_ = ConfigReport{.file = "firn.toml", .errors = {}, .warnings = {}, .settings = {}};
    const auto document = parse_document("[snow]\n" + lines, "firn.toml");
    EXPECT_TRUE(document) << document.error().str();
    const Environment environment = [](const std::string& name) -> std::optional<std::string> {
      return name == "PASSPHRASE" ? std::optional<std::string>("sesame") : std::nullopt;
    };
    const SecretSources secrets{*files_, environment, folder_.path()};
    SectionReader section(&document->members.at(0).value, {1, 1}, "connection.snow", report_);
    section.word("type", "snowflake", {"snowflake"});
    auto snowflake = read_snowflake(section, ConnectionName("snow"), secrets);
    section.finish();
    return snowflake;
  }

  /// All that is wrong with them.
  std::string mistakes(const std::string& lines) {
    read(lines);
    std::string text;
    for (const ConfigError& error : report_.errors) {
      text += error.str() + "\n";
    }
    return text;
  }

  const TemporaryDirectory folder_;
  const std::unique_ptr<FileSystem> files_ = make_posix_file_system();
  ConfigReport report_;
};

const std::string kLeast = R"(account = "myorg-north"
user = "firn"
database = "commcare"
schema = "forms"
)";

TEST_F(SnowflakeSection, NeedsAccountUserPlaceAndKey) {
  const SnowflakeConnection snow = read(kLeast + "private_key_file = \"plain.p8\"\n");
  EXPECT_EQ(mistakes(kLeast + "private_key_file = \"plain.p8\"\n"), "");
  EXPECT_EQ(snow.account.url, "https://myorg-north.snowflakecomputing.com");
  EXPECT_EQ(snow.account.token_name, "MYORG-NORTH");
  EXPECT_EQ(snow.user, "FIRN");
  EXPECT_EQ(snow.role, "FIRN_LOADER");
  EXPECT_EQ(snow.warehouse, "");
  EXPECT_EQ(snow.database + "." + snow.schema, "COMMCARE.FORMS");
  ASSERT_EQ(snow.keys.size(), 1U);
  EXPECT_EQ(snow.keys[0]->fingerprint(), RsaKey::parse("", plain_key().private_pem, "").value()->fingerprint());
}

TEST_F(SnowflakeSection, TakesTwoKeysAndTheirPassphrases) {
  const SnowflakeConnection snow = read(kLeast + R"(private_key_file = "locked.p8"
private_key_passphrase = "${PASSPHRASE}"
next_private_key_file = "locked.p8"
next_private_key_passphrase_file = "passphrase"
warehouse = "'\"quoted wh\"'"
role = '"Small letters"'
dedicated = true
)");
  EXPECT_EQ(snow.keys.size(), 2U);
  EXPECT_EQ(snow.role, "Small letters");
  EXPECT_TRUE(snow.dedicated);
}

TEST_F(SnowflakeSection, ReadsSnowflakesOwnFiles) {
  write("connections.toml", R"([firn]
account = "myorg-north"
user = "firn"
authenticator = "SNOWFLAKE_JWT"
private_key_file = "locked.p8"
private_key_file_pwd = "sesame"
database = "COMMCARE"
schema = "FORMS"
warehouse = "FIRN_WH"
role = "FIRN_LOADER"
)");
  const std::string named = "connections_file = \"connections.toml\"\nconnection = \"firn\"\n";
  const SnowflakeConnection snow = read(named + "schema = \"cases\"\n");
  const std::string from = "[firn] in " + folder_.path() + "/connections.toml";
  EXPECT_EQ(origin("warehouse"), from);
  EXPECT_EQ(origin("account"), from);
  EXPECT_EQ(origin("private_key_file"), from);
  EXPECT_EQ(origin("schema"), "") << "firn.toml has it";
  EXPECT_EQ(origin("host"), "") << "nobody has it";
  EXPECT_EQ(mistakes(named), "");
  EXPECT_EQ(snow.account.token_name, "MYORG-NORTH");
  EXPECT_EQ(snow.warehouse, "FIRN_WH");
  EXPECT_EQ(snow.schema, "CASES") << "firn.toml has the last word";
  EXPECT_EQ(snow.keys.size(), 1U);

  write("config.toml", "[connections.other]\naccount = \"a-b\"\nauthenticator = \"externalbrowser\"\n");
  EXPECT_NE(mistakes("connections_file = \"config.toml\"\nconnection = \"othr\"\n").find("did you mean \"other\"?"),
            std::string::npos);
  EXPECT_NE(mistakes("connections_file = \"config.toml\"\nconnection = \"other\"\n").find("logs in by"),
            std::string::npos);
  write("connections.toml", "[default]\nprivate_key_file_pwd = \"sesame\"\n", std::filesystem::perms(0644));
  EXPECT_NE(mistakes("connections_file = \"connections.toml\"\n").find("chmod 600"), std::string::npos);
  EXPECT_NE(mistakes("connection = \"x\"\n").find("without connections_file"), std::string::npos);
}

TEST_F(SnowflakeSection, GivesEachMistakeItsSentence) {
  write("public.pem", plain_key().public_pem);
  write("open.p8", plain_key().private_pem, std::filesystem::perms(0644));
  const struct {
    std::string lines;
    std::string sentence;
  } kCases[] = {
      {"private_key_file = \"public.pem\"", "public half"},
      {"private_key_file = \"open.p8\"", "chmod 600"},
      {"private_key_file = \"locked.p8\"", "no passphrase is set"},
      {"private_key_file = \"missing.p8\"", "cannot read the secret file"},
      {"private_key_file = \"locked.p8\"\nprivate_key_passphrase_file = \"plain.p8\"", "does not open it"},
      {"private_key_file = \"plain.p8\"\ndedicated = true", "without a warehouse"},
      {"private_key_file = \"plain.p8\"\nrole = \"my role\"", "not a name that Snowflake takes"},
      {"private_key_file = \"plain.p8\"\naws_role = \"firn\"", "not the ARN of a role"},
      {"", "private_key_file"},
  };
  for (const auto& each : kCases) {
    EXPECT_NE(mistakes(kLeast + each.lines + "\n").find(each.sentence), std::string::npos)
        << mistakes(kLeast + each.lines);
  }
  EXPECT_NE(mistakes("account = \"https://app.snowflake.com/x\"\n").find("address of a page"), std::string::npos);
}

}  // namespace
}  // namespace firn
