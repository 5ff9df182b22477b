#include "config/rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ascii_text.h"
#include "base/nearest.h"
#include "base/units.h"
#include "config/config.h"
#include "config/credential_section.h"
#include "config/http_section.h"
#include "config/listener_section.h"
#include "config/sections.h"

namespace firn {
namespace {

constexpr std::size_t kLongestSocketPath = 107;  // sockaddr_un::sun_path without its end
constexpr std::uint64_t kSmallChunk = 10'000'000;

/// True when `path` is `folder` or lies below it. An empty path was wrong and is reported already.
bool is_within(std::string_view path, std::string_view folder) {
  return !path.empty() && !folder.empty() && path.starts_with(folder) &&
         (path.size() == folder.size() || folder == "/" || path[folder.size()] == '/');
}

void check_intake(SectionResults& results) {
  const IntakeConfig& intake = results.config.intake;
  if (intake.in_flight < intake.max_body) {
    results.report.error_at("intake.in_flight",
                            fmt::format("intake.in_flight ({}) must not be smaller than intake.max_body ({})",
                                        format_size(intake.in_flight), format_size(intake.max_body)));
  }
}

void check_disk(SectionResults& results) {
  const DiskConfig& disk = results.config.disk;
  if (disk.pack_floor >= disk.intake_floor) {
    const auto& settings = results.report.settings;
    const auto pack = std::ranges::find(settings, "disk.pack_floor", &Setting::key);
    const bool blame_intake = pack != settings.end() && pack->is_standard;
    results.report.error_at(blame_intake ? "disk.intake_floor" : "disk.pack_floor",
                            fmt::format("disk.pack_floor ({}) must be smaller than disk.intake_floor ({})",
                                        format_size(disk.pack_floor), format_size(disk.intake_floor)),
                            "intake must stop first, so that a full disk can empty itself");
  }
}

void check_data_dir(SectionResults& results) {
  if (results.config.admin_socket().size() > kLongestSocketPath) {
    results.report.error_at("data_dir",
                            fmt::format("data_dir is too long: the path of its socket admin.sock has {} bytes, "
                                        "the system allows {}",
                                        results.config.admin_socket().size(), kLongestSocketPath));
  }
}

void check_paths(SectionResults& results) {
  const Config& config = results.config;
  for (const DirectoryConnection& stage : config.directories) {
    const std::string key = fmt::format("connection.{}.path", stage.name.str());
    if (is_within(stage.path, config.data_dir) || is_within(config.data_dir, stage.path)) {
      results.report.error_at(
          key, fmt::format("the stage {} and data_dir {} must not lie within each other", stage.path, config.data_dir));
    }
  }
  std::map<std::string, std::string> databases;
  for (const DuckdbConnection& database : config.databases) {
    const std::string key = fmt::format("connection.{}.database", database.name.str());
    for (const DirectoryConnection& stage : config.directories) {
      if (is_within(database.database, stage.path)) {
        results.report.error_at(key, fmt::format("the database {} lies in the stage {}", database.database, stage.path),
                                "files on a stage are removed after loading; put the database elsewhere");
      }
    }
    const auto [other, fresh] = databases.emplace(database.database, database.name.str());
    if (!fresh && !database.database.empty()) {
      results.report.error_at(
          key, fmt::format("connections \"{}\" and \"{}\" have the same database", other->second, database.name.str()),
          "use one connection for both repeaters");
    }
  }
}

/// The connection that a repeater names for a role must exist and have a type that can do it.
void check_connection(SectionResults& results, const RepeaterConfig& repeater, std::string_view role,
                      const ConnectionName& name) {
  const std::string key = fmt::format("repeater.{}.{}", repeater.name.str(), role);
  if (name.empty()) {
    return;  // reported as missing
  }
  const auto found = results.connection_types.find(name.str());
  const std::vector<std::string_view> fitting = role == "stage" ? std::vector<std::string_view>{"directory", "s3"}
                                                                : std::vector<std::string_view>{"duckdb", "snowflake"};
  const std::string wanted = fmt::format("{}", fmt::join(fitting, "\" or \""));
  if (found == results.connection_types.end()) {
    std::vector<std::string> names;
    names.reserve(results.connection_types.size());
    for (const auto& [known, type] : results.connection_types) {
      names.push_back(known);
    }
    const auto near = nearest(name.str(), names);
    results.report.error_at(key, fmt::format("there is no connection \"{}\"", name.str()),
                            near ? fmt::format("did you mean \"{}\"?", *near)
                                 : fmt::format("add a section [connection.{}] of type \"{}\"", name.str(), wanted));
  } else if (!found->second.empty() && std::ranges::find(fitting, found->second) == fitting.end()) {
    results.report.error_at(
        key, fmt::format("connection \"{}\" is of type \"{}\", which cannot be a {}", name.str(), found->second, role),
        fmt::format("name a connection of type \"{}\"", wanted));
  }
}

/// Two connections with one place, or one inside the other, would take each other's files for their own.
void check_buckets(SectionResults& results) {
  const std::vector<S3Connection>& all = results.config.buckets;
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t other = 0; other < i; ++other) {
      const S3Connection& a = all[other];
      const S3Connection& b = all[i];
      if (a.bucket.empty() || a.endpoint != b.endpoint ||
          !(is_within(a.url(), b.url()) || is_within(b.url(), a.url()))) {
        continue;
      }
      results.report.error_at(
          fmt::format("connection.{}.bucket", b.name.str()),
          a.url() == b.url()
              ? fmt::format("connections \"{}\" and \"{}\" have the same place {}", a.name.str(), b.name.str(), a.url())
              : fmt::format("the places {} and {} of connections \"{}\" and \"{}\" lie within each other", a.url(),
                            b.url(), a.name.str(), b.name.str()),
          "use one connection for both repeaters, or another prefix");
    }
  }
}

/// What holds the repeater's table; empty when its destination is wrong.
std::string database_of(const Config& config, const RepeaterConfig& repeater) {
  const auto found = std::ranges::find(config.databases, repeater.destination, &DuckdbConnection::name);
  if (found != config.databases.end()) {
    return found->database;
  }
  const SnowflakeConnection* snowflake = config.snowflake_of(repeater);
  return snowflake == nullptr ? ""
                              : fmt::format("{} {} {}", snowflake->account.url, snowflake->database, snowflake->schema);
}

/// Snowflake reads a bucket, and COPY needs a warehouse.
void check_snowflake(SectionResults& results, const RepeaterConfig& repeater) {
  const SnowflakeConnection* found = results.config.snowflake_of(repeater);
  if (found == nullptr) {
    return;
  }
  const std::string prefix = fmt::format("repeater.{}.", repeater.name.str());
  const auto stage = results.connection_types.find(repeater.stage.str());
  if (stage != results.connection_types.end() && stage->second == "directory") {
    results.report.error_at(prefix + "stage", "Snowflake cannot read a folder of this machine",
                            "name a connection of type \"s3\"");
  }
  if (repeater.method == LoadMethod::kCopy && found->warehouse.empty()) {
    results.report.error_at(prefix + "method",
                            fmt::format("COPY needs a warehouse, and connection \"{}\" has none", found->name.str()),
                            "set warehouse there, or use method = \"snowpipe\"");
  }
}

/// Two repeaters must not share a pipe either.
void check_pipes(SectionResults& results) {
  std::map<std::pair<std::string, std::string>, std::string> owners;
  for (const RepeaterConfig& repeater : results.config.repeaters) {
    if (repeater.pipe.empty()) {
      continue;
    }
    const auto [other, fresh] =
        owners.emplace(std::pair(database_of(results.config, repeater), repeater.pipe), repeater.name.str());
    if (!fresh) {
      results.report.error_at(fmt::format("repeater.{}.pipe", repeater.name.str()),
                              fmt::format("repeaters \"{}\" and \"{}\" have the same pipe {}", other->second,
                                          repeater.name.str(), repeater.pipe),
                              "give each repeater a pipe of its own");
    }
  }
}

/// Two repeaters never share a table, nor does a table have the name of another one's `_latest` view.
void check_tables(SectionResults& results) {
  std::map<std::pair<std::string, std::string>, std::string> owners;
  for (const RepeaterConfig& repeater : results.config.repeaters) {
    const std::string database = database_of(results.config, repeater);
    if (database.empty() || repeater.table.empty()) {
      continue;
    }
    const std::string table = lower_ascii(repeater.table.str());
    for (const std::string& name : {table, table + "_latest"}) {
      const auto [other, fresh] = owners.emplace(std::pair(database, name), repeater.name.str());
      if (!fresh) {
        results.report.error_at(fmt::format("repeater.{}.table", repeater.name.str()),
                                fmt::format("repeaters \"{}\" and \"{}\" would both fill \"{}\" in one destination",
                                            other->second, repeater.name.str(), name),
                                "give each repeater a table of its own");
        break;
      }
    }
  }
}

void warn_of_repeater(SectionResults& results, const RepeaterConfig& repeater) {
  const std::string prefix = fmt::format("repeater.{}.", repeater.name.str());
  if (makes_rows(repeater.kind) && repeater.chunk_size < kSmallChunk) {
    results.report.warn_at(
        prefix + "chunk_size",
        fmt::format("chunks of {} cost more than larger ones: each file has a price", format_size(repeater.chunk_size)),
        "use 10 MB to 250 MB unless this is a test");
  }
  if (repeater.journal_quota < results.config.intake.max_body) {
    results.report.warn_at(
        prefix + "journal_quota",
        fmt::format("journal_quota ({}) is smaller than intake.max_body ({}): the largest documents "
                    "could never be stored",
                    format_size(repeater.journal_quota), format_size(results.config.intake.max_body)));
  }
}

void warn_of_unused(SectionResults& results) {
  std::set<std::string> used;
  for (const RepeaterConfig& repeater : results.config.repeaters) {
    used.insert(repeater.stage.str());
    used.insert(repeater.destination.str());
  }
  for (const auto& [name, type] : results.connection_types) {
    if (!used.contains(name)) {
      results.report.warn_at(fmt::format("connection.{}.type", name),
                             fmt::format("no repeater uses connection \"{}\"", name));
    }
  }
}

}  // namespace

void check_rules(SectionResults& results) {
  check_intake(results);
  check_credentials(results);
  check_http(results);
  check_listeners(results);
  check_disk(results);
  check_data_dir(results);
  check_paths(results);
  check_buckets(results);
  for (const RepeaterConfig& repeater : results.config.repeaters) {
    check_connection(results, repeater, "stage", repeater.stage);
    check_connection(results, repeater, "destination", repeater.destination);
    check_snowflake(results, repeater);
    warn_of_repeater(results, repeater);
  }
  check_tables(results);
  check_pipes(results);
  warn_of_unused(results);
}

}  // namespace firn
