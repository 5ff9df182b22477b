// firn-duckdb as the daemon runs it: the real program, real files, a real database.
#include <fcntl.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "load/duckdb/protocol.h"
#include "platform/fd.h"
#include "platform/file_system.h"
#include "platform/process.h"
#include "tests/support/chunk_file.h"
#include "tests/support/temporary_directory.h"

namespace firn {
namespace {

namespace json = boost::json;

constexpr const char* kSecret = "a patient's secret";

class DuckDbHelper : public testing::Test {
 protected:
  DuckDbHelper() { EXPECT_TRUE(disk->create_directories(folder / "forms")); }

  HelperJob job(std::vector<LoadFile> load, HelperOperation operation = HelperOperation::kLoad) {
    HelperJob made;
    made.operation = operation;
    made.database = database;
    made.lock_wait = std::chrono::milliseconds(100);
    made.table = table_of(Kind::kForm, TableName("forms"));
    made.files = std::move(load);
    made.limit = 100;
    return made;
  }
  ProcessExit run(const std::string& input, const std::vector<std::string>& arguments = {}) {
    ProcessOptions options{{FIRN_DUCKDB_HELPER}, input, 64U << 20U};
    options.arguments.insert(options.arguments.end(), arguments.begin(), arguments.end());
    const auto process = processes->start(options).value();
    const auto exit = process->wait(std::chrono::seconds(60));
    EXPECT_TRUE(exit && *exit != nullptr) << "it did not end";
    return exit && *exit != nullptr ? **exit : ProcessExit{};
  }
  HelperReport report_of(const HelperJob& asked) {
    const ProcessExit exit = run(encode_job(asked));
    EXPECT_EQ(exit.code, 0) << exit.error_tail;
    return decode_report(exit.output).value_or(HelperReport{});
  }
  LoadFile file(const std::vector<FormRow>& rows) {
    const std::string name = next_name();
    return write_chunk_file(folder / name, name, rows);
  }
  LoadFile text(const std::string& content, std::uint64_t rows, std::uint64_t longest_row = 1000) {
    const std::string name = next_name();
    return write_chunk_text(folder / name, name, content, rows, longest_row);
  }
  FileReport load(const LoadFile& one) { return report_of(job({one})).files.at(0); }
  /// Loads a file with a good row before the bad text, and expects that it is refused without a trace.
  std::string refuse(const std::string& bad, std::uint64_t rows = 2) {
    const FileReport report = load(text(csv_row({}) + bad, rows));
    EXPECT_EQ(report.status, FileStatus::kFailed);
    EXPECT_EQ(report.rows_loaded, 0U);
    EXPECT_EQ(report.message.find("secret"), std::string::npos) << report.message;
    EXPECT_EQ(count(), 0U);
    return report.message;
  }
  /// Expects that the run ends with these words and says nothing of any file.
  void expect_end(const HelperJob& asked, HelperState state, const std::string& words) {
    const HelperReport report = report_of(asked);
    EXPECT_EQ(report.state, state);
    EXPECT_NE(report.message.find(words), std::string::npos) << report.message;
    EXPECT_TRUE(report.files.empty());
  }
  std::optional<std::uint64_t> count() { return report_of(job({}, HelperOperation::kCount)).rows; }
  std::vector<json::value> latest() {
    std::vector<json::value> rows;
    for (const std::string& row : report_of(job({}, HelperOperation::kLatest)).latest) {
      rows.push_back(json::parse(row));
    }
    return rows;
  }
  std::string next_name() { return "forms/" + std::to_string(++files) + ".csv.zst"; }

  TemporaryDirectory folder;
  std::string database = folder / "data/forms.duckdb";
  std::unique_ptr<ProcessLauncher> processes = make_process_launcher();
  std::unique_ptr<FileSystem> disk = make_posix_file_system();
  int files = 0;
};

TEST_F(DuckDbHelper, KeepsQuotesLineBreaksAndEveryAlphabet) {
  const std::string id = "it's \"a\", b;\nc\r\n\t\\n \xE2\x98\x83 \xD0\x96 \xF0\x9F\x8D\x80";
  ASSERT_EQ(load(file({{.id = id}})).status, FileStatus::kLoaded);
  EXPECT_EQ(latest().at(0).at("form_id").as_string(), id);
}

TEST_F(DuckDbHelper, KeepsTheDocumentAsItIs) {
  const std::string document = R"({"b":"\"x\"\n","a":[1,2.50,null,{"\u00e9":true}],"long":12345678901234567})";
  ASSERT_EQ(load(file({{.document = document}})).status, FileStatus::kLoaded);
  EXPECT_EQ(latest().at(0).at("form_json"), json::parse(document));
}

TEST_F(DuckDbHelper, TellsAnEmptyTextFromNothing) {
  ASSERT_EQ(load(file({{.domain = ""}})).status, FileStatus::kLoaded);
  EXPECT_EQ(latest().at(0).at("domain").as_string(), "");
  EXPECT_TRUE(latest().at(0).at("server_modified_on").is_null());
}

TEST_F(DuckDbHelper, KeepsTextThatLooksLikeSomethingElse) {
  const std::set<std::string> ids{"NULL", "\\N", "001", "true", "2026-01-01", "#comment", " padded "};
  std::vector<FormRow> rows;
  for (const std::string& id : ids) {
    rows.push_back({.id = id});
  }
  ASSERT_EQ(load(file(rows)).status, FileStatus::kLoaded);
  std::set<std::string> found;
  for (const json::value& row : latest()) {
    found.emplace(row.at("form_id").as_string());
  }
  EXPECT_EQ(found, ids);
}

TEST_F(DuckDbHelper, WritesTimesToTheMicrosecondAndTheFilesName) {
  const LoadFile one = file({{.position = "281474976710657", .server_modified_on = "2026-03-01 10:20:30.123456"}});
  ASSERT_EQ(load(one).status, FileStatus::kLoaded);
  const json::value row = latest().at(0);
  EXPECT_EQ(row.at("server_modified_on").as_string(), "2026-03-01 10:20:30.123456");
  EXPECT_EQ(row.at("_position").to_number<std::int64_t>(), 281474976710657);
  EXPECT_EQ(row.at("_file").as_string(), one.key.str());
  EXPECT_FALSE(row.at("_loaded_at").is_null());
}

TEST_F(DuckDbHelper, LatestIsTheNewestVersionThenTheNewestPosition) {
  ASSERT_EQ(load(file({{.id = "a", .position = "1", .server_modified_on = "2026-03-02 00:00:00.000000"},
                       {.id = "a", .position = "2", .server_modified_on = "2026-03-01 00:00:00.000000"},
                       {.id = "b", .position = "3"},
                       {.id = "b", .position = "4"},
                       {.id = "c", .position = "5", .server_modified_on = "2026-03-01 00:00:00.000000"},
                       {.id = "c", .position = "6"},
                       {.id = "a", .position = "7", .domain = "other"}}))
                .status,
            FileStatus::kLoaded);
  std::vector<std::int64_t> positions;
  for (const json::value& row : latest()) {
    positions.push_back(row.at("_position").to_number<std::int64_t>());
  }
  EXPECT_EQ(positions, (std::vector<std::int64_t>{7, 5, 4, 1}));
  EXPECT_EQ(count(), 7U);
}

TEST_F(DuckDbHelper, LoadsADocumentOfTwentyMegabytes) {
  const std::string document = R"({"x":")" + std::string(20U << 20U, 'y') + R"("})";
  EXPECT_EQ(load(file({{.document = document}, {.id = "b"}})).rows_loaded, 2U);
}

TEST_F(DuckDbHelper, LoadsFilesThatAreNotCompressed) {
  const LoadFile plain = write_chunk_text(folder / "plain.csv", "forms/plain.csv", csv_row({}), 1);
  EXPECT_EQ(load(plain).rows_loaded, 1U);
}

TEST_F(DuckDbHelper, TakesALocationLiterally) {
  ASSERT_TRUE(disk->create_directories(folder / "it's [a]*?"));
  ASSERT_TRUE(disk->create_directories(folder / "it's aab"));
  write_chunk_file(folder / "it's aab/x.csv.zst", "forms/other.csv.zst", {{.id = "wrong"}});
  ASSERT_EQ(load(write_chunk_file(folder / "it's [a]*?/x.csv.zst", "forms/x.csv.zst", {{.id = "right"}})).status,
            FileStatus::kLoaded);
  EXPECT_EQ(latest().at(0).at("form_id").as_string(), "right");
}

TEST_F(DuckDbHelper, RefusesARowWithTooManyColumns) {
  std::string row = csv_row({.document = kSecret});
  row.insert(row.size() - 1, ",\"more\"");
  EXPECT_EQ(refuse(row), "line 2: 8 columns expected, 9 found");
}

TEST_F(DuckDbHelper, RefusesARowWithTooFewColumns) { EXPECT_FALSE(refuse("\"a secret\",\"b\",7\n").empty()); }

TEST_F(DuckDbHelper, RefusesShiftedColumns) {
  EXPECT_EQ(refuse("\"d\",\"id\",,,\"x\",\"\",\"app\",\"{\"\"a\"\":\"\"secret\"\"}\"\n"),
            "line 2: the value does not fit the type of column _position");
}

TEST_F(DuckDbHelper, RefusesAPositionThatIsNoNumber) {
  EXPECT_EQ(refuse(csv_row({.position = "\"secret\""})), "line 2: the value does not fit the type of column _position");
}

TEST_F(DuckDbHelper, RefusesARowWithoutAPosition) {
  EXPECT_NE(refuse(csv_row({.position = ""})).find("_position"), std::string::npos);
}

TEST_F(DuckDbHelper, RefusesATimeThatIsNone) {
  EXPECT_NE(refuse(csv_row({.server_modified_on = "secret"})).find("server_modified_on"), std::string::npos);
}

TEST_F(DuckDbHelper, RefusesADocumentThatIsNotJson) {
  EXPECT_NE(refuse(csv_row({.document = "{\"secret"})).find("form_json"), std::string::npos);
}

TEST_F(DuckDbHelper, RefusesAQuoteThatDoesNotEnd) { EXPECT_FALSE(refuse("\"a secret\n").empty()); }

TEST_F(DuckDbHelper, RefusesWhatIsNotUtf8) {
  EXPECT_EQ(refuse(csv_row({.id = "secret \xC3\x28"})), "line 2: not UTF-8");
}

TEST_F(DuckDbHelper, RefusesFewerRowsThanTheManifestHas) {
  EXPECT_EQ(refuse(csv_row({}), 3), "the file has 2 rows, its manifest says 3");
}

TEST_F(DuckDbHelper, RefusesMoreRowsThanTheManifestHas) {
  EXPECT_EQ(refuse(csv_row({}), 1), "the file has 2 rows, its manifest says 1");
}

TEST_F(DuckDbHelper, RefusesARowLongerThanItsManifestSays) {
  const std::string document = R"({"secret":")" + std::string(4U << 20U, 'y') + R"("})";
  EXPECT_EQ(load(text(csv_row({.document = document}), 1, 100)).message,
            "line 1: the row is longer than its manifest says");
}

TEST_F(DuckDbHelper, RefusesATruncatedFile) {
  std::vector<FormRow> rows;
  for (int i = 0; i < 5000; ++i) {
    rows.push_back({.id = std::to_string(i * 7919), .position = std::to_string(i)});
  }
  const LoadFile whole = file(rows);
  const std::string bytes = read_file(*disk, whole.location, 1U << 20U).value();
  ASSERT_TRUE(replace_file(*disk, whole.location, bytes.substr(0, bytes.size() / 2)));
  EXPECT_EQ(load(whole).status, FileStatus::kFailed);
  EXPECT_EQ(count(), 0U);
}

TEST_F(DuckDbHelper, RefusesAFileThatIsNotCompressedAsItsNameSays) {
  const LoadFile bad = file({{}});
  ASSERT_TRUE(replace_file(*disk, bad.location, csv_row({.id = kSecret})));
  EXPECT_EQ(load(bad).status, FileStatus::kFailed);
}

TEST_F(DuckDbHelper, RefusesAFileWithADamagedByte) {
  const LoadFile bad = file({{}});
  std::string bytes = read_file(*disk, bad.location, 1U << 20U).value();
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  ASSERT_TRUE(replace_file(*disk, bad.location, bytes));
  EXPECT_EQ(load(bad).status, FileStatus::kFailed);
}

TEST_F(DuckDbHelper, RefusesAFileThatIsMissing) {
  const LoadFile missing{ObjectKey("forms/missing.csv.zst"), folder / "missing", 1, 100};
  EXPECT_NE(load(missing).message.find("missing"), std::string::npos);
}

TEST_F(DuckDbHelper, AStageThatIsNotThereBlamesNoFile) {
  const LoadFile one = file({{}});
  ASSERT_TRUE(disk->rename(folder / "forms", folder / "away"));
  expect_end(job({one}), HelperState::kStopped, "there is no folder");
  ASSERT_TRUE(disk->rename(folder / "away", folder / "forms"));
  EXPECT_EQ(load(one).status, FileStatus::kLoaded);
}

TEST_F(DuckDbHelper, TooLittleMemoryBlamesNoFile) {
  const LoadFile one = file({{}});
  HelperJob small = job({one});
  small.memory_limit = 8U << 20U;
  expect_end(small, HelperState::kStoppedAtFile, "Out of Memory");
  EXPECT_EQ(load(one).status, FileStatus::kLoaded);
}

TEST_F(DuckDbHelper, AFileThatEndsTheRunDoesNotHideThoseBeforeIt) {
  LoadFile greedy = file({{.position = "2"}});
  greedy.bytes_longest_row = 1ULL << 30U;  // its buffer alone is more than the database may use
  const LoadFile bad = text("\"three\",\"columns\",1\n", 1);
  const HelperReport report = report_of(job({file({{.position = "1"}}), bad, greedy, file({{.position = "3"}})}));
  EXPECT_EQ(report.state, HelperState::kStoppedAtFile);
  ASSERT_EQ(report.files.size(), 2U);
  EXPECT_EQ(report.files[0].status, FileStatus::kLoaded);
  EXPECT_EQ(report.files[1].status, FileStatus::kFailed);
  EXPECT_EQ(count(), 1U);
}

TEST_F(DuckDbHelper, RefusesAFileOfAnotherTable) {
  const LoadFile one = file({{}});
  load(one);
  HelperJob other = job({one});
  other.table.table = TableName("others");
  EXPECT_EQ(report_of(other).files.at(0).message, "a file of this name was loaded into the table forms before");
}

TEST_F(DuckDbHelper, ARefusedFileCanBeLoadedOnceItIsRight) {
  LoadFile one = text(csv_row({}), 2);
  EXPECT_EQ(load(one).status, FileStatus::kFailed);
  one.rows = 1;
  EXPECT_EQ(load(one).status, FileStatus::kLoaded);
  EXPECT_EQ(count(), 1U);
}

TEST_F(DuckDbHelper, TellsTheLedgersRowsOfAFileThatWasLoadedBefore) {
  LoadFile one = file({{.position = "1"}, {.position = "2"}});
  load(one);
  one.rows = 5;
  EXPECT_EQ(load(one).rows_loaded, 2U);
  EXPECT_EQ(count(), 2U);
}

TEST_F(DuckDbHelper, QuotesNamesOfTablesAndColumns) {
  HelperJob odd = job({file({{}})});
  odd.table.table = TableName("select \"x\"; drop");
  odd.table.columns.at(1).name = "form \"id'";
  odd.table.id_columns = {"form \"id'"};
  EXPECT_EQ(report_of(odd).files.at(0).status, FileStatus::kLoaded);
}

TEST_F(DuckDbHelper, ShowsTheNewestPositionOfAKindWithoutVersions) {
  HelperJob users = job({text("\"d\",\"u1\",,,\"{\"\"n\"\":1}\",7\n\"d\",\"u1\",,,\"{\"\"n\"\":2}\",8\n", 2)});
  users.table = table_of(Kind::kUser, TableName("users"));
  ASSERT_EQ(report_of(users).files.at(0).status, FileStatus::kLoaded);
  users.operation = HelperOperation::kLatest;
  const auto rows = report_of(users).latest;
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(json::parse(rows[0]).at("_position").to_number<int>(), 8);
}

TEST_F(DuckDbHelper, TellsDocumentsOfTwoDataSourcesApart) {
  HelperJob sources = job({text("\"d\",\"s1\",\"c\",,\"{}\",7\n\"d\",\"s2\",\"c\",,\"{}\",8\n", 2)});
  sources.table = table_of(Kind::kDataSource, TableName("sources"));
  ASSERT_EQ(report_of(sources).files.at(0).status, FileStatus::kLoaded);
  sources.operation = HelperOperation::kLatest;
  EXPECT_EQ(report_of(sources).latest.size(), 2U);
}

TEST_F(DuckDbHelper, SaysThatAnotherProgramHoldsTheDatabase) {
  load(file({{}}));
  const Fd held(::open(database.c_str(), O_RDWR | O_CLOEXEC));
  struct flock lock{};
  lock.l_type = F_WRLCK;
  ASSERT_EQ(::fcntl(held.get(), F_SETLK, &lock), 0);
  const HelperReport report = report_of(job({file({{}})}));
  EXPECT_EQ(report.state, HelperState::kBusy);
  EXPECT_NE(report.message.find("duckdb_helper_test"), std::string::npos) << report.message;
}

TEST_F(DuckDbHelper, RefusesATableOfAnotherShape) {
  HelperJob other = job({});
  other.table.columns.at(1).name = "case_id";
  other.table.id_columns = {"case_id"};
  EXPECT_EQ(report_of(other).state, HelperState::kDone);
  const HelperReport report = report_of(job({file({{}})}));
  EXPECT_EQ(report.state, HelperState::kRefused);
  EXPECT_EQ(report.message, "it is there already, without the column form_id");
  EXPECT_EQ(count(), 0U);
}

TEST_F(DuckDbHelper, FailsOnAFileThatIsNoDatabase) {
  ASSERT_TRUE(disk->create_directories(folder / "data"));
  ASSERT_TRUE(replace_file(*disk, database, std::string(10'000, 'x')));
  const ProcessExit exit = run(encode_job(job({file({{}})})));
  EXPECT_NE(exit.code, 0);
  EXPECT_NE(exit.error_tail.find("not a valid DuckDB database"), std::string::npos) << exit.error_tail;
}

TEST_F(DuckDbHelper, FailsOnAJobThatIsNone) {
  EXPECT_EQ(run("no job").code, 1);
  EXPECT_EQ(run("", {"--help"}).code, 2);
}

TEST_F(DuckDbHelper, HasNothingToCountOrShowBeforeTheFirstLoad) {
  EXPECT_EQ(count(), std::nullopt);
  EXPECT_TRUE(latest().empty());
  EXPECT_FALSE(disk->exists(database).value());
}

#if defined(FIRN_CRASH_POINTS)
TEST_F(DuckDbHelper, AFileThatWasLoadedBeforeACrashIsNotLoadedAgain) {
  const HelperJob two = job({file({{.position = "1"}}), file({{.position = "2"}})});
  EXPECT_EQ(run(encode_job(two), {"--crash-at", "load.helper_committed"}).signal, SIGKILL);
  const HelperReport report = report_of(two);
  EXPECT_EQ(report.files.at(0).status, FileStatus::kLoaded);
  EXPECT_EQ(report.files.at(1).status, FileStatus::kLoaded);
  EXPECT_EQ(count(), 2U);
}
#endif

}  // namespace
}  // namespace firn
