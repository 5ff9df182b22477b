#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/load_report.h"
#include "model/names.h"
#include "model/position.h"
#include "model/table.h"
#include "model/usage.h"

namespace firn {

struct LoadFile {
  ObjectKey key;
  std::string location;  ///< Stage::location()
  std::uint64_t rows = 0;
  std::uint64_t bytes_longest_row = 0;
  std::uint64_t bytes = 0;  ///< of the file
  std::optional<Timestamp> staged_at{};
  std::optional<Timestamp> first_submitted_at{};  ///< by an earlier request; nothing when this is the first
  std::uint64_t bytes_uncompressed = 0;
};

struct FileRows {
  ObjectKey key;
  std::uint64_t rows = 0;
};

/// A file whose rows were proven to be in the table.
struct VerifiedFile {
  ObjectKey key;
  std::uint64_t rows = 0;
  Timestamp loaded_at{};
};

/// What one request loads. All files have the shape of `table`.
struct LoadJob {
  std::string request_id;  ///< the same for a repetition of the same request
  std::string batch;       ///< for people and query tags: `<repeater>/<period>/<number>`
  TableDefinition table;
  std::vector<LoadFile> files;
  Timestamp submitted_at{};              ///< when the request was intended
  bool is_repeat = false;                ///< the same request may have been submitted before
  std::vector<VerifiedFile> verified{};  ///< the newest of the repeater's files that were, in any order
};

enum class LoadState {
  kRunning,
  kDone,       ///< `files` has one report for each file of the job
  kForgotten,  ///< the destination does not know the handle and will not act on it; ask again with the same files
};

struct LoadProgress {
  LoadState state = LoadState::kRunning;
  std::vector<FileReport> files;    ///< else: of those files that have been finished, as far as that is known
  std::optional<Error> reason;      ///< for kForgotten: why, for people
  bool at_file = false;             ///< for kForgotten: a file that has no report may be why
  std::vector<UsageAmount> used{};  ///< for what is told here, by a destination that charges for it
};

/// A destination. A file that is submitted again is never loaded twice; it is reported as loaded. Threads: any, one at
/// a time for each table.
class Loader {
 public:
  virtual ~Loader() = default;

  /// Whether the table is still the one that earlier files went to; asked before a request is intended, with what it
  /// would name. The failure says what a person can do.
  virtual Status check(const LoadJob& /*job*/) { return {}; }

  /// Starts loading; creates the table and its `_latest` view when they are missing. Returns a handle at once.
  /// kBusy and kUnavailable: nothing was begun, try again.
  virtual Result<std::string> submit(const LoadJob& job) = 0;

  /// How far it is. `job` is what was submitted, without the files whose report has been recorded since. An error means
  /// that nothing is known: the request may still be running.
  virtual Result<LoadProgress> poll(const LoadJob& job, const std::string& handle) = 0;

  /// Rows in the table; kNotFound when there is no table yet.
  virtual Result<std::uint64_t> count(const TableDefinition& table) = 0;

  /// The positions of the rows in the table that came from this file, in order: one that is there twice comes twice.
  /// kNotFound when there is no table yet. May be called while requests run; kBusy when it cannot be told then.
  virtual Result<std::vector<Position>> arrived(const TableDefinition& table, const ObjectKey& key) = 0;

  /// How many rows of each file whose key begins with `prefix` are in the table. May cost money. kInvalidInput: this
  /// destination cannot tell.
  virtual Result<std::vector<FileRows>> rows_by_file(const TableDefinition& table, const std::string& /*prefix*/) {
    return fail(Error{ErrorKind::kInvalidInput, "audit", table.table.str(), "its destination is no Snowflake account",
                      "compare `firn status` with SELECT COUNT(*) there"});
  }

  /// How many files a request may name.
  [[nodiscard]] virtual std::size_t most_files() const { return kNoLimit; }

  /// Why a person should look at a file that has no proof for so long: the destination will forget whether it has
  /// loaded it. From then on submit() asks for proof of a file that may have been submitted before, and does not submit
  /// it blindly. For people; empty when it is not so.
  [[nodiscard]] virtual std::string ageing(const LoadFile& /*file*/) const { return {}; }

  /// Why the file must not be submitted (again): the destination may have forgotten that it has loaded it. For people;
  /// empty when it may.
  [[nodiscard]] virtual std::string too_old(const LoadFile& /*file*/) const { return {}; }

 protected:
  static constexpr std::size_t kNoLimit = 1'000'000;
};

}  // namespace firn
