#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"
#include "base/time.h"
#include "load/duckdb/protocol.h"
#include "model/loader.h"
#include "platform/process.h"

namespace firn {

struct DuckDbOptions {
  std::string helper;                                  ///< path of the program `firn-duckdb`
  std::vector<std::string> helper_arguments;           ///< for tests only
  std::string database;                                ///< path of the database file; created when missing
  std::uint64_t memory_limit = 1ULL << 30U;            ///< bytes
  unsigned threads = 2;                                ///< of the database
  Duration lock_wait = std::chrono::seconds(5);        ///< while another program holds the file
  Duration load_limit = std::chrono::minutes(60);      ///< a load that takes longer is ended and tried again
  Duration question_limit = std::chrono::seconds(30);  ///< the same for count() and arrived()
  bool allow_core_dumps = false;                       ///< a crash of the helper may leave a core file
};

/// Loads a DuckDB database by one run of the helper program for each request. Requests to one loader follow each other,
/// because only one process may have the file open. A run that ends in any way without a whole report is kForgotten,
/// with the reason and with what it says it had finished: the ledger in the database knows which files were loaded, and
/// the next run goes on from there. Handles do not outlive this object; its destructor ends the helper. Threads: any.
class DuckDbLoader final : public Loader {
 public:
  DuckDbLoader(ProcessLauncher& processes, const Clock& clock, DuckDbOptions options);
  ~DuckDbLoader() override;

  Result<std::string> submit(const LoadJob& job) override;
  Result<LoadProgress> poll(const LoadJob& job, const std::string& handle) override;
  Result<std::uint64_t> count(const TableDefinition& table) override;
  Result<std::vector<Position>> arrived(const TableDefinition& table, const ObjectKey& key) override;

 private:
  struct Request;

  Request* find(const std::string& handle) FIRN_REQUIRES(mutex_);
  /// True when the request has begun by now.
  Result<bool> begin(Request& request) FIRN_REQUIRES(mutex_);
  [[nodiscard]] bool is_anything_running() FIRN_REQUIRES(mutex_);
  Result<LoadProgress> look(Request& request) FIRN_REQUIRES(mutex_);
  Result<std::unique_ptr<Process>> start(const HelperJob& job) const;
  /// Has a question about the table answered; `operation` says what is asked, for people.
  Result<HelperReport> ask(const HelperJob& job, const std::string& operation) const;
  [[nodiscard]] HelperJob job_of(HelperOperation operation, const TableDefinition& table) const;

  ProcessLauncher& processes_;
  const Clock& clock_;
  const DuckDbOptions options_;
  Mutex mutex_;
  std::deque<std::unique_ptr<Request>> requests_ FIRN_GUARDED_BY(mutex_);  ///< oldest first, ended ones included
};

}  // namespace firn
