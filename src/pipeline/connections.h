#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "config/config.h"
#include "model/loader.h"
#include "model/names.h"
#include "model/stage.h"
#include "pipeline/request_usage.h"
#include "pipeline/s3_access.h"
#include "pipeline/snowflake_access.h"
#include "stage/stage_marks.h"

namespace firn {

/// What a repeater's rows go through: parts of Connections, all null when its documents make no rows.
struct RepeaterEnds {
  Stage* stage = nullptr;
  StageMarks* marks = nullptr;
  Loader* loader = nullptr;
  std::size_t uploads = 1;  ///< chunks that are put on the stage side by side
};

/// The stages and loaders that the configuration names, each made once. The check of the configuration has made sure
/// that every repeater's two connections are there and of the right type.
class Connections {
 public:
  /// `instance` names the data directory on the stages. Everything must outlive the connections.
  Connections(const Config& config, const S3Access::Surroundings& surroundings, const std::string& instance,
              RequestUsage& requests);

  [[nodiscard]] RepeaterEnds ends_of(const RepeaterConfig& repeater);
  /// Null when the connection is none of type "snowflake".
  [[nodiscard]] SnowflakeAccess* snowflake(const ConnectionName& name) const;

 private:
  void add_bucket(const S3Connection& connection);
  void add_stage(const ConnectionName& name, std::unique_ptr<Stage> stage);
  void add_database(const DuckdbConnection& connection);
  /// DuckDB reads local files only: chunks in a bucket are fetched for it. Snowflake reads the bucket itself.
  Loader& loader_for(const RepeaterConfig& repeater);

  const Config& config_;
  const std::string instance_;
  const S3Access::Surroundings surroundings_;
  RequestUsage& requests_;
  std::map<ConnectionName, std::unique_ptr<S3Access>> buckets_;
  std::map<ConnectionName, std::unique_ptr<Stage>> stages_;
  std::map<ConnectionName, std::unique_ptr<StageMarks>> marks_;
  std::map<ConnectionName, std::unique_ptr<Loader>> loaders_;
  std::map<ConnectionName, std::unique_ptr<SnowflakeAccess>> snowflakes_;
  std::map<RepeaterName, std::unique_ptr<Loader>> snowflake_loaders_;
  std::map<std::pair<ConnectionName, ConnectionName>, std::unique_ptr<Loader>> fetching_;  ///< by stage and destination
};

}  // namespace firn
