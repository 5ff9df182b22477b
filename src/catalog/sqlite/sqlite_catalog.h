#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "base/time.h"
#include "catalog/sqlite/database.h"
#include "model/catalog.h"

namespace firn {

struct SqliteCatalogOptions {
  std::size_t cache_bytes = 64U << 20U;             ///< of memory for pages; the bound of what the catalog holds
  std::size_t checkpoint_bytes = 64U << 20U;        ///< the write-ahead log is moved into the file beyond this
  Duration busy_timeout = std::chrono::seconds(5);  ///< how long to wait for another program that reads the file
  std::optional<std::uint64_t> max_bytes;           ///< the file never grows beyond this: kNoSpace
};

/// The catalog in one SQLite file (docs/formats/catalog.md), in WAL mode with synchronous=FULL. One connection, one
/// call at a time. kNoSpace: the disk is full. kBusy: another program holds the file. kDamaged: the file is not what
/// was written. kUnavailable: the disk failed.
class SqliteCatalog final : public Catalog {
 public:
  /// Opens the file, or creates it in an existing folder, and brings its tables up to date.
  /// kConfiguration: a newer Firn or another program wrote it.
  static Result<std::unique_ptr<SqliteCatalog>> open(const std::string& path, const SqliteCatalogOptions& options);

  Status commit(std::span<const Transition> transitions) override;
  Result<std::string> bind_target(const RepeaterName& repeater, const std::string& target) override;
  Result<std::map<RepeaterName, std::string>> targets() override;
  Status change_target(const RepeaterName& repeater, const std::string& target) override;
  Result<std::vector<Control>> controls() override;
  Status set_control(const Control& control) override;
  Status clear_control(const RepeaterName& repeater, const std::string& name) override;
  Result<Timestamp> schedule_since(const RepeaterName& repeater, const std::string& schedule, Timestamp now) override;
  Result<std::optional<Position>> cursor(const RepeaterName& repeater, std::uint64_t partition) override;
  Result<std::vector<std::vector<VersionEntry>>> versions(const RepeaterName& repeater,
                                                          std::span<const DocumentKey> documents) override;
  Result<bool> is_replaced(const RepeaterName& repeater, Position position) override;
  Result<std::vector<Chunk>> chunks(const ChunkFilter& filter) override;
  Result<std::vector<Chunk>> newest_proven(const RepeaterName& repeater, std::size_t most) override;
  Result<std::vector<Batch>> batches(const BatchFilter& filter) override;
  Result<std::vector<QuarantinedRecord>> quarantined(const QuarantineFilter& filter) override;
  Result<std::vector<FetchRequest>> fetch_requests(const FetchFilter& filter) override;
  Result<std::optional<Batch>> batch_at(const RepeaterName& repeater, Position position) override;
  Result<std::optional<Chunk>> chunk_at(const RepeaterName& repeater, Position position) override;
  Result<std::vector<std::string>> domains(const RepeaterName& repeater) override;
  Result<RepeaterTotals> totals(const RepeaterName& repeater) override;
  Result<std::vector<UsageEntry>> usage(const UsageFilter& filter) override;
  Result<std::optional<Position>> settled_up_to(const RepeaterName& repeater, std::uint64_t partition) override;

  /// Reads the whole file and compares its parts with each other; kDamaged when they do not agree. Takes a second for
  /// each 200 MB or so.
  Status verify();

 private:
  explicit SqliteCatalog(Database database) : database_(std::move(database)) {}

  Mutex mutex_;
  Database database_ FIRN_GUARDED_BY(mutex_);
};

}  // namespace firn
