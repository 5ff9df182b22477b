#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/load_report.h"
#include "model/loader.h"
#include "model/table.h"

namespace firn {

/// The helper's first argument when a crash of it may leave a core file.
inline constexpr std::string_view kAllowCoreDumps = "--allow-core-dumps";

/// What `firn-duckdb` is asked to do. docs/formats/duckdb.md shows it as it is written.
enum class HelperOperation {
  kLoad,     ///< load `files` into the table
  kCount,    ///< count the table's rows
  kArrived,  ///< name the rows of the first of `files` that are in the table
  kLatest,   ///< show `limit` rows of the `_latest` view
};

/// One job: what the daemon writes to the helper's standard input.
struct HelperJob {
  HelperOperation operation = HelperOperation::kLoad;
  std::string database;                          ///< path of the database file
  std::uint64_t memory_limit = 1ULL << 30U;      ///< bytes
  unsigned threads = 2;                          ///< of the database
  Duration lock_wait = std::chrono::seconds(5);  ///< how long to wait while another program holds the file
  TableDefinition table;
  std::string batch;            ///< for people
  std::vector<LoadFile> files;  ///< for kLoad; for kArrived only the key of one
  std::size_t limit = 10;       ///< for kLatest
};

enum class HelperState {
  kDone,
  kBusy,           ///< another program holds the database file; nothing was done
  kRefused,        ///< the database has something else of the table's name; a person must act; no file was loaded
  kStopped,        ///< the run ended early for what it lacks: space, a right, the stage; `files` are those finished
  kStoppedAtFile,  ///< the run ended early, maybe because of the first file that is not among `files`
};

/// One report: what the helper writes to its standard output.
struct HelperReport {
  HelperState state = HelperState::kDone;
  std::string message;                ///< for all but kDone
  std::vector<FileReport> files;      ///< for kLoad and kDone: one for each file of the job
  std::optional<std::uint64_t> rows;  ///< for kCount and kArrived; nothing when there is no table
  std::vector<Position> positions;    ///< for kArrived, in order
  std::vector<std::string> latest;    ///< for kLatest: each row as a JSON object
};

std::string encode_job(const HelperJob& job);
/// kInvalidInput names the field that is missing or wrong.
Result<HelperJob> decode_job(std::string_view text);

std::string encode_report(const HelperReport& report);
/// kInvalidInput when the text is not a whole report.
Result<HelperReport> decode_report(std::string_view text);

}  // namespace firn
