#include "pipeline/live_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

#include "base/time.h"
#include "load/request_id.h"
#include "pipeline/instance.h"
#include "pipeline/live_check_snowflake.h"
#include "platform/scratch_folder.h"
#include "stage/directory/directory_stage.h"
#include "stage/s3/s3_bucket.h"
#include "stage/stage_marks.h"
#include "stage/stage_probe.h"

namespace firn {
namespace {

using Verdict = LiveFinding::Kind;

LiveFinding credentials_finding(S3Access& access) {
  const auto found = access.credentials();
  if (!found) {
    return wrong_finding("credentials", found.error());
  }
  return {Verdict::kGood, "credentials",
          found->source + (found->expires                      ? "; good until " + format_timestamp(*found->expires)
                           : found->keys.session_token.empty() ? "; they do not expire"
                                                               : "; temporary, until when is not known"),
          ""};
}

LiveFinding region_finding(const S3Connection& connection, S3Bucket& bucket) {
  const auto region = bucket.region();
  if (!region) {
    return wrong_finding("bucket", region.error());
  }
  if (region->empty()) {
    return {Verdict::kGood, "bucket", "it is there; the server does not say where", ""};
  }
  if (!connection.snowflake_region.empty() && connection.snowflake_region != *region) {
    return {Verdict::kWarning, "bucket",
            fmt::format("it is in {}, the Snowflake account in {}: Amazon bills each byte that crosses", *region,
                        connection.snowflake_region),
            "use a bucket in the account's region"};
  }
  return {Verdict::kGood, "bucket", "it is in " + *region, ""};
}

LiveFinding lifecycle_finding(const S3Connection& connection, S3Bucket& bucket) {
  const auto rules = bucket.lifecycle();
  if (!rules) {
    // Not needed for work: a server may not know it, an administrator may not want to allow it.
    const Error& error = rules.error();
    return {Verdict::kWarning, "lifecycle", "it is not known whether a rule removes chunks: " + error.reason,
            error.hint};
  }
  const std::string prefix = prefix_of(connection);
  for (const S3LifecycleRule& rule : *rules) {
    if (const std::string harm = harm_of(rule, prefix, connection.tags); !harm.empty()) {
      return {Verdict::kWrong, "lifecycle", harm,
              fmt::format("take {} out of that rule: only Firn knows what is loaded", connection.url())};
    }
  }
  return {Verdict::kGood, "lifecycle", "no rule removes chunks", ""};
}

/// The place as the other half of the daemon will see it.
class StageTrial {
 public:
  StageTrial(Stage& stage, FileSystem& files, const std::string& folder, std::string instance)
      : stage_(stage), files_(files), folder_(folder), instance_(std::move(instance)) {}

  void run(std::vector<LiveFinding>& findings) {
    const LiveFinding owner = owner_finding();
    findings.push_back(owner);
    if (owner.kind == Verdict::kWrong) {
      return;
    }
    for (const auto& [action, error] : probe_stage(stage_, files_, folder_, "_firn/probe-" + make_request_id())) {
      findings.push_back(error ? wrong_finding(action, *error) : LiveFinding{Verdict::kGood, action, "works", ""});
    }
    if (const std::string weakness = stage_.weakness(); !weakness.empty()) {
      findings.push_back({Verdict::kWarning, "conditions", weakness, ""});
    }
  }

 private:
  LiveFinding owner_finding() {
    StageMarks marks(stage_, files_, folder_, instance_);
    const auto owner = marks.owner();
    if (!owner) {
      return wrong_finding("owner", owner.error());
    }
    if (!*owner) {
      return {Verdict::kGood, "owner", "nobody yet: it is taken when firn starts", ""};
    }
    if (**owner == instance_) {
      return {Verdict::kGood, "owner", "this data directory", ""};
    }
    return {Verdict::kWrong, "owner", fmt::format("this place belongs to another data directory of Firn ({})", **owner),
            "give each its own prefix; if that data directory was lost, use a new prefix and a new table"};
  }

  Stage& stage_;
  FileSystem& files_;
  const std::string& folder_;
  const std::string instance_;
};

}  // namespace

LiveFinding wrong_finding(std::string what, const Error& error) {
  return {Verdict::kWrong, std::move(what), error.operation + " " + error.object + ": " + error.reason, error.hint};
}

std::vector<LiveReport> check_credentials(const Config& config, const S3Access::Surroundings& surroundings) {
  std::vector<LiveReport> reports;
  for (const S3Connection& connection : config.buckets) {
    S3Access access(connection, surroundings);
    reports.push_back({connection.name.str(), connection.url(), {credentials_finding(access)}});
  }
  return reports;
}

std::vector<LiveReport> check_live(const Config& config, const S3Access::Surroundings& surroundings) {
  std::vector<LiveReport> reports;
  const auto folder = ScratchFolder::make_temporary();
  if (!folder) {
    return {{"", config.file, {wrong_finding("temporary files", folder.error())}}};
  }
  const auto instance = known_instance(surroundings.files, config.data_dir);
  if (!instance) {
    return {{"", config.data_dir, {wrong_finding("data_dir", instance.error())}}};
  }
  for (const DirectoryConnection& connection : config.directories) {
    LiveReport report{connection.name.str(), connection.path, {}};
    DirectoryStage stage(surroundings.files, connection.path, connection.prefix);
    StageTrial(stage, surroundings.files, (*folder)->path(), *instance).run(report.findings);
    reports.push_back(std::move(report));
  }
  for (const S3Connection& connection : config.buckets) {
    LiveReport report{connection.name.str(), connection.url(), {}};
    S3Access access(connection, surroundings);
    report.findings.push_back(credentials_finding(access));
    if (report.findings.back().kind != Verdict::kWrong) {
      S3Bucket bucket(access.make_transport());
      report.findings.push_back(region_finding(connection, bucket));
      const auto stage = access.make_stage();
      StageTrial(*stage, surroundings.files, (*folder)->path(), *instance).run(report.findings);
      report.findings.push_back(lifecycle_finding(connection, bucket));
    }
    reports.push_back(std::move(report));
  }
  std::ranges::move(check_snowflake_live(config, surroundings, *instance), std::back_inserter(reports));
  return reports;
}

bool is_good(const std::vector<LiveReport>& reports) {
  return std::ranges::none_of(reports, [](const LiveReport& report) {
    return std::ranges::find(report.findings, Verdict::kWrong, &LiveFinding::kind) != report.findings.end();
  });
}

}  // namespace firn
