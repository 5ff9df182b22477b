// What every Loader does, whichever it is. DuckDB runs as it does in the daemon: as a program of its own.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "load/duckdb/duckdb_loader.h"
#include "model/loader.h"
#include "model/table.h"
#include "platform/process.h"
#include "platform/system_clock.h"
#include "tests/support/chunk_file.h"
#include "tests/support/memory_loader.h"
#include "tests/support/temporary_directory.h"

namespace firn {
namespace {

/// A destination that can also be given files it will not take.
class Destination {
 public:
  explicit Destination(const std::string& name) : name_(name) {
    if (name == "duckdb") {
      DuckDbOptions options;
      options.helper = FIRN_DUCKDB_HELPER;
      options.database = folder_ / "warehouse/forms.duckdb";
      loader_ = std::make_unique<DuckDbLoader>(*processes_, clock_, options);
    } else {
      loader_ = std::make_unique<MemoryLoader>();
    }
  }

  Loader& loader() { return *loader_; }
  /// A file of that many rows, with positions from `first` on.
  LoadFile file(const std::string& key, int rows, int first = 1) {
    std::vector<FormRow> made;
    for (int i = 0; i < rows; ++i) {
      made.push_back({.id = key + std::to_string(i), .position = std::to_string(first + i)});
    }
    LoadFile written = write_chunk_file(folder_ / ("file" + std::to_string(++files_)), key, made);
    if (auto* memory = dynamic_cast<MemoryLoader*>(loader_.get()); memory != nullptr) {
      std::vector<Position> positions;
      for (int i = 0; i < rows; ++i) {
        positions.emplace_back(static_cast<std::uint64_t>(first + i));
      }
      memory->holds(written.key, positions);
    }
    return written;
  }
  LoadFile bad_file(const std::string& key) {
    LoadFile bad = file(key, 2);
    if (auto* memory = dynamic_cast<MemoryLoader*>(loader_.get()); memory != nullptr) {
      memory->report_instead({bad.key, FileStatus::kFailed, 0, "refused"});
    }
    return write_chunk_text(bad.location, key, "\"three\",\"columns\",1\n", 1);
  }

 private:
  const std::string name_;
  TemporaryDirectory folder_;
  SystemClock clock_;
  std::unique_ptr<ProcessLauncher> processes_ = make_process_launcher();
  std::unique_ptr<Loader> loader_;
  int files_ = 0;
};

class LoaderContract : public testing::TestWithParam<const char*> {
 protected:
  LoadJob job(const std::string& request, std::vector<LoadFile> files) {
    return {request, "forms/2026-03/000001", table, std::move(files)};
  }
  /// Asks again until the request is not running any more.
  LoadProgress finish(const std::string& handle) {
    const MutexLock lock(mutex_);
    LoadProgress progress = loader.poll({}, handle).value();
    while (progress.state == LoadState::kRunning) {
      pause_.wait_for(mutex_, std::chrono::milliseconds(2));
      progress = loader.poll({}, handle).value();
    }
    return progress;
  }
  std::vector<FileReport> load(const std::string& request, std::vector<LoadFile> files) {
    const LoadProgress progress = finish(loader.submit(job(request, std::move(files))).value());
    EXPECT_EQ(progress.state, LoadState::kDone) << (progress.reason ? progress.reason->message() : "");
    return progress.files;
  }

  Destination destination{GetParam()};
  Loader& loader = destination.loader();
  const TableDefinition table = table_of(Kind::kForm, TableName("forms"));

 private:
  Mutex mutex_;
  Condition pause_;
};

TEST_P(LoaderContract, LoadsFilesAndReportsTheRowsOfEach) {
  const auto reports = load("1", {destination.file("a.csv.zst", 3), destination.file("b.csv.zst", 2, 4)});
  ASSERT_EQ(reports.size(), 2U);
  EXPECT_EQ(reports[0].status, FileStatus::kLoaded);
  EXPECT_EQ(reports[0].rows_loaded, 3U);
  EXPECT_EQ(reports[1].key, ObjectKey("b.csv.zst"));
  EXPECT_EQ(reports[1].rows_loaded, 2U);
  EXPECT_EQ(loader.count(table), 5U);
}

TEST_P(LoaderContract, KnowsWhichRowsCameFromAFile) {
  load("1", {destination.file("a.csv.zst", 3, 7), destination.file("it's.csv.zst", 2, 4)});
  EXPECT_EQ(loader.arrived(table, ObjectKey("a.csv.zst")),
            (std::vector<Position>{Position(7), Position(8), Position(9)}));
  EXPECT_EQ(loader.arrived(table, ObjectKey("it's.csv.zst")), (std::vector<Position>{Position(4), Position(5)}));
  EXPECT_EQ(loader.arrived(table, ObjectKey("another")), std::vector<Position>());
}

TEST_P(LoaderContract, NeverLoadsAFileTwice) {
  const LoadFile file = destination.file("a.csv.zst", 3);
  load("1", {file});
  const auto again = load("2", {file, destination.file("b.csv.zst", 1, 9)});
  EXPECT_EQ(again.at(0).status, FileStatus::kLoaded);
  EXPECT_EQ(again.at(0).rows_loaded, 3U);
  EXPECT_EQ(loader.count(table), 4U);
}

TEST_P(LoaderContract, NeverLoadsAFileTwiceWhenTheSameRequestIsRepeated) {
  const LoadFile file = destination.file("a.csv.zst", 3);
  const std::string first = loader.submit(job("1", {file})).value();
  const std::string second = loader.submit(job("1", {file})).value();
  finish(first);
  EXPECT_EQ(finish(second).files.at(0).rows_loaded, 3U);
  EXPECT_EQ(loader.count(table), 3U);
}

TEST_P(LoaderContract, OneBadFileDoesNotHoldTheOthers) {
  const auto reports = load("1", {destination.file("a.csv.zst", 1), destination.bad_file("bad.csv.zst"),
                                  destination.file("c.csv.zst", 1, 5)});
  EXPECT_EQ(reports.at(1).status, FileStatus::kFailed);
  EXPECT_EQ(reports.at(1).rows_loaded, 0U);
  EXPECT_FALSE(reports.at(1).message.empty());
  EXPECT_EQ(reports.at(2).status, FileStatus::kLoaded);
  EXPECT_EQ(loader.count(table), 2U);
}

TEST_P(LoaderContract, TellsTheSameReportAgain) {
  const std::string handle = loader.submit(job("1", {destination.file("a.csv.zst", 3)})).value();
  finish(handle);
  EXPECT_EQ(finish(handle).files.at(0).rows_loaded, 3U);
}

TEST_P(LoaderContract, KnowsNothingOfAForeignHandle) {
  EXPECT_EQ(loader.poll({}, "never heard of").value().state, LoadState::kForgotten);
}

TEST_P(LoaderContract, HasNoTableBeforeTheFirstLoad) {
  EXPECT_EQ(loader.count(table).error().kind, ErrorKind::kNotFound);
}

TEST_P(LoaderContract, MakesTheTableEvenWithoutFiles) {
  EXPECT_TRUE(load("1", {}).empty());
  EXPECT_EQ(loader.count(table), 0U);
}

TEST_P(LoaderContract, ServesRequestsThatOverlap) {
  const std::string first = loader.submit(job("1", {destination.file("a.csv.zst", 1)})).value();
  const std::string second = loader.submit(job("2", {destination.file("b.csv.zst", 1, 2)})).value();
  EXPECT_EQ(finish(first).files.size(), 1U);
  EXPECT_EQ(finish(second).files.size(), 1U);
  EXPECT_EQ(loader.count(table), 2U);
}

INSTANTIATE_TEST_SUITE_P(Loaders, LoaderContract, testing::Values("memory", "duckdb"),
                         [](const auto& loader) { return std::string(loader.param); });

}  // namespace
}  // namespace firn
