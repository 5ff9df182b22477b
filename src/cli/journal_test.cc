#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "journal/file/file_journal.h"
#include "model/names.h"
#include "model/record.h"
#include "tests/support/cli_fixture.h"

namespace firn {
namespace {

constexpr const char* kFolder = "/var/lib/firn/journal/forms";

class JournalCommands : public CliFixture {
 protected:
  /// A journal with records in three appends.
  void SetUp() override {
    CliFixture::SetUp();
    ASSERT_TRUE(files_.create_directories("/var/lib/firn/journal"));
    FileJournalOptions options;
    options.directory = kFolder;
    options.repeater = RepeaterName("forms");
    const auto journal = FileJournal::open(files_, options);
    ASSERT_TRUE(journal) << journal.error().message();
    for (int i = 0; i < 3; ++i) {
      Record record;
      record.envelope.received_at = clock_.now();
      record.body = std::string(5000, static_cast<char>('a' + i));
      ASSERT_TRUE((*journal)->append(std::vector<Record>{record, record}));
    }
  }

  [[nodiscard]] std::string segment() {
    const std::vector<std::string> names = files_.list(kFolder).value();
    for (const std::string& name : names) {
      if (files_.content(std::string(kFolder) + "/" + name).value_or("").size() > 200) {
        return std::string(kFolder) + "/" + name;
      }
    }
    return "";
  }
};

TEST_F(JournalCommands, InspectCountsWhatIsThere) {
  EXPECT_EQ(run({"journal", "inspect", "forms"}), kExitOk);
  expect_out("6 records");
  expect_out("The journal is whole.");
  EXPECT_EQ(run({"journal", "inspect", kFolder, "--json"}), kExitOk);
  expect_out(R"("records":6)");
}

TEST_F(JournalCommands, InspectOfDamageAsksForAPerson) {
  files_.corrupt(segment(), files_.content(segment())->size() / 2);
  EXPECT_EQ(run({"journal", "inspect", "forms"}), kExitAttention);
  expect_out("DAMAGE in ");
  EXPECT_EQ(run({"journal", "inspect", "forms", "--json"}), kExitAttention);
  expect_out(R"("lost":)");
}

TEST_F(JournalCommands, InspectSaysWhenThereIsNone) {
  EXPECT_EQ(run({"journal", "inspect", "/nowhere"}), kExitFailed);
  EXPECT_EQ(run({"journal", "inspect", "visits"}), kExitUsage);
  expect_err("there is no repeater \"visits\"");
}

TEST_F(JournalCommands, SalvageRefusesWhileTheDaemonRuns) {
  const auto daemon = files_.lock("/var/lib/firn/lock");
  ASSERT_TRUE(daemon);
  EXPECT_EQ(run({"journal", "salvage", "forms"}), kExitFailed);
  expect_err("stop the daemon first");
}

TEST_F(JournalCommands, SalvageMakesTheJournalWhole) {
  EXPECT_EQ(run({"journal", "salvage", "forms"}), kExitOk);
  expect_out("nothing was changed");
  files_.corrupt(segment(), files_.content(segment())->size() / 2);
  EXPECT_EQ(run({"journal", "salvage", "forms"}), kExitAttention);
  expect_out("the damaged bytes are kept in " + std::string(kFolder) + "/damaged/");
  EXPECT_EQ(run({"journal", "inspect", "forms"}), kExitOk);
  expect_out("Given up by an earlier salvage");
}

}  // namespace
}  // namespace firn
