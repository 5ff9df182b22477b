#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/load_report.h"
#include "model/names.h"
#include "model/table.h"

namespace firn {

struct LoadFile {
  ObjectKey key;
  std::string location;  ///< Stage::location()
  std::uint64_t rows = 0;
  std::uint64_t bytes_longest_row = 0;
};

/// What one request loads. All files have the shape of `table`.
struct LoadJob {
  std::string request_id;  ///< the same for a repetition of the same request
  std::string batch;       ///< for people and query tags: `<repeater>/<period>/<number>`
  TableDefinition table;
  std::vector<LoadFile> files;
};

enum class LoadState {
  kRunning,
  kDone,       ///< `files` has one report for each file of the job
  kForgotten,  ///< the destination does not know the handle and will not act on it; ask again with the same files
};

struct LoadProgress {
  LoadState state = LoadState::kRunning;
  std::vector<FileReport> files;  ///< else: of those files that have been finished, as far as that is known
  std::optional<Error> reason;    ///< for kForgotten: why, for people
  bool at_file = false;           ///< for kForgotten: a file that has no report may be why
};

/// A destination. A file that is submitted again is never loaded twice; it is reported as loaded. Threads: any, one at
/// a time for each table.
class Loader {
 public:
  virtual ~Loader() = default;

  /// Starts loading; creates the table and its `_latest` view when they are missing. Returns a handle at once.
  /// kBusy and kUnavailable: nothing was begun, try again.
  virtual Result<std::string> submit(const LoadJob& job) = 0;

  /// How far it is. An error means that nothing is known: the request may still be running.
  virtual Result<LoadProgress> poll(const std::string& handle) = 0;

  /// Rows in the table; kNotFound when there is no table yet.
  virtual Result<std::uint64_t> count(const TableDefinition& table) = 0;
};

}  // namespace firn
