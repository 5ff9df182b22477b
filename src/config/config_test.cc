#include "config/config.h"

#include <gtest/gtest.h>

#include <chrono>
#include <expected>
#include <optional>
#include <ostream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "config/explain.h"
#include "config/listen_address.h"
#include "platform/file_system.h"
#include "tests/support/simulated_file_system.h"

namespace firn {
namespace {

using Loaded = std::expected<Config, std::vector<ConfigError>>;

std::optional<std::string> environment(const std::string& name) {
  return name == "FIRN_HQ_SECRET" ? std::optional<std::string>("opensesame") : std::nullopt;
}

Loaded load(const std::string& text) {
  SimulatedFileSystem files;
  (void)files.create_directories("/etc/firn");
  (void)replace_file(files, "/etc/firn/firn.toml", text);
  return load_config(files, "/etc/firn/firn.toml", environment);
}

/// A correct configuration; tests spoil a line of it.
const std::string kCorrect = R"([intake]
listen = "127.0.0.1:0"
[[intake.credential]]
name = "hq"
username = "hq"
secret = "${FIRN_HQ_SECRET}"
[connection.local_stage]
type = "directory"
path = "stage"
[connection.local_warehouse]
type = "duckdb"
database = "warehouse.duckdb"
[repeater.forms]
kind = "form"
table = "forms"
stage = "local_stage"
destination = "local_warehouse"
)";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::string all_of(const std::vector<ConfigError>& errors) {
  std::string text;
  for (const ConfigError& error : errors) {
    text += error.str() + "\n";
  }
  return text;
}

TEST(Config, IsTypedAndAbsolute) {
  const Loaded config = load(kCorrect);
  ASSERT_TRUE(config) << all_of(config.error());
  EXPECT_EQ(config->data_dir, "/var/lib/firn");
  EXPECT_EQ(config->admin_socket(), "/var/lib/firn/admin.sock");
  ASSERT_EQ(config->intake.listeners.size(), 1U);
  EXPECT_EQ(config->intake.listeners[0].url(), "http://127.0.0.1:0");
  EXPECT_EQ(config->intake.credentials.at(0).secret.reveal(), "opensesame");
  const RepeaterConfig& forms = config->repeaters.at(0);
  EXPECT_EQ(forms.table, TableName("forms"));
  EXPECT_EQ(forms.stage, config->directories.at(0).name);
  EXPECT_EQ(config->directories.at(0).path, "/etc/firn/stage");
  EXPECT_EQ(config->destination_of(forms).database, "/etc/firn/warehouse.duckdb");
}

TEST(Config, HasStandardValues) {
  const Loaded config = load(kCorrect);
  ASSERT_TRUE(config);
  EXPECT_EQ(config->intake.max_body, 64'000'000U);
  EXPECT_EQ(config->disk.intake_floor, 2'000'000'000U);
  EXPECT_EQ(config->log.level, "info");
  EXPECT_EQ(config->repeaters[0].chunk_size, 64'000'000U);
  EXPECT_EQ(config->repeaters[0].chunk_age, Duration(std::chrono::hours(1)));
  EXPECT_EQ(config->repeaters[0].keep_staged, Duration(std::chrono::hours(168)));
}

TEST(Config, OfAnUnusualSortIsAllowed) {
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"127.0.0.1:0", "[::1]:8641"},
           {"127.0.0.1:0\"", "0.0.0.0:8641\"\ntrusted_proxies = [\"10.0.0.7\"]"},
           {"path = \"stage\"", "path = \"/srv/a/../stage\"\nprefix = \"firn/prod\""},
           {"table = \"forms\"", "table = \"Forms_1\"\nchunk_size = \"64 kB\"\nkeep_staged = \"0\""},
           {"username = \"hq\"", "type = \"api_key\"\nheader = \"Authorization\""}}) {
    const Loaded config = load(replaced(kCorrect, from, to));
    EXPECT_TRUE(config) << to << "\n" << all_of(config.error());
  }
}

TEST(Config, OfNoListenerAndNoCredentialIsRefused) {
  const std::string credential =
      kCorrect.substr(kCorrect.find("[[intake"), kCorrect.find("[connection.local_stage]") - kCorrect.find("[[intake"));
  const Loaded config = load(replaced(replaced(kCorrect, credential, ""), "listen = \"127.0.0.1:0\"", "listener = []"));
  ASSERT_FALSE(config);
  EXPECT_NE(all_of(config.error()).find("there is no listener"), std::string::npos);
}

TEST(Config, KeepsTheOriginOfEachValue) {
  const Loaded config = load(kCorrect);
  ASSERT_TRUE(config);
  const std::string shown = explain(*config);
  EXPECT_NE(shown.find("\nintake.listen                            127.0.0.1:0                 line 2\n"),
            std::string::npos);
  EXPECT_NE(shown.find("\nrepeater.forms.chunk_size                64 MB                       standard\n"),
            std::string::npos);
}

TEST(Config, NamesAnotherFileThatAValueComesFrom) {
  Loaded config = load(kCorrect);
  ASSERT_TRUE(config);
  config->settings = {{"connection.snow.user", "FIRN", 3, 1, false, "[firn] in /etc/firn/connections.toml"}};
  EXPECT_EQ(explain(*config), "connection.snow.user  FIRN  [firn] in /etc/firn/connections.toml\n");
  EXPECT_NE(explain_json(*config).find(R"("origin":"[firn] in /etc/firn/connections.toml","line":null)"),
            std::string::npos);
}

TEST(Config, ShowsNoSecret) {
  const Loaded config = load(kCorrect);
  ASSERT_TRUE(config);
  for (const std::string& shown : {explain(*config), explain_json(*config)}) {
    EXPECT_EQ(shown.find("opensesame"), std::string::npos);
    EXPECT_NE(shown.find("********"), std::string::npos);
  }
  std::ostringstream out;
  out << config->intake.credentials[0].secret;
  EXPECT_EQ(out.str(), "********");
}

TEST(Config, ExplainsItselfToPrograms) {
  const Loaded config = load(kCorrect);
  ASSERT_TRUE(config);
  EXPECT_NE(explain_json(*config).find(R"({"key":"intake.listen","value":"127.0.0.1:0","origin":"file","line":2})"),
            std::string::npos);
  EXPECT_NE(explain_json(*config).find(R"({"key":"data_dir","value":"/var/lib/firn","origin":"standard","line":null})"),
            std::string::npos);
}

/// One mistake in kCorrect, and what is said of it: the place, a part of the message, a part of the hint.
struct Mistake {
  std::string from;
  std::string to;
  std::string place;
  std::string message;
  std::string hint;
};

std::ostream& operator<<(std::ostream& out, const Mistake& mistake) { return out << mistake.to; }

class Mistakes : public testing::TestWithParam<Mistake> {};

TEST_P(Mistakes, AreReportedWithPlaceAndHint) {
  const Mistake& mistake = GetParam();
  const Loaded config = load(replaced(kCorrect, mistake.from, mistake.to));
  ASSERT_FALSE(config);
  ASSERT_EQ(config.error().size(), 1U) << all_of(config.error());
  const std::string text = config.error()[0].str();
  EXPECT_TRUE(text.starts_with("/etc/firn/firn.toml:" + mistake.place + ": ")) << text;
  EXPECT_NE(text.find(mistake.message), std::string::npos) << text;
  EXPECT_NE(text.find(mistake.hint), std::string::npos) << text;
}

INSTANTIATE_TEST_SUITE_P(
    OfNames, Mistakes,
    testing::Values(
        Mistake{"listen =", "lisen =", "2:1", "unknown setting \"intake.lisen\"", "did you mean \"listen\"?"},
        Mistake{"[intake]", "[intaek]\n[intake]", "1:2", "unknown section \"intaek\"", "did you mean \"intake\"?"},
        Mistake{"table =", "chunk_aeg = \"1h\"\ntable =", "15:1", "\"repeater.forms.chunk_aeg\"", "\"chunk_age\"?"},
        Mistake{"username =", "user_nam = \"x\"\nusername =", "5:1", "unknown setting", "did you mean \"username\"?"},
        Mistake{"path =", "patth = \"x\"\npath =", "9:1", "\"connection.local_stage.patth\"", "did you mean \"path\"?"},
        Mistake{"database =", "zzz = \"x\"\ndatabase =", "12:1", "\"connection.local_warehouse.zzz\"", ""},
        Mistake{"\"local_stage\"", "\"local_stag\"", "16:9", "no connection \"local_stag\"", "\"local_stage\"?"},
        Mistake{"\"local_stage\"", "\"s3\"", "16:9", "no connection \"s3\"", "add a section [connection.s3]"},
        Mistake{"\"local_stage\"", "\"local_warehouse\"", "16:9", "cannot be a stage", "of type \"directory\""},
        Mistake{"= \"local_warehouse\"", "= \"local_stage\"", "17:15", "cannot be a destination", "type \"duckdb\""},
        Mistake{"type = \"duckdb\"", "type = \"ducdb\"", "11:8", "is not a valid type", "did you mean \"duckdb\"?"},
        Mistake{"kind = \"form\"", "kind = \"from\"", "14:8", "is not a valid kind", "did you mean \"form\"?"},
        Mistake{"[repeater.forms]", "[repeater.Forms]", "13:11", "not a valid name of a repeater", "a small letter"},
        Mistake{"table = \"forms\"", "table = \"my-forms\"", "15:9", "not a valid name of a table", "digits and _"}));

INSTANTIATE_TEST_SUITE_P(
    OfValues, Mistakes,
    testing::Values(
        Mistake{"listen = \"127.0.0.1:0\"", "listen = 8641", "2:10", "must be a text in quotes, not a number",
                "listen ="},
        Mistake{"127.0.0.1:0", "localhost:80", "2:10", "not a numeric address", "127.0.0.1:8641"},
        Mistake{"127.0.0.1:0", "127.0.0.1:65536", "2:10", "not a numeric address", "127.0.0.1:8641"},
        Mistake{"127.0.0.1:0\"", "127.0.0.1:0\"\nmax_body = \"64 megabytes\"", "3:12", "is not a size", "64 MB"},
        Mistake{"127.0.0.1:0\"", "127.0.0.1:0\"\nmax_body = \"2 GB\"", "3:12", "from 1 kB to 250 MB, not 2 GB", ""},
        Mistake{"table =", "chunk_age = \"1 hour\"\ntable =", "15:13", "not a length of time", "\"15m\""},
        Mistake{"table =", "chunk_size = \"251 MB\"\ntable =", "15:14", "from 64 kB to 250 MB", ""},
        Mistake{"table =", "chunk_size = \"63 kB\"\ntable =", "15:14", "from 64 kB to 250 MB", ""},
        Mistake{"table =", "keep_staged = \"56d\"\ntable =", "15:15", "from 0s to 55d, not 56d", ""},
        Mistake{"table =", "journal_quota = true\ntable =", "15:17", "not true or false", ""},
        Mistake{"path = \"stage\"", "path = \"stage\"\nprefix = \"a/../b\"", "10:10", "not a valid prefix", ".."},
        Mistake{"path = \"stage\"", "path = \"stage\"\nprefix = \"/a\"", "10:10", "not a valid prefix", ""},
        Mistake{"path = \"stage\"", "path = \"\"", "9:8", "must not be empty", ""},
        Mistake{"path = \"stage\"\n", "", "7:13", "\"connection.local_stage.path\" is missing", "path ="},
        Mistake{"kind = \"form\"\n", "", "13:11", "\"repeater.forms.kind\" is missing", "add kind = \"form\""},
        Mistake{"[intake]", "[log]\nlevel = \"warn\"\n[intake]", "2:9", "\"warn\" is not a valid level", ""},
        Mistake{"[intake]", "[log]\nformat = \"jsn\"\n[intake]", "2:10", "valid: \"logfmt\", \"json\"", "\"json\"?"},
        Mistake{"listen =", "listen", "2:8", "", "must be TOML"}));

INSTANTIATE_TEST_SUITE_P(
    OfSecrets, Mistakes,
    testing::Values(
        Mistake{"${FIRN_HQ_SECRET}", "opensesame", "6:10", "must not hold the secret itself", "secret_file"},
        Mistake{"${FIRN_HQ_SECRET}", "${FIRN_HQ_SECRETS}", "6:10", "FIRN_HQ_SECRETS is not set", ""},
        Mistake{"secret = \"${FIRN_HQ_SECRET}\"", "", "3:1", "secret_file\" is missing", "${VARIABLE}"},
        Mistake{"secret = \"${FIRN_HQ_SECRET}\"", "secret_file = \"none\"", "6:15", "/etc/firn/none", "secret file"},
        Mistake{"username = \"hq\"", "username = \"h:q\"", "5:12", "cannot contain a colon", ""},
        Mistake{"username =", "header = \"X-Key\"\nusername =", "5:10", "belongs to credentials of type \"api_key\"",
                ""},
        Mistake{"username = \"hq\"", "type = \"api_key\"\nheader = \"X Key\"", "6:10", "not the name of an HTTP header",
                ""},
        Mistake{"username = \"hq\"", "type = \"basik\"\nusername = \"hq\"", "5:8", "is not a valid type",
                "\"basic\"?"}));

INSTANTIATE_TEST_SUITE_P(
    OfCombination, Mistakes,
    testing::Values(
        Mistake{"[intake]", "[disk]\npack_floor = \"3 GB\"\n[intake]", "2:14", "smaller than disk.intake_floor", ""},
        Mistake{"[intake]", "[disk]\nintake_floor = \"1 MB\"\n[intake]", "2:16", "disk.pack_floor (500 MB) must be",
                ""},
        Mistake{"127.0.0.1:0\"", "127.0.0.1:0\"\nin_flight = \"1 MB\"", "3:13", "smaller than intake.max_body", ""},
        Mistake{"\"warehouse.duckdb\"", "\"stage/warehouse.duckdb\"", "12:12", "lies in the stage", "elsewhere"},
        Mistake{"path = \"stage\"", "path = \"/var/lib/firn/stage\"", "9:8", "must not lie within each other", ""},
        Mistake{"path = \"stage\"", "path = \"/var\"", "9:8", "must not lie within each other", ""},
        Mistake{"[intake]", "data_dir = \"/" + std::string(100, 'a') + "\"\n[intake]", "1:12", "too long", ""},
        Mistake{"[repeater.forms]",
                "[repeater.b]\nkind = \"form\"\ntable = \"FORMS\"\nstage = \"local_stage\"\n"
                "destination = \"local_warehouse\"\n[repeater.forms]",
                "20:9", "\"b\" and \"forms\" would both fill \"forms\"", "a table of its own"},
        Mistake{"[repeater.forms]",
                "[repeater.b]\nkind = \"form\"\ntable = \"forms_latest\"\nstage = \"local_stage\"\n"
                "destination = \"local_warehouse\"\n[repeater.forms]",
                "20:9", "\"forms_latest\"", "a table of its own"},
        Mistake{"[repeater.forms]",
                "[connection.two]\ntype = \"duckdb\"\ndatabase = \"./warehouse.duckdb\"\n[repeater.forms]", "15:12",
                "have the same database", "use one connection"},
        Mistake{"[connection.local_stage]",
                "[[intake.credential]]\nname = \"hq\"\nusername = \"b\"\nsecret = \"${FIRN_HQ_SECRET}\"\n"
                "[connection.local_stage]",
                "8:8", "two credentials have the name \"hq\"", ""}));

constexpr const char* kStubs = "[repeater.stubs]\nkind = \"form_stub\"\njournal_quota = \"1 GB\"\n";

TEST(Config, OfAKindWithoutRowsNeedsNothingElse) {
  const Loaded config = load(kCorrect + kStubs + "[repeater.apps]\nkind = \"app_change\"\n");
  ASSERT_TRUE(config) << all_of(config.error());
  EXPECT_EQ(config->repeaters.at(1).kind, Kind::kFormStub);
  EXPECT_EQ(config->repeaters[1].journal_quota, 1'000'000'000U);
  EXPECT_EQ(config->repeaters.at(2).kind, Kind::kAppChange);
  ASSERT_EQ(config->warnings.size(), 1U) << all_of(config->warnings);
  EXPECT_NE(config->warnings[0].message.find("kept in plain"), std::string::npos);
  EXPECT_EQ(explain(*config).find("repeater.stubs.table"), std::string::npos) << "nothing without effect is shown";
}

TEST(Config, OfAKindWithoutRowsRefusesWhatHasNoEffect) {
  for (const std::string setting :
       {"table = \"t\"", "stage = \"local_stage\"", "destination = \"local_warehouse\"", "threshold = \"1 GB\"",
        "max_age = \"1h\"", "schedule = \"@daily\"", "time_zone = \"UTC\"", "period = \"day\"",
        "chunk_size = \"64 MB\"", "chunk_age = \"1h\"", "keep_staged = \"7d\""}) {
    const Loaded config = load(kCorrect + kStubs + setting + "\n");
    ASSERT_FALSE(config) << setting;
    ASSERT_EQ(config.error().size(), 1U) << all_of(config.error());
    const std::string text = config.error()[0].str();
    EXPECT_TRUE(text.starts_with("/etc/firn/firn.toml:21:")) << text;
    EXPECT_NE(text.find("has no effect: documents of kind \"form_stub\" make no rows"), std::string::npos) << text;
  }
}

TEST(Config, TakesEveryKind) {
  for (const std::string kind : {"case", "user", "location", "data_source"}) {
    const Loaded config = load(replaced(kCorrect, "kind = \"form\"", "kind = \"" + kind + "\""));
    ASSERT_TRUE(config) << all_of(config.error());
    EXPECT_EQ(to_string(config->repeaters.at(0).kind), kind);
  }
}

TEST(Config, ReportsAllMistakesInTheOrderOfTheFile) {
  std::string text = replaced(kCorrect, "listen =", "lisen =");
  text = replaced(text, "\"directory\"", "\"dir\"");
  text = replaced(text, "table = \"forms\"", "table = 7");
  const Loaded config = load(text);
  ASSERT_FALSE(config);
  ASSERT_EQ(config.error().size(), 3U) << all_of(config.error());
  EXPECT_EQ(config.error()[0].line, 2U);
  EXPECT_EQ(config.error()[1].line, 8U);
  EXPECT_EQ(config.error()[2].line, 15U);
}

TEST(Config, WithoutCredentialsListensOnLoopbackOnly) {
  const std::string open =
      "[intake]\nlisten = \"0.0.0.0:8641\"\n" + kCorrect.substr(kCorrect.find("[connection.local_s"));
  const Loaded config = load(open);
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error()[0].line, 2U);
  EXPECT_NE(config.error()[0].message.find("no credentials"), std::string::npos);
  EXPECT_TRUE(load(replaced(open, "0.0.0.0", "127.0.0.1")));
}

TEST(Config, WithoutRepeaterIsWrong) {
  const Loaded config = load("data_dir = \"/srv/firn\"\n");
  ASSERT_FALSE(config);
  EXPECT_NE(all_of(config.error()).find("there is no repeater"), std::string::npos);
}

TEST(Config, ThatIsMissingNamesTheWayToOne) {
  SimulatedFileSystem files;
  const Loaded config = load_config(files, "/nowhere/firn.toml", environment);
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().at(0).line, 0U);
  EXPECT_NE(config.error()[0].str().find("/nowhere/firn.toml: cannot be read"), std::string::npos);
}

TEST(Config, WarnsOfSmallChunksAndUnusedConnections) {
  const Loaded config = load(replaced(kCorrect, "table =", "chunk_size = \"1 MB\"\njournal_quota = \"1 MB\"\ntable =") +
                             "[connection.spare]\ntype = \"directory\"\npath = \"spare\"\n");
  ASSERT_TRUE(config) << all_of(config.error());
  ASSERT_EQ(config->warnings.size(), 4U) << all_of(config->warnings);
  EXPECT_EQ(config->warnings[1].line, 15U);
  EXPECT_NE(config->warnings[1].message.find("cost more"), std::string::npos);
  EXPECT_NE(config->warnings[3].message.find("\"spare\""), std::string::npos);
}

TEST(ListenAddress, KnowsWhatOnlyThisMachineReaches) {
  EXPECT_TRUE(parse_listen_address("127.1.2.3:1")->loopback);
  EXPECT_TRUE(parse_listen_address("[::1]:1")->loopback);
  EXPECT_FALSE(parse_listen_address("0.0.0.0:1")->loopback);
  EXPECT_FALSE(parse_listen_address("[::]:1")->loopback);
  for (const char* wrong : {"", "1", ":1", "::1:1", "[127.0.0.1]:1", "127.0.0.1:", "127.0.0.1:x", "127.1:1"}) {
    EXPECT_FALSE(parse_listen_address(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace firn
