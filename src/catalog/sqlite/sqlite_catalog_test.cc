#include "catalog/sqlite/sqlite_catalog.h"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/crash_point.h"
#include "catalog/sqlite/database.h"
#include "catalog/sqlite/schema.h"
#include "tests/support/catalog_samples.h"
#include "tests/support/temporary_directory.h"

namespace firn {
namespace {

SqliteCatalogOptions impatient() {
  SqliteCatalogOptions options;
  options.busy_timeout = Duration(0);
  return options;
}

std::unique_ptr<SqliteCatalog> open_catalog(const std::string& path) {
  return SqliteCatalog::open(path, impatient()).value();
}

Error open_error(const std::string& path) {
  auto catalog = SqliteCatalog::open(path, impatient());
  EXPECT_FALSE(catalog);
  return catalog ? Error{} : catalog.error();
}

/// Runs SQL on the file as another program would.
void run_sql(const std::string& path, const std::string& sql) {
  auto database = Database::open(path, Duration(0)).value();
  const Status done = database.execute(sql);
  ASSERT_TRUE(done) << done.error().message();
}

Status commit(Catalog& catalog, const Transition& transition) { return catalog.commit({&transition, 1}); }

void begin(Catalog& catalog) { ASSERT_TRUE(commit(catalog, OpenFirstBatch{forms(), "2026-03", moment(0)})); }

/// Commits decisions of ten rows each, from the cursor on, until one fails.
Error fill(Catalog& catalog) {
  while (true) {
    const Position from = catalog.cursor(forms(), 0).value().value_or(at(0));
    const Status done = commit(catalog, decision_over(from, from.plus(10), 1));
    if (!done) {
      return done.error();
    }
  }
}

/// What the catalog says when everything of [0, next) was decided in tens, and nothing else.
void expect_decided(Catalog& catalog, Position next) {
  EXPECT_EQ(catalog.cursor(forms(), 0).value().value_or(at(0)), next);
  EXPECT_EQ(catalog.totals(forms()).value().decided.rows, next.offset());
  EXPECT_EQ(catalog.chunks({{}, {}, {}, 100'000, 0}).value().size(), next.offset() / 10);
  for (std::uint64_t offset = 0; offset < next.offset() + 10; ++offset) {
    const std::vector keys{document_key("demo", at(offset).str())};
    EXPECT_EQ(catalog.versions(forms(), keys).value()[0].size(), offset < next.offset() ? 1U : 0U) << offset;
  }
}

TEST(SqliteCatalog, KeepsEverythingOverAReopening) {
  const TemporaryDirectory directory;
  {
    const auto catalog = open_catalog(directory / "catalog.db");
    begin(*catalog);
    ASSERT_TRUE(commit(*catalog, decision_over(at(0), at(10), 1)));
  }
  const auto catalog = open_catalog(directory / "catalog.db");
  expect_decided(*catalog, at(10));
  EXPECT_TRUE(catalog->verify());
}

TEST(SqliteCatalog, IsSafeAgainstPowerLossAndSaysWhatItIs) {
  const TemporaryDirectory directory;
  const auto catalog = open_catalog(directory / "catalog.db");
  auto database = Database::open(directory / "catalog.db", Duration(0)).value();
  EXPECT_EQ(database.integer("PRAGMA application_id").value(), kCatalogApplicationId);
  EXPECT_EQ(database.integer("PRAGMA user_version").value(), newest_schema());
  auto mode = database.query("PRAGMA journal_mode");
  ASSERT_TRUE(mode.next().value());
  EXPECT_EQ(mode.text(), "wal");
}

TEST(SqliteCatalog, AsksForANewerFirnWhenANewerOneWroteTheFile) {
  const TemporaryDirectory directory;
  open_catalog(directory / "catalog.db").reset();
  run_sql(directory / "catalog.db", "PRAGMA user_version = 99");
  const Error error = open_error(directory / "catalog.db");
  EXPECT_EQ(error.kind, ErrorKind::kConfiguration);
  EXPECT_NE(error.hint.find("newer Firn"), std::string::npos);
}

TEST(SqliteCatalog, LeavesTheFileOfAnotherProgramAlone) {
  const TemporaryDirectory directory;
  run_sql(directory / "catalog.db", "CREATE TABLE theirs (a)");
  EXPECT_EQ(open_error(directory / "catalog.db").kind, ErrorKind::kConfiguration);
  run_sql(directory / "catalog.db", "INSERT INTO theirs VALUES (1)");
}

TEST(SqliteCatalog, LeavesNoHalfOfAMigration) {
  const TemporaryDirectory directory;
  auto database = Database::open(directory / "catalog.db", Duration(0)).value();
  ASSERT_TRUE(database.execute("PRAGMA max_page_count = 5"));
  EXPECT_EQ(migrate(database).error().kind, ErrorKind::kNoSpace);
  EXPECT_EQ(database.integer("SELECT COUNT(*) FROM sqlite_schema").value(), 0);
  EXPECT_EQ(database.integer("PRAGMA user_version").value(), 0);
  EXPECT_FALSE(database.in_transaction());
}

TEST(SqliteCatalog, BringsTheFirstReleasesTablesUpToDate) {
  const TemporaryDirectory directory;
  {
    const auto catalog = open_catalog(directory / "catalog.db");
    begin(*catalog);
    ASSERT_TRUE(commit(*catalog, decision_over(at(0), at(10), 1)));
  }
  run_sql(directory / "catalog.db",
          "DROP TABLE fetch_requests; ALTER TABLE totals DROP COLUMN requests; "
          "ALTER TABLE totals DROP COLUMN fetch_open; ALTER TABLE repeaters DROP COLUMN target; "
          "ALTER TABLE chunks DROP COLUMN report_line; ALTER TABLE chunks DROP COLUMN replaces; "
          "DROP TABLE controls; ALTER TABLE repeaters DROP COLUMN schedule; "
          "ALTER TABLE repeaters DROP COLUMN schedule_since; DROP TABLE usage; PRAGMA user_version = 1");
  const auto catalog = open_catalog(directory / "catalog.db");
  expect_decided(*catalog, at(10));
  ASSERT_TRUE(commit(*catalog, requests_over(at(10), at(12), "f1")));
  EXPECT_EQ(catalog->totals(forms()).value().fetch_open, 1U);
  EXPECT_TRUE(catalog->verify());
}

TEST(SqliteCatalog, SaysThatAFileIsNoCatalog) {
  const TemporaryDirectory directory;
  std::ofstream(directory / "catalog.db") << std::string(5000, 'x');
  const Error error = open_error(directory / "catalog.db");
  EXPECT_EQ(error.kind, ErrorKind::kDamaged);
  EXPECT_FALSE(error.hint.empty());
}

TEST(SqliteCatalog, SaysThatTheFolderIsMissing) {
  const TemporaryDirectory directory;
  const Error error = open_error(directory / "none/catalog.db");
  EXPECT_EQ(error.kind, ErrorKind::kUnavailable);
  EXPECT_EQ(error.object, directory / "none/catalog.db");
}

TEST(SqliteCatalog, FindsDamageInItsFile) {
  const TemporaryDirectory directory;
  const std::string path = directory / "catalog.db";
  {
    const auto catalog = open_catalog(path);
    begin(*catalog);
    for (std::uint64_t offset = 0; offset < 2000; offset += 100) {
      ASSERT_TRUE(commit(*catalog, decision_over(at(offset), at(offset + 100), 1)));
    }
  }
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(0, std::ios::end);
  const auto size = file.tellp();
  file.seekp(size / 2);
  file << std::string(static_cast<std::size_t>(size) / 2, '\x5A');
  file.close();
  const auto catalog = open_catalog(path);
  EXPECT_EQ(catalog->verify().error().kind, ErrorKind::kDamaged);
}

TEST(SqliteCatalog, CallsAWordItNeverWritesDamage) {
  const TemporaryDirectory directory;
  const auto catalog = open_catalog(directory / "catalog.db");
  begin(*catalog);
  ASSERT_TRUE(commit(*catalog, decision_over(at(0), at(10), 1)));
  run_sql(directory / "catalog.db", "PRAGMA ignore_check_constraints = ON; UPDATE chunks SET report_status = 'odd'");
  EXPECT_EQ(catalog->chunks({}).error().kind, ErrorKind::kDamaged);
}

TEST(SqliteCatalog, IsBusyWhileAnotherProgramWrites) {
  const TemporaryDirectory directory;
  const auto catalog = open_catalog(directory / "catalog.db");
  begin(*catalog);
  auto other = Database::open(directory / "catalog.db", Duration(0)).value();
  ASSERT_TRUE(other.execute("BEGIN IMMEDIATE"));
  const Status refused = commit(*catalog, decision_over(at(0), at(10), 1));
  EXPECT_EQ(refused.error().kind, ErrorKind::kBusy);
  EXPECT_TRUE(refused.error().is_passing());
  ASSERT_TRUE(other.execute("ROLLBACK"));
  EXPECT_TRUE(commit(*catalog, decision_over(at(0), at(10), 1)));
}

TEST(SqliteCatalog, LeavesNothingOfACommitThatFailsHalfWay) {
  const TemporaryDirectory directory;
  const auto catalog = open_catalog(directory / "catalog.db");
  begin(*catalog);
  ASSERT_TRUE(commit(*catalog, decision_over(at(0), at(10), 1)));
  run_sql(directory / "catalog.db",
          "CREATE TRIGGER trip BEFORE UPDATE ON cursors BEGIN SELECT RAISE(ABORT, 'tripped'); END");
  const Status failed = commit(*catalog, decision_over(at(10), at(20), 1));
  EXPECT_EQ(failed.error().kind, ErrorKind::kInternal);
  EXPECT_EQ(failed.error().reason, "tripped");
  expect_decided(*catalog, at(10));
  run_sql(directory / "catalog.db", "DROP TRIGGER trip");
  EXPECT_TRUE(commit(*catalog, decision_over(at(10), at(20), 1)));
}

TEST(SqliteCatalog, LeavesNothingOfACommitThatFindsTheDiskFull) {
  const TemporaryDirectory directory;
  SqliteCatalogOptions options = impatient();
  options.max_bytes = 200'000;
  const std::string path = directory / "catalog.db";
  auto catalog = SqliteCatalog::open(path, options).value();
  begin(*catalog);
  const Error error = fill(*catalog);
  EXPECT_EQ(error.kind, ErrorKind::kNoSpace);
  const Position reached = catalog->cursor(forms(), 0).value().value();
  EXPECT_GT(reached, at(0));
  expect_decided(*catalog, reached);
  catalog = open_catalog(path);
  expect_decided(*catalog, reached);
  EXPECT_TRUE(commit(*catalog, decision_over(reached, reached.plus(10), 1)));
}

/// Runs `work` in a child process that ends by SIGKILL or by exit(0), and says which signal ended it.
template <typename Work>
int run_in_child(Work work) {
  const pid_t child = fork();
  if (child == 0) {
    work();
    _exit(0);
  }
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(!WIFEXITED(status) || WEXITSTATUS(status) == 0);
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

TEST(SqliteCatalog, LeavesNothingOfACommitThatTheDiskRefuses) {
  const TemporaryDirectory directory;
  const std::string path = directory / "catalog.db";
  begin(*open_catalog(path));
  const int signal = run_in_child([&] {
    std::signal(SIGXFSZ, SIG_IGN);
    const auto catalog = open_catalog(path);
    const rlimit limit{300'000, 300'000};
    const bool refused = setrlimit(RLIMIT_FSIZE, &limit) == 0 && fill(*catalog).kind == ErrorKind::kUnavailable;
    _exit(refused ? 0 : 1);
  });
  EXPECT_EQ(signal, 0);
  const auto catalog = open_catalog(path);
  const Position reached = catalog->cursor(forms(), 0).value().value();
  EXPECT_GT(reached, at(0));
  expect_decided(*catalog, reached);
}

#if defined(FIRN_CRASH_POINTS)
/// Decides tens until it is killed at the point; returns how many rows the reopened catalog has.
std::uint64_t rows_after_crash_at(const char* point) {
  const TemporaryDirectory directory;
  const std::string path = directory / "catalog.db";
  begin(*open_catalog(path));
  const int signal = run_in_child([&] {
    const auto catalog = open_catalog(path);
    arm_crash_point(point);
    fill(*catalog);
  });
  EXPECT_EQ(signal, SIGKILL);
  const auto catalog = open_catalog(path);
  const Position reached = catalog->cursor(forms(), 0).value().value_or(at(0));
  expect_decided(*catalog, reached);
  EXPECT_TRUE(catalog->verify());
  return reached.offset();
}

TEST(SqliteCatalog, KeepsExactlyTheCommittedOnesOverAKill) {
  EXPECT_EQ(rows_after_crash_at("catalog.before_commit:1"), 0U);
  EXPECT_EQ(rows_after_crash_at("catalog.after_commit:1"), 10U);
  EXPECT_EQ(rows_after_crash_at("catalog.before_commit:5"), 40U);
  EXPECT_EQ(rows_after_crash_at("catalog.after_commit:5"), 50U);
}
#endif

TEST(SqliteCatalog, KeepsEveryAnsweredCommitWhenKilledAtAnyMoment) {
  const TemporaryDirectory directory;
  const std::string path = directory / "catalog.db";
  begin(*open_catalog(path));
  for (int round = 0; round < 4; ++round) {
    int answers[2];
    ASSERT_EQ(pipe(answers), 0);
    const pid_t child = fork();
    if (child == 0) {
      const auto catalog = open_catalog(path);
      for (Position from = catalog->cursor(forms(), 0).value().value_or(at(0));; from = from.plus(10)) {
        if (!commit(*catalog, decision_over(from, from.plus(10), 1))) {
          _exit(1);
        }
        const std::uint64_t done = from.plus(10).value();
        if (write(answers[1], &done, sizeof done) < 0) {
          _exit(1);
        }
      }
    }
    close(answers[1]);
    std::uint64_t answered = 0;
    for (int i = 0; i < 3 + 2 * round; ++i) {
      ASSERT_EQ(read(answers[0], &answered, sizeof answered), 8);
    }
    kill(child, SIGKILL);
    ASSERT_EQ(waitpid(child, nullptr, 0), child);
    while (read(answers[0], &answered, sizeof answered) == 8) {
    }
    close(answers[0]);
    const auto catalog = open_catalog(path);
    const Position reached = catalog->cursor(forms(), 0).value().value();
    EXPECT_TRUE(reached == Position(answered) || reached == Position(answered).plus(10));
    expect_decided(*catalog, reached);
  }
}

TEST(SqliteCatalog, ServesSeveralThreads) {
  const TemporaryDirectory directory;
  const auto catalog = open_catalog(directory / "catalog.db");
  begin(*catalog);
  std::vector<std::thread> threads;
  for (std::uint64_t partition = 0; partition < 4; ++partition) {
    threads.emplace_back([&, partition] {
      Position from = Position::make(1, partition, 0);
      for (int i = 0; i < 10; ++i, from = from.plus(10)) {
        EXPECT_TRUE(commit(*catalog, decision_over(from, from.plus(10), 1)));
        EXPECT_EQ(catalog->cursor(forms(), partition).value(), from.plus(10));
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(catalog->totals(forms()).value().decided.rows, 400U);
}

TEST(SqliteError, TellsApartWhatAnOperatorCanDo) {
  const auto kind = [](int code) { return sqlite_error(code, "commit", "catalog.db", "").kind; };
  EXPECT_EQ(kind(SQLITE_FULL), ErrorKind::kNoSpace);
  EXPECT_EQ(kind(SQLITE_BUSY_SNAPSHOT), ErrorKind::kBusy);
  EXPECT_EQ(kind(SQLITE_LOCKED), ErrorKind::kBusy);
  EXPECT_EQ(kind(SQLITE_CORRUPT_INDEX), ErrorKind::kDamaged);
  EXPECT_EQ(kind(SQLITE_NOTADB), ErrorKind::kDamaged);
  EXPECT_EQ(kind(SQLITE_IOERR_FSYNC), ErrorKind::kUnavailable);
  EXPECT_EQ(kind(SQLITE_CANTOPEN), ErrorKind::kUnavailable);
  EXPECT_EQ(kind(SQLITE_READONLY), ErrorKind::kPermission);
  EXPECT_EQ(kind(SQLITE_CONSTRAINT), ErrorKind::kInternal);
  for (const int code : {SQLITE_FULL, SQLITE_BUSY, SQLITE_CORRUPT, SQLITE_IOERR, SQLITE_READONLY}) {
    EXPECT_FALSE(sqlite_error(code, "commit", "catalog.db", "").hint.empty()) << code;
  }
}

}  // namespace
}  // namespace firn
