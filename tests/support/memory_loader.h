#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/mutex.h"
#include "model/loader.h"

namespace firn {

/// A destination in memory: it believes what the job says of each file, remembers which files it has loaded, and does
/// what a test tells it. What was loaded stays for the life of the object. Threads: any.
class MemoryLoader final : public Loader {
 public:
  /// The next submit fails with this error, and nothing is begun.
  void fail_next_submit(Error error);
  /// The next poll fails with this error.
  void fail_next_poll(Error error);
  /// A request is running for that many polls after it was submitted.
  void run_for(int polls);
  /// A request that runs says that so many of its files are finished.
  void say_finished(std::size_t files);
  /// All requests are forgotten, for this reason; what they had loaded stays.
  void forget(std::optional<Error> reason);
  /// A run ends at this file, of which it says nothing, nor of those after it.
  void die_at(const ObjectKey& key);
  void die_at_nothing();
  /// Says this of the file instead of loading it.
  void report_instead(FileReport report);
  /// Refuses the row that begins at this line of the file, each time.
  void refuse_row(const ObjectKey& key, std::uint64_t line);
  /// The rows of the file that are in the table, in order; else there are none, whatever was loaded.
  void holds(const ObjectKey& key, std::vector<Position> positions);
  /// The next arrived() fails with this error.
  void fail_next_arrived(Error error);
  /// The file must not be submitted any more, for this reason.
  void age(const ObjectKey& key, std::string why);
  /// A person should look at the file, for this reason.
  void begin_to_age(const ObjectKey& key, std::string why);
  /// What each request that is done has used.
  void charge(std::vector<UsageAmount> used);
  /// Leaves the file out of the next report.
  void leave_out(const ObjectKey& key);

  [[nodiscard]] std::vector<LoadJob> submitted();
  /// How often rows of this file came into a table. More than 1 is what must never happen.
  [[nodiscard]] int times_loaded(const ObjectKey& key);

  Result<std::string> submit(const LoadJob& job) override;
  [[nodiscard]] std::string ageing(const LoadFile& file) const override;
  [[nodiscard]] std::string too_old(const LoadFile& file) const override;
  Result<LoadProgress> poll(const LoadJob& job, const std::string& handle) override;
  Result<std::uint64_t> count(const TableDefinition& table) override;
  Result<std::vector<Position>> arrived(const TableDefinition& table, const ObjectKey& key) override;

 private:
  struct Request {
    LoadJob job;
    int polls_left = 0;
  };

  FileReport load(const TableName& table, const LoadFile& file) FIRN_REQUIRES(mutex_);

  Mutex mutex_;
  std::vector<LoadJob> submitted_ FIRN_GUARDED_BY(mutex_);
  std::map<std::string, Request> requests_ FIRN_GUARDED_BY(mutex_);
  std::map<ObjectKey, std::uint64_t> loaded_ FIRN_GUARDED_BY(mutex_);  ///< rows of each file
  std::map<ObjectKey, int> times_ FIRN_GUARDED_BY(mutex_);
  std::map<TableName, std::uint64_t> rows_ FIRN_GUARDED_BY(mutex_);
  std::map<ObjectKey, FileReport> instead_ FIRN_GUARDED_BY(mutex_);
  std::map<ObjectKey, std::vector<Position>> positions_ FIRN_GUARDED_BY(mutex_);
  std::optional<Error> arrived_fault_ FIRN_GUARDED_BY(mutex_);
  std::map<ObjectKey, std::string> aged_;    ///< changed by tests before anything runs
  std::map<ObjectKey, std::string> ageing_;  ///< likewise
  std::set<ObjectKey> deadly_ FIRN_GUARDED_BY(mutex_);
  std::optional<ObjectKey> left_out_ FIRN_GUARDED_BY(mutex_);
  std::vector<UsageAmount> charge_ FIRN_GUARDED_BY(mutex_);
  std::optional<Error> submit_fault_ FIRN_GUARDED_BY(mutex_);
  std::optional<Error> poll_fault_ FIRN_GUARDED_BY(mutex_);
  std::optional<Error> forgotten_why_ FIRN_GUARDED_BY(mutex_);
  int polls_ FIRN_GUARDED_BY(mutex_) = 0;
  std::size_t said_finished_ FIRN_GUARDED_BY(mutex_) = 0;
};

}  // namespace firn
