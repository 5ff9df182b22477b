#include "cli/arguments.h"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/time.h"
#include "cli/exit_code.h"

namespace firn {
namespace {

std::vector<std::string> split(const std::string& text) {
  std::istringstream in(text);
  return {std::istream_iterator<std::string>(in), {}};
}

Arguments parsed(const std::string& words) {
  const ParsedArguments result = parse_arguments(split(words));
  EXPECT_TRUE(result.arguments) << words << ": " << result.err;
  return result.arguments.value_or(Arguments{});
}

ParsedArguments refused(const std::string& words) {
  ParsedArguments result = parse_arguments(split(words));
  EXPECT_FALSE(result.arguments) << words;
  return result;
}

TEST(Arguments, TakeCommonOptionsBeforeAndAfterTheCommand) {
  for (const char* words : {"--config a.toml --json status", "status --json --config a.toml"}) {
    EXPECT_EQ(parsed(words).command, Command::kStatus);
    EXPECT_EQ(parsed(words).config, "a.toml");
    EXPECT_TRUE(parsed(words).json);
  }
  EXPECT_TRUE(parsed("quarantine list --json").json);
}

TEST(Arguments, NameOneCommandEach) {
  EXPECT_EQ(parsed("serve --port-file p").serve.port_file, "p");
  EXPECT_EQ(parsed("demo --forms 500 --keep").demo.forms, 500U);
  EXPECT_EQ(parsed("init").command, Command::kInit);
  EXPECT_EQ(parsed("check").command, Command::kCheck);
  EXPECT_EQ(parsed("trace abc --domain d").trace.id, "abc");
  EXPECT_EQ(parsed("journal inspect forms").command, Command::kJournalInspect);
  EXPECT_EQ(parsed("journal salvage forms").journal, "forms");
  EXPECT_EQ(parsed("version").command, Command::kVersion);
}

TEST(Arguments, OfIngestHaveATimeOut) {
  EXPECT_EQ(parsed("ingest").ingest.timeout, Duration(std::chrono::hours(1)));
  const Arguments arguments = parsed("ingest forms --wait --timeout 15m");
  EXPECT_EQ(arguments.ingest.repeater, "forms");
  EXPECT_TRUE(arguments.ingest.wait);
  EXPECT_EQ(arguments.ingest.timeout, Duration(std::chrono::minutes(15)));
  EXPECT_EQ(refused("ingest --timeout soon").exit_code, kExitUsage);
}

TEST(Arguments, OfQuarantineNameWhatIsMeant) {
  const Arguments retry = parsed("quarantine retry forms 7 --body fixed.json");
  EXPECT_EQ(retry.command, Command::kQuarantineRetry);
  EXPECT_EQ(retry.quarantine.position, "7");
  EXPECT_EQ(retry.quarantine.body_file, "fixed.json");
  EXPECT_TRUE(parsed("quarantine retry --all").quarantine.all);
  EXPECT_TRUE(parsed("quarantine retry forms --all").quarantine.all);
  EXPECT_EQ(parsed("quarantine retry --chunk 3").quarantine.chunk, "3");
  EXPECT_TRUE(parsed("quarantine show forms 7 --body").quarantine.body);
  EXPECT_TRUE(parsed("quarantine discard forms 7 --yes").quarantine.yes);
}

TEST(Arguments, ThatMakeNoSenseAreWrongUsage) {
  for (const char* words :
       {"", "stat", "status --loud", "quarantine", "quarantine retry", "quarantine retry forms", "trace",
        "quarantine retry forms 7 --all", "quarantine retry --chunk 3 --all", "quarantine show forms seven",
        "quarantine list --state lost", "demo --forms 0", "journal inspect", "quarantine discard forms"}) {
    const ParsedArguments result = refused(words);
    EXPECT_EQ(result.exit_code, kExitUsage) << words;
    EXPECT_NE(result.err, "") << words;
    EXPECT_EQ(result.out, "") << words;
  }
}

TEST(Arguments, NameACommandThatDoesNotExist) {
  EXPECT_EQ(refused("stat").err, "there is no command \"stat\"; `firn --help` names them all\n");
  EXPECT_EQ(refused("--config a.toml stat").err, refused("stat").err);
  EXPECT_NE(refused("quarantine lst").err.find("\"lst\""), std::string::npos);
}

TEST(Help, TellsTheExitCodes) {
  const ParsedArguments help = refused("--help");
  EXPECT_EQ(help.exit_code, kExitOk);
  for (const char* part : {"2 wrong usage", "3 wrong configuration", "4 no daemon answers", "--config", "--json"}) {
    EXPECT_NE(help.out.find(part), std::string::npos) << part;
  }
}

TEST(Help, OfEachCommandNamesItsOptions) {
  for (const CommandDescription& command : describe_commands()) {
    const ParsedArguments help = refused(command.name + " --help");
    EXPECT_EQ(help.exit_code, kExitOk) << command.name;
    for (const std::string& option : command.options) {
      EXPECT_NE(help.out.find(option), std::string::npos) << command.name << " " << option;
    }
  }
}

/// The part of docs/cli.md about one command: from its heading to the next one.
std::string section_of(const std::string& page, const std::string& command) {
  const auto start = page.find("\n### firn " + command + "\n");
  return start == std::string::npos ? "" : page.substr(start, page.find("\n##", start + 1) - start);
}

TEST(CliPage, DescribesEveryCommandAndItsOptions) {
  std::ifstream file(std::string(FIRN_DOCS_DIR) + "/cli.md");
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  for (const CommandDescription& command : describe_commands()) {
    const std::string section = section_of(page, command.name);
    EXPECT_NE(section, "") << command.name;
    for (const std::string& option : command.options) {
      if (option != "--help" && option != "--crash-at") {
        EXPECT_NE(section.find(option), std::string::npos) << command.name << " " << option;
      }
    }
  }
}

}  // namespace
}  // namespace firn
