#include "pipeline/live_check_snowflake.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/ascii_text.h"
#include "load/request_id.h"
#include "load/snowflake/object_check.h"
#include "load/snowflake/snowflake_setup.h"
#include "load/snowflake/table_guard.h"
#include "pack/chunk_writer.h"
#include "pipeline/s3_access.h"
#include "pipeline/snowflake_access.h"
#include "pipeline/snowflake_needs.h"
#include "platform/scratch_folder.h"
#include "platform/thread.h"

namespace firn {
namespace {

using Verdict = LiveFinding::Kind;

constexpr Duration kPatience = std::chrono::minutes(1);
constexpr Duration kProbePatience = std::chrono::minutes(5);
constexpr Duration kBetweenLooks = std::chrono::seconds(2);
constexpr std::uint64_t kLimitSeconds = 60;

LiveFinding good(std::string what, std::string found) {
  return {Verdict::kGood, std::move(what), std::move(found), ""};
}

/// Amazon's name of a region, of Snowflake's: `AWS_EU_CENTRAL_1`, maybe behind `PUBLIC.`.
std::string amazon_region(std::string_view snowflake) {
  std::string region = lower_ascii(snowflake.substr(snowflake.rfind('.') + 1));
  std::ranges::replace(region, '_', '-');
  return region.starts_with("aws-") ? region.substr(4) : region;
}

/// One account, seen as the daemon will see it.
class AccountTrial {
 public:
  AccountTrial(SnowflakeAccess& access, const Config& config, const S3Access::Surroundings& surroundings,
               std::string instance)
      : access_(access),
        config_(config),
        surroundings_(surroundings),
        instance_(std::move(instance)),
        needs_(snowflake_setup_of(config, access.connection(), instance_)),
        objects_(access.sql(), access.connection().role, needs_) {}

  std::vector<LiveFinding> run() {
    if (log_in()) {
      compare_objects();
      for (const RepeaterConfig& repeater : config_.repeaters) {
        if (repeater.destination == access_.connection().name) {
          check_repeater(repeater);
        }
      }
    }
    return std::move(findings_);
  }

 private:
  Result<SqlRows> ask(const std::string& text, const std::string& warehouse = "") {
    const SnowflakeConnection& of = access_.connection();
    return access_.sql().run({text, of.role, warehouse, of.database, of.schema, "firn check", kLimitSeconds},
                             kPatience);
  }

  bool log_in() {
    const auto said = ask("SELECT CURRENT_ROLE(), CURRENT_REGION()");
    if (!said) {
      findings_.push_back(wrong_finding("login", said.error()));
      return false;
    }
    region_ = said->rows.empty() ? "" : amazon_region(said->rows[0].at(1).value_or(""));
    findings_.push_back(good("login", fmt::format("as {} with role {}, in {}", access_.connection().user,
                                                  access_.connection().role, region_)));
    return true;
  }

  void check_repeater(const RepeaterConfig& repeater) {
    const SnowflakePlace place = place_of(repeater, access_.connection());
    check_region(repeater);
    if (!can_read(place)) {
      return;
    }
    if (!access_.connection().warehouse.empty()) {
      check_warehouse();
    }
    TableGuard guard(access_.sql(), surroundings_.clock, access_.session(), place, instance_);
    const std::string what = "repeater " + repeater.name.str();
    LoadJob nothing;
    nothing.batch = "firn check";
    if (const Status fits = guard.check(nothing); !fits) {
      findings_.push_back(wrong_finding(what, fits.error()));
      return;
    }
    if (const auto other = objects_.table({table_of(repeater.kind, repeater.table), place})) {
      findings_.push_back({Verdict::kWrong, what, other->found, other->mend});
      return;
    }
    if (const std::string difference = pipe_difference(repeater, place); !difference.empty()) {
      findings_.push_back(
          {Verdict::kWrong, what,
           fmt::format("the pipe {} does not load as this version of Firn would: it has {}",
                       sql_name(place, place.pipe), difference),
           fmt::format("when the repeater is drained, set `pipe = \"{}_2\"` in its section and run `firn "
                       "setup snowflake` again: a pipe is never replaced, or it forgets what it loaded",
                       place.pipe)});
      return;
    }
    findings_.push_back(good(
        what, sql_name(place, place.table) + (place.pipe.empty() ? "" : " by pipe " + sql_name(place, place.pipe))));
    if (probed_.emplace(place.stage, place.pipe.empty()).second) {
      probe(repeater, place);
    }
  }

  /// What exists with other settings; what is missing, or not to be seen, is for the other looks.
  void compare_objects() {
    tell(objects_.warehouse());
    tell(objects_.file_format());
    for (const SnowflakeSetup::Bucket& bucket : needs_.buckets) {
      tell(objects_.stage(bucket));
    }
  }

  void tell(const std::optional<ObjectDifference>& other) {
    if (other) {
      findings_.push_back({other->harms ? Verdict::kWrong : Verdict::kWarning, other->what, other->found, other->mend});
    }
  }

  /// Between the COPY that Firn would make and that of the pipe; empty when there is none, or nobody says.
  std::string pipe_difference(const RepeaterConfig& repeater, const SnowflakePlace& place) {
    if (place.pipe.empty()) {
      return "";
    }
    const auto said = ask(fmt::format("SHOW PIPES LIKE {} IN SCHEMA {}.{}", sql_text(place.pipe),
                                      sql_name(place.database), sql_name(place.schema)));
    for (std::size_t i = 0; said && i < said->rows.size(); ++i) {
      const std::string definition = said->text(i, "definition");
      if (said->text(i, "name") == place.pipe && !definition.empty()) {
        return sql_difference(copy_sql(table_of(repeater.kind, repeater.table), place), definition);
      }
    }
    return "";
  }

  void check_region(const RepeaterConfig& repeater) {
    const auto bucket = std::ranges::find(config_.buckets, repeater.stage, &S3Connection::name);
    if (bucket->region.empty() || bucket->region == region_ || !bucket->endpoint.empty() ||
        !regions_.insert(bucket->region).second) {
      return;
    }
    findings_.push_back({Verdict::kWarning, "region",
                         fmt::format("the bucket {} is in {}, the account in {}: Amazon bills each byte that crosses",
                                     bucket->bucket, bucket->region, region_),
                         "use a bucket in the account's region"});
  }

  /// Whether the role may use it, and it starts: no result of another time answers a statement with RANDOM ("Using
  /// persisted query results"), and none that reads a table's statistics alone.
  void check_warehouse() {
    if (std::exchange(warehouse_checked_, true)) {
      return;
    }
    const std::string& name = access_.connection().warehouse;
    const auto said = ask("SELECT RANDOM() AS R FROM TABLE(GENERATOR(ROWCOUNT => 1))", name);
    if (!said) {
      findings_.push_back(wrong_finding("warehouse", said.error()));
      return;
    }
    const auto settings = objects_.warehouse_settings();
    const std::string credits = settings ? credits_per_minute(settings->size) : "";
    findings_.push_back(
        good("warehouse", fmt::format("the role may use {}, and it runs; if this woke it, it costs a minute{}", name,
                                      credits.empty() ? "" : fmt::format(" ({}: {})", settings->size, credits))));
  }

  bool can_read(const SnowflakePlace& place) {
    if (!stages_.insert(place.stage).second) {
      return true;
    }
    const auto said = ask(fmt::format("LIST @{}/_firn/", sql_name(place, place.stage)));
    findings_.push_back(said ? good("stage", sql_name(place, place.stage) + " can be read")
                             : wrong_finding("stage", said.error()));
    return said.has_value();
  }

  void probe(const RepeaterConfig& repeater, const SnowflakePlace& place) {
    const std::string what = repeater.method == LoadMethod::kCopy ? "load by COPY" : "load by Snowpipe";
    const auto bucket = std::ranges::find(config_.buckets, repeater.stage, &S3Connection::name);
    S3Access s3(*bucket, surroundings_);
    const auto stage = s3.make_stage();
    const ObjectKey key("_firn/probe/" + format_month(surroundings_.clock.now()) + "/" + make_request_id() +
                        ".csv.zst");
    Status loaded = put(*stage, key);
    if (loaded) {
      loaded = load(repeater, place, *stage, key);
      static_cast<void>(stage->remove(std::span(&key, 1)));  // what stays is small, and seen by `firn stage list`
    }
    findings_.push_back(loaded ? good(what, "one row has arrived in " + sql_name(place, "_FIRN_PROBE"))
                               : wrong_finding(what, loaded.error()));
  }

  Status put(Stage& stage, const ObjectKey& key) {
    FIRN_ASSIGN(const auto folder, ScratchFolder::make_temporary());
    const std::string path = join(folder->path(), "probe");
    FIRN_ASSIGN(auto writer, ChunkWriter::create(surroundings_.files, path));
    FIRN_TRY(writer.append("\"" + key.str() + "\",0\n"));
    FIRN_ASSIGN(const ChunkFile file, writer.finish());
    ObjectMetadata metadata;
    metadata.rows = file.rows;
    metadata.content_digest = file.content_digest;
    metadata.file_digest = file.file_digest;
    metadata.bytes = file.bytes_compressed;
    bytes_ = file.bytes_compressed;
    FIRN_TRY(stage.put(key, path, metadata));
    return {};
  }

  Status load(const RepeaterConfig& repeater, const SnowflakePlace& place, const Stage& stage, const ObjectKey& key) {
    const auto loader =
        access_.make_loader_at(probe_place(place), repeater.method.value_or(LoadMethod::kSnowpipe), instance_);
    LoadJob job;
    job.request_id = make_request_id();
    job.batch = "firn check";
    job.table = probe_table();
    job.files = {{key, stage.location(key), 1, 0, bytes_}};
    job.submitted_at = surroundings_.clock.now();
    FIRN_ASSIGN(const std::string handle, loader->submit(job));
    for (Duration waited{}; waited < kProbePatience; waited += kBetweenLooks) {
      FIRN_ASSIGN(const LoadProgress progress, loader->poll(job, handle));
      if (progress.state == LoadState::kForgotten) {
        return fail(progress.reason.value_or(Error{ErrorKind::kUnavailable, "load", key.str(), "it is not known", ""}));
      }
      if (progress.state == LoadState::kDone) {
        return judge(progress.files.front());
      }
      pause(kBetweenLooks);
    }
    return fail(Error{ErrorKind::kUnavailable, "load", key.str(),
                      "nothing was heard of it for " + format_duration(kProbePatience), "look again later"});
  }

  static Status judge(const FileReport& report) {
    if (report.status == FileStatus::kLoaded && report.rows_loaded == 1) {
      return {};
    }
    return fail(
        Error{ErrorKind::kConfiguration, "load", report.key.str(),
              fmt::format("it is {} with {} rows: {}", to_string(report.status), report.rows_loaded, report.message),
              "compare the file format and the table with what `firn setup snowflake` prints"});
  }

  SnowflakeAccess& access_;
  const Config& config_;
  const S3Access::Surroundings& surroundings_;
  const std::string instance_;
  const SnowflakeSetup needs_;
  ObjectCheck objects_;
  std::vector<LiveFinding> findings_;
  std::string region_;  ///< of the account, as Amazon names it
  bool warehouse_checked_ = false;
  std::uint64_t bytes_ = 0;  ///< of the last probe
  std::set<std::string> stages_;
  std::set<std::string> regions_;
  std::set<std::pair<std::string, bool>> probed_;
};

}  // namespace

std::vector<LiveReport> check_snowflake_live(const Config& config, const S3Access::Surroundings& surroundings,
                                             const std::string& instance) {
  std::vector<LiveReport> reports;
  for (const SnowflakeConnection& connection : config.snowflakes) {
    SnowflakeAccess access(connection, surroundings.clock);
    AccountTrial trial(access, config, surroundings, instance);
    reports.push_back({connection.name.str(), connection.account.url, trial.run()});
  }
  return reports;
}

}  // namespace firn
