// How the loader treats its helper, whatever that does. What the real one does is in tests/contract and helper/.
#include "load/duckdb/duckdb_loader.h"

#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/manual_clock.h"

namespace firn {
namespace {

/// What a test knows and decides of one child.
struct Child {
  ProcessOptions options;
  std::optional<ProcessExit> exit;
  std::optional<Error> error;
  bool killed = false;
};

class ScriptedProcess final : public Process {
 public:
  explicit ScriptedProcess(std::shared_ptr<Child> child) : child_(std::move(child)) {}
  Result<const ProcessExit*> poll() override {
    if (child_->error) {
      return fail(*child_->error);
    }
    return child_->exit ? &*child_->exit : nullptr;
  }
  Result<const ProcessExit*> wait(Duration) override { return poll(); }
  void kill() override { child_->killed = true; }
  [[nodiscard]] int pid() const override { return 1; }

 private:
  std::shared_ptr<Child> child_;
};

class ScriptedLauncher final : public ProcessLauncher {
 public:
  Result<std::unique_ptr<Process>> start(const ProcessOptions& options) override {
    if (fault) {
      return fail(*fault);
    }
    children.push_back(std::make_shared<Child>(Child{options, next_exit, {}, false}));
    return std::make_unique<ScriptedProcess>(children.back());
  }

  std::vector<std::shared_ptr<Child>> children;
  std::optional<Error> fault;
  std::optional<ProcessExit> next_exit;  ///< the next children end at once with it
};

class DuckDbLoaderTest : public testing::Test {
 protected:
  static DuckDbOptions options() {
    DuckDbOptions made;
    made.helper = "/lib/firn-duckdb";
    made.database = "/data/forms.duckdb";
    made.load_limit = std::chrono::minutes(10);
    return made;
  }
  LoadJob job(const std::string& request = "request") {
    return {request, "forms/2026-03/000001", table, {{ObjectKey("a"), "/a", 1, 9}, {ObjectKey("b"), "/b", 2, 9}}};
  }
  static ProcessExit wrote(const HelperReport& report) { return {0, 0, encode_report(report), {}}; }
  static HelperReport reports(const std::vector<std::string>& keys) {
    HelperReport report;
    for (const std::string& key : keys) {
      report.files.push_back({ObjectKey(key), FileStatus::kLoaded, 1, {}});
    }
    return report;
  }
  LoadProgress after(ProcessExit exit) {
    const std::string handle = loader.submit(job()).value();
    launcher.children.back()->exit = std::move(exit);
    return loader.poll({}, handle).value();
  }
  void expect_forgotten(ProcessExit exit, ErrorKind kind) {
    const LoadProgress progress = after(std::move(exit));
    EXPECT_EQ(progress.state, LoadState::kForgotten);
    EXPECT_EQ(progress.reason->kind, kind) << progress.reason->message();
  }

  const TableDefinition table = table_of(Kind::kForm, TableName("forms"));
  ScriptedLauncher launcher;
  ManualClock clock;
  DuckDbLoader loader{launcher, clock, options()};
};

TEST_F(DuckDbLoaderTest, GivesTheHelperTheWholeJob) {
  loader.submit(job()).value();
  const ProcessOptions& started = launcher.children.at(0)->options;
  EXPECT_EQ(started.arguments, std::vector<std::string>{"/lib/firn-duckdb"});
  EXPECT_TRUE(started.plain_environment);
  const HelperJob given = decode_job(started.input).value();
  EXPECT_EQ(given.database, "/data/forms.duckdb");
  EXPECT_EQ(given.batch, "forms/2026-03/000001");
  EXPECT_EQ(given.files.at(1).location, "/b");
}

TEST_F(DuckDbLoaderTest, IsRunningUntilTheHelperEnds) {
  const std::string handle = loader.submit(job()).value();
  EXPECT_EQ(loader.poll({}, handle).value().state, LoadState::kRunning);
}

TEST_F(DuckDbLoaderTest, IsDoneWithAReportOnEachFile) {
  const LoadProgress progress = after(wrote(reports({"a", "b"})));
  EXPECT_EQ(progress.state, LoadState::kDone);
  EXPECT_EQ(progress.files.size(), 2U);
}

TEST_F(DuckDbLoaderTest, AHelperThatCrashedIsAFailedAttempt) {
  expect_forgotten({0, 11, {}, {}}, ErrorKind::kUnavailable);
}

TEST_F(DuckDbLoaderTest, AHelperThatCrashedAfterItsReportIsAFailedAttempt) {
  ProcessExit exit = wrote(reports({"a", "b"}));
  exit.signal = 9;
  expect_forgotten(exit, ErrorKind::kUnavailable);
}

TEST_F(DuckDbLoaderTest, AHelperThatFailsSaysWhy) {
  const LoadProgress progress = after({1, 0, {}, "No space left on device"});
  EXPECT_EQ(progress.state, LoadState::kForgotten);
  EXPECT_NE(progress.reason->message().find("No space left on device"), std::string::npos);
}

TEST_F(DuckDbLoaderTest, ABusyDatabaseIsSaidToBeBusy) {
  HelperReport busy;
  busy.state = HelperState::kBusy;
  busy.message = "the file is held by an editor";
  const LoadProgress progress = after(wrote(busy));
  EXPECT_EQ(progress.state, LoadState::kForgotten);
  EXPECT_EQ(progress.reason->kind, ErrorKind::kBusy);
  EXPECT_EQ(progress.reason->reason, "the file is held by an editor");
}

TEST_F(DuckDbLoaderTest, ARefusedTableWaitsForAPerson) {
  HelperReport refused;
  refused.state = HelperState::kRefused;
  refused.message = "it has no column domain";
  const LoadProgress progress = after(wrote(refused));
  EXPECT_EQ(progress.state, LoadState::kForgotten);
  EXPECT_FALSE(progress.reason->is_passing());
  EXPECT_NE(progress.reason->message().find("it has no column domain"), std::string::npos);
}

TEST_F(DuckDbLoaderTest, ARunThatStoppedTellsWhatItHadFinished) {
  HelperReport stopped = reports({"a"});
  stopped.state = HelperState::kStoppedAtFile;
  stopped.message = "out of memory";
  const LoadProgress progress = after(wrote(stopped));
  EXPECT_EQ(progress.state, LoadState::kForgotten);
  ASSERT_EQ(progress.files.size(), 1U);
  EXPECT_EQ(progress.files[0].key, ObjectKey("a"));
  EXPECT_EQ(progress.reason->reason, "out of memory");
  EXPECT_TRUE(progress.at_file);
}

TEST_F(DuckDbLoaderTest, OnlyAnEndThatAFileMayCauseIsLaidToOne) {
  HelperReport stopped;
  stopped.state = HelperState::kStopped;
  EXPECT_FALSE(after(wrote(stopped)).at_file);
  EXPECT_FALSE(after({1, 0, {}, "the database cannot be opened"}).at_file);
  EXPECT_TRUE(after({0, 9, {}, {}}).at_file);
}

TEST_F(DuckDbLoaderTest, ARunThatStoppedMayNotTellOfForeignFiles) {
  HelperReport stopped = reports({"a", "c"});
  stopped.state = HelperState::kStopped;
  expect_forgotten(wrote(stopped), ErrorKind::kInternal);
}

TEST_F(DuckDbLoaderTest, HalfAReportIsNone) {
  ProcessExit exit = wrote(reports({"a", "b"}));
  exit.output.resize(exit.output.size() / 2);
  expect_forgotten(exit, ErrorKind::kUnavailable);
}

TEST_F(DuckDbLoaderTest, AReportThatLeavesAFileOutIsNone) {
  expect_forgotten(wrote(reports({"a"})), ErrorKind::kInternal);
}

TEST_F(DuckDbLoaderTest, AReportThatNamesAFileTwiceIsNone) {
  expect_forgotten(wrote(reports({"a", "b", "b"})), ErrorKind::kInternal);
}

TEST_F(DuckDbLoaderTest, AReportThatNamesAForeignFileIsNone) {
  expect_forgotten(wrote(reports({"a", "c"})), ErrorKind::kInternal);
}

TEST_F(DuckDbLoaderTest, AHelperThatHangsIsEnded) {
  const std::string handle = loader.submit(job()).value();
  clock.advance(std::chrono::minutes(10));
  EXPECT_EQ(loader.poll({}, handle).value().state, LoadState::kRunning);
  clock.advance(std::chrono::seconds(1));
  EXPECT_EQ(loader.poll({}, handle).value().state, LoadState::kForgotten);
  EXPECT_TRUE(launcher.children.at(0)->killed);
}

TEST_F(DuckDbLoaderTest, AHelperThatWritesTooMuchIsAFailedAttempt) {
  const std::string handle = loader.submit(job()).value();
  launcher.children.at(0)->error = Error{ErrorKind::kUnavailable, "run", "helper", "wrote too much", {}};
  EXPECT_EQ(loader.poll({}, handle).value().state, LoadState::kForgotten);
}

TEST_F(DuckDbLoaderTest, AHandleOfAnEarlierDaemonIsForgotten) {
  EXPECT_EQ(loader.poll({}, "request").value().state, LoadState::kForgotten);
}

TEST_F(DuckDbLoaderTest, TheSameRequestDoesNotRunTwiceAtATime) {
  const std::string first = loader.submit(job()).value();
  EXPECT_EQ(loader.submit(job()).value(), first);
  EXPECT_EQ(launcher.children.size(), 1U);
}

TEST_F(DuckDbLoaderTest, TheSameRequestRunsAgainOnceItHasEnded) {
  after({1, 0, {}, {}});
  loader.submit(job()).value();
  EXPECT_EQ(launcher.children.size(), 2U);
}

TEST_F(DuckDbLoaderTest, OneRequestAtATime) {
  const std::string first = loader.submit(job("first")).value();
  const std::string second = loader.submit(job("second")).value();
  EXPECT_EQ(loader.poll({}, second).value().state, LoadState::kRunning);
  EXPECT_EQ(launcher.children.size(), 1U);
  launcher.children.at(0)->exit = wrote(reports({"a", "b"}));
  EXPECT_EQ(loader.poll({}, second).value().state, LoadState::kRunning);
  EXPECT_EQ(launcher.children.size(), 2U);
  EXPECT_EQ(loader.poll({}, first).value().state, LoadState::kDone);
}

TEST_F(DuckDbLoaderTest, AWaitingRequestWhoseHelperCannotStartIsForgotten) {
  loader.submit(job("first")).value();
  const std::string second = loader.submit(job("second")).value();
  launcher.children.at(0)->exit = wrote(reports({"a", "b"}));
  launcher.fault = Error{ErrorKind::kNotFound, "start", "helper", "no such program", {}};
  EXPECT_EQ(loader.poll({}, second).value().reason->kind, ErrorKind::kNotFound);
}

TEST_F(DuckDbLoaderTest, AHelperThatIsMissingIsSaidAtOnce) {
  launcher.fault = Error{ErrorKind::kNotFound, "start", "helper", "no such program", {}};
  EXPECT_EQ(loader.submit(job()).error().kind, ErrorKind::kNotFound);
}

TEST_F(DuckDbLoaderTest, RemembersOnlyTheLastRequests) {
  const std::string first = loader.submit(job("first")).value();
  launcher.children.back()->exit = wrote(reports({"a", "b"}));
  loader.poll({}, first).value();
  for (int i = 0; i < 100; ++i) {
    const std::string handle = loader.submit(job(std::to_string(i))).value();
    launcher.children.back()->exit = wrote(reports({"a", "b"}));
    loader.poll({}, handle).value();
  }
  EXPECT_EQ(loader.poll({}, first).value().state, LoadState::kForgotten);
  EXPECT_EQ(loader.poll({}, "99").value().state, LoadState::kDone);
}

TEST_F(DuckDbLoaderTest, CountsTheRows) {
  HelperReport report;
  report.rows = 12;
  launcher.next_exit = wrote(report);
  EXPECT_EQ(loader.count(table), 12U);
}

TEST_F(DuckDbLoaderTest, SaysThatThereIsNoTableToCount) {
  launcher.next_exit = wrote({});
  EXPECT_EQ(loader.count(table).error().kind, ErrorKind::kNotFound);
}

TEST_F(DuckDbLoaderTest, SaysThatACountIsBusy) {
  HelperReport busy;
  busy.state = HelperState::kBusy;
  launcher.next_exit = wrote(busy);
  EXPECT_EQ(loader.count(table).error().kind, ErrorKind::kBusy);
}

TEST_F(DuckDbLoaderTest, SaysThatACountFailed) {
  launcher.next_exit = ProcessExit{1, 0, {}, "the file is not a database"};
  EXPECT_NE(loader.count(table).error().message().find("not a database"), std::string::npos);
  launcher.next_exit = ProcessExit{0, 0, "no report", {}};
  EXPECT_FALSE(loader.count(table));
}

TEST_F(DuckDbLoaderTest, DoesNotWaitForACountForEver) {
  EXPECT_EQ(loader.count(table).error().kind, ErrorKind::kUnavailable);
}

}  // namespace
}  // namespace firn
