#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/loader.h"
#include "platform/file_system.h"
#include "tests/support/fault_plan.h"

namespace firn {

/// A field of a CSV line; nothing is an unquoted empty one.
using CsvField = std::optional<std::string>;
using CsvLine = std::vector<CsvField>;

/// Reads RFC 4180 lines that end with LF, written here anew so that the writer is not checked by its own ideas.
/// Nothing when the text is not that.
std::optional<std::vector<CsvLine>> read_csv(std::string_view text);

/// The whole content of a zstd file; nothing when it is damaged or cut short.
std::optional<std::string> read_zstd(std::string_view bytes);

/// A database outside of the simulated machine: it outlives every crash. A file is loaded whole or not at all, and
/// once. It does not take rows whose id begins with kPoison.
class Destination {
 public:
  /// One row of the table with the file it came from.
  struct Row {
    std::string file;
    CsvLine fields;
  };

  /// Fails when the machine of the files is gone.
  Result<FileReport> load(const LoadFile& file, FileSystem& files);
  [[nodiscard]] const std::vector<Row>& rows() const { return rows_; }
  /// How often a file was refused for one of its rows.
  [[nodiscard]] int refused() const { return refused_; }

 private:
  std::map<std::string, std::uint64_t> ledger_;
  std::vector<Row> rows_;
  int refused_ = 0;
};

/// What the daemon knows of the destination; dies with it. By chance it refuses, loses answers after the work was done,
/// takes its time, and forgets.
class UnreliableLoader final : public Loader {
 public:
  UnreliableLoader(Destination& destination, FileSystem& files, Chance& chance, const double& trouble)
      : destination_(destination), files_(files), chance_(chance), trouble_(trouble) {}

  Result<std::string> submit(const LoadJob& job) override;
  Result<LoadProgress> poll(const LoadJob& job, const std::string& handle) override;
  Result<std::uint64_t> count(const TableDefinition& table) override;
  Result<std::vector<Position>> arrived(const TableDefinition& table, const ObjectKey& key) override;

 private:
  [[nodiscard]] Result<std::vector<FileReport>> load_all(const LoadJob& job);

  Destination& destination_;
  FileSystem& files_;
  Chance& chance_;
  const double& trouble_;  ///< the probability of each sort of trouble now
  std::map<std::string, LoadJob> running_;
  std::uint64_t next_handle_ = 1;
};

}  // namespace firn
