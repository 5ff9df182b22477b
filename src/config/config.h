#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/cron.h"
#include "base/time.h"
#include "config/credential_config.h"
#include "config/filter_config.h"
#include "config/http_config.h"
#include "config/monitor_config.h"
#include "config/privacy_config.h"
#include "config/s3_config.h"
#include "config/snowflake_config.h"
#include "model/names.h"
#include "model/period.h"
#include "model/price/prices.h"
#include "model/table.h"
#include "platform/file_system.h"
#include "platform/time_zone.h"

namespace firn {

struct IntakeConfig {
  std::vector<ListenerConfig> listeners;  ///< at least one
  std::uint64_t max_body = 0;
  std::uint64_t in_flight = 0;                ///< bodies being received, together
  std::vector<CredentialConfig> credentials;  ///< those of the credentials file come to them
  Duration token_life{};                      ///< of the access tokens that are given out
  HttpConfig http;

  /// The first that other machines reach, by themselves or through a trusted proxy; null when there is none.
  [[nodiscard]] const ListenerConfig* public_listener() const;
};

struct DiskConfig {
  std::uint64_t intake_floor = 0;  ///< intake stops below this much free space
  std::uint64_t pack_floor = 0;    ///< pack stops below this; smaller than intake_floor
};

struct LogConfig {
  std::string level;   ///< debug, info, warning or error
  std::string format;  ///< logfmt or json
};

/// A stage that is a folder.
struct DirectoryConnection {
  ConnectionName name;
  std::string path;    ///< absolute
  std::string prefix;  ///< before every key: empty, or names with `/` between them and none at the ends
};

/// A destination that is a DuckDB database.
struct DuckdbConnection {
  ConnectionName name;
  std::string database;  ///< absolute path of the file
  std::uint64_t memory_limit = 0;
  Duration time_limit{};  ///< of one batch
};

/// When a repeater ingests by the calendar; load/schedule.h says which moments these are.
struct ScheduleConfig {
  CronExpression cron;
  TimeZone time_zone;
};

struct RepeaterConfig {
  RepeaterName name;
  Kind kind = Kind::kForm;
  TableName table;  ///< empty, like everything up to `pipe`, when the kind makes no rows
  ConnectionName stage;
  ConnectionName destination;
  std::uint64_t threshold = 0;  ///< uncompressed bytes that are not yet ingested
  Duration max_age{};           ///< of the oldest record that is not yet ingested; at most 30 days
  std::optional<ScheduleConfig> schedule;
  Period period = Period::kMonth;
  std::uint64_t chunk_size = 0;  ///< compressed
  Duration chunk_age{};
  std::optional<Duration> keep_staged;  ///< after a file is proven loaded; nothing: until the next ingest
  std::optional<LoadMethod> method;     ///< only with a destination of type "snowflake"
  bool method_is_auto = false;          ///< then `method` is what a start begins with, and the price decides
  std::string method_why;               ///< why the price chose it; empty otherwise
  std::string pipe;                     ///< of kSnowpipe, as Snowflake stores the name
  std::optional<double> budget;         ///< dollars a month that loading may cost before an alarm tells of it
  std::uint64_t journal_quota = 0;
  FilterConfig filter;
  PrivacyConfig privacy;
};

/// A value as it takes effect, for people; secrets are masked.
struct Setting {
  std::string key;    ///< e.g. `repeater.forms.threshold`
  std::string value;  ///< sizes and durations in their shortest text
  unsigned line = 0;  ///< where it is set, or for a standard value where its section begins; 0 when there is none
  unsigned column = 0;
  bool is_standard = false;
  std::string from{};  ///< another file that has it, and the section there, for people; else empty
};

/// Something wrong in the file, with the place that a person must look at.
struct ConfigError {
  std::string file;
  unsigned line = 0;  ///< from 1; 0 when it concerns the whole file
  unsigned column = 0;
  std::string message;
  std::string hint;  ///< may be empty

  /// `file:line:column: message; hint`
  [[nodiscard]] std::string str() const;
};

/// The whole configuration, checked: paths are absolute, names are valid, every connection that is named exists and has
/// the right type. The words are those of docs/configuration.md.
struct Config {
  std::string file;  ///< absolute
  std::string data_dir;
  IntakeConfig intake;
  DiskConfig disk;
  LogConfig log;
  MonitorConfig monitor;
  DebugConfig debug;
  Prices prices;
  std::vector<DirectoryConnection> directories;
  std::vector<S3Connection> buckets;
  std::vector<DuckdbConnection> databases;
  std::vector<SnowflakeConnection> snowflakes;
  std::vector<RepeaterConfig> repeaters;  ///< in the order of the file, at least one
  std::vector<Setting> settings;          ///< everything above with its origin
  std::vector<ConfigError> warnings;      ///< allowed, but probably not meant

  /// The destination of a repeater of this configuration that makes rows.
  [[nodiscard]] const DuckdbConnection& destination_of(const RepeaterConfig& repeater) const;
  /// The Snowflake connection that the repeater loads into; null when its destination is none.
  [[nodiscard]] const SnowflakeConnection* snowflake_of(const RepeaterConfig& repeater) const;
  /// The Unix socket of the admin API.
  [[nodiscard]] std::string admin_socket() const;
  /// What `firn credential` keeps, when each was used last, and the key that signs access tokens. They may be missing.
  [[nodiscard]] std::string credentials_file() const;
  [[nodiscard]] std::string credential_uses_file() const;
  [[nodiscard]] std::string token_key_file() const;
};

/// The value of an environment variable, or nothing.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

struct LoadOptions {
  /// What the daemon needs to serve must be there: credentials for a listener that other machines reach, certificates.
  /// Not so for a command that makes the first credential, or asks a daemon that runs.
  bool fit_to_serve = true;
};

/// Reads and checks a configuration file and the secrets that it names. All mistakes are reported together, in the
/// order of the file; none of them shows a secret.
std::expected<Config, std::vector<ConfigError>> load_config(FileSystem& files, const std::string& path,
                                                            const Environment& environment,
                                                            const LoadOptions& options = {});

}  // namespace firn
