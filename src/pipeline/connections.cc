#include "pipeline/connections.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/config.h"
#include "load/duckdb/duckdb_loader.h"
#include "load/fetching_loader.h"
#include "platform/paths.h"
#include "stage/directory/directory_stage.h"

namespace firn {
Connections::Connections(const Config& config, const S3Access::Surroundings& surroundings, const std::string& instance,
                         RequestUsage& requests)
    : config_(config), instance_(instance), surroundings_(surroundings), requests_(requests) {
  for (const DirectoryConnection& connection : config.directories) {
    add_stage(connection.name,
              std::make_unique<DirectoryStage>(surroundings_.files, connection.path, connection.prefix));
  }
  for (const S3Connection& connection : config.buckets) {
    add_bucket(connection);
  }
  for (const DuckdbConnection& connection : config.databases) {
    add_database(connection);
  }
  for (const SnowflakeConnection& connection : config.snowflakes) {
    snowflakes_[connection.name] = std::make_unique<SnowflakeAccess>(connection, surroundings_.clock);
  }
}

/// A request belongs to the repeater that its key names; what names none (the bucket's owner) to the bucket's first.
void Connections::add_bucket(const S3Connection& connection) {
  std::vector<RepeaterName> names;
  for (const RepeaterConfig& repeater : config_.repeaters) {
    if (repeater.stage == connection.name) {
      names.push_back(repeater.name);
    }
  }
  auto& access = buckets_[connection.name] = std::make_unique<S3Access>(connection, surroundings_);
  add_stage(connection.name, access->make_stage([this, names, &connection](UsageItem item, std::string_view key) {
    if (!names.empty()) {
      requests_.count(repeater_of(key, connection.prefix, names).value_or(names.front()), item);
    }
  }));
}

void Connections::add_stage(const ConnectionName& name, std::unique_ptr<Stage> stage) {
  marks_[name] = std::make_unique<StageMarks>(*stage, surroundings_.files,
                                              join(join(config_.data_dir, "marks"), name.str()), instance_);
  stages_[name] = std::move(stage);
}

void Connections::add_database(const DuckdbConnection& connection) {
  DuckDbOptions options;
  options.database = connection.database;
  options.memory_limit = connection.memory_limit;
  options.load_limit = connection.time_limit;
  options.allow_core_dumps = config_.debug.core_dumps;
  options.helper = join(program_directory(), "firn-duckdb");
  loaders_[connection.name] = std::make_unique<DuckDbLoader>(surroundings_.launcher, surroundings_.clock, options);
}

Loader& Connections::loader_for(const RepeaterConfig& repeater) {
  if (const auto snowflake = snowflakes_.find(repeater.destination); snowflake != snowflakes_.end()) {
    auto& loader = snowflake_loaders_[repeater.name];
    loader = snowflake->second->make_loader(repeater, instance_);
    return *loader;
  }
  Loader& loader = *loaders_.at(repeater.destination);
  if (!buckets_.contains(repeater.stage)) {
    return loader;
  }
  auto& fetching = fetching_[{repeater.stage, repeater.destination}];
  if (!fetching) {
    const std::string folder = repeater.stage.str() + "." + repeater.destination.str();
    fetching = std::make_unique<FetchingLoader>(
        FetchingLoader::Parts{*stages_.at(repeater.stage), loader, surroundings_.files},
        join(join(config_.data_dir, "fetched"), folder));
  }
  return *fetching;
}

SnowflakeAccess* Connections::snowflake(const ConnectionName& name) const {
  const auto found = snowflakes_.find(name);
  return found == snowflakes_.end() ? nullptr : found->second.get();
}

RepeaterEnds Connections::ends_of(const RepeaterConfig& repeater) {
  if (!makes_rows(repeater.kind)) {
    return {};
  }
  const auto bucket = std::ranges::find(config_.buckets, repeater.stage, &S3Connection::name);
  return {stages_.at(repeater.stage).get(), marks_.at(repeater.stage).get(), &loader_for(repeater),
          bucket == config_.buckets.end() ? 1 : bucket->uploads};
}

}  // namespace firn
