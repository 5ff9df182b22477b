#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "load/snowflake/snowflake_transport.h"

namespace firn {

struct PipeFile {
  std::string path;  ///< below the stage's URL; at most 1024 bytes
  std::uint64_t bytes = 0;
};

/// What a pipe says about one file.
struct PipeFileReport {
  std::string path;
  std::string status;  ///< LOADED, LOAD_FAILED, PARTIALLY_LOADED, LOAD_IN_PROGRESS
  bool is_complete = false;
  std::uint64_t rows_inserted = 0;
  std::string first_error;  ///< Snowflake's words
  std::uint64_t first_error_line = 0;
};

struct PipeReport {
  std::vector<PipeFileReport> files;
  std::string next_mark;  ///< for the next insert_report(): what was told before is left out, mostly
};

/// The Snowpipe REST API of one pipe (docs/formats/snowflake_api.md). Threads: any.
class SnowpipeClient {
 public:
  static constexpr std::size_t kMostFiles = 5000;

  /// `pipe` is its whole name, as Snowflake stores it: `DB.SCHEMA.PIPE`, with double quotes where it needs them.
  SnowpipeClient(SnowflakeTransport& transport, std::string pipe);

  /// Queues the files: the pipe loads those whose names it has not seen within 14 days. kUnavailable and kBusy: they
  /// may be queued.
  Status insert_files(const std::string& request_id, const std::vector<PipeFile>& files);

  /// What happened to files within the last ten minutes; from `mark` on when it is not empty.
  Result<PipeReport> insert_report(const std::string& mark);

  /// What happened to files between the two times, at most 10,000. Rarely: Snowflake advises a window of ten minutes
  /// every eight.
  Result<PipeReport> load_history(Timestamp from, Timestamp to);

 private:
  Result<HttpReply> get(const std::string& what, const std::string& query);
  Result<PipeReport> read(const HttpReply& reply) const;
  [[nodiscard]] std::string path(const std::string& what, const std::string& query) const;

  SnowflakeTransport& transport_;
  const std::string pipe_;
};

}  // namespace firn
