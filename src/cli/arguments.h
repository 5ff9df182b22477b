#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "cli/serve.h"

namespace firn {

enum class Command {
  kServe,
  kDemo,
  kInit,
  kCheck,
  kSetupS3,
  kSetupSnowflake,
  kKeygen,
  kAudit,
  kStageList,
  kPlan,
  kCosts,
  kStatus,
  kIngest,
  kSchedule,
  kPause,
  kResume,
  kDrain,
  kPurge,
  kTrace,
  kQuarantineList,
  kQuarantineShow,
  kQuarantineRetry,
  kQuarantineDiscard,
  kJournalInspect,
  kJournalSalvage,
  kCredentialAdd,
  kCredentialList,
  kCredentialRetire,
  kVersion,
};

struct DemoArguments {
  std::size_t forms = 5000;
  std::string directory;   ///< empty: a new folder for temporary files
  std::string stage_file;  ///< settings of the stage; empty: a folder
  bool keep = false;
};

struct SetupArguments {
  std::string connection;  ///< empty: the only one
  std::string part;        ///< print this document alone
  bool apply = false;
  std::string connections_file;  ///< of the administrator
  std::string as;                ///< the administrator's connection in it
};

struct KeygenArguments {
  std::string file = "snowflake_key.p8";
  std::string user = "FIRN";
  bool show = false;  ///< of a key that is there
};

struct StageArguments {
  std::string repeater;  ///< empty: all
};

struct AuditArguments {
  std::string repeater;
  std::string period;  ///< empty: all
};

struct IngestArguments {
  std::string repeater;  ///< empty: all
  bool wait = false;
  Duration timeout = std::chrono::hours(1);
};

struct PlanArguments {
  std::optional<double> forms_per_day;          ///< needed unless a repeater's history has it
  std::optional<std::uint64_t> bytes_per_form;  ///< in CSV, before compression
  std::optional<Duration> freshness;
  std::string region;  ///< empty: of the configuration, or the standard one; so are the next two
  std::string edition;
  std::optional<double> dollars_per_credit;
  bool shared_warehouse = false;  ///< there is one that runs anyway
  std::string bucket_region;      ///< empty: that of the account
  bool kms = false;
  std::string repeater;  ///< whose history counts; empty: none
};

struct CostsArguments {
  std::string since;  ///< empty: this month
  std::string by = "repeater";
  bool reconcile = false;
};

struct ControlArguments {
  std::string repeater;  ///< empty: all
  std::string step;      ///< empty: all
  bool dry_run = false;
  Duration timeout = std::chrono::hours(1);
};

struct TraceArguments {
  std::string id;
  std::string repeater;
  std::string domain;
};

/// Which quarantined things a command is about, and how.
struct QuarantineArguments {
  std::string repeater;
  std::string position;
  std::string state = "open";
  std::string chunk;      ///< id of a quarantined chunk
  std::string body_file;  ///< the repaired document
  std::string domain;     ///< in place of the one in the request's path
  bool body = false;      ///< show the document itself
  bool all = false;
  bool yes = false;
};

struct CredentialArguments {
  std::string name;
  std::string type = "basic";
  std::string user;         ///< empty: the name, or X-Api-Key for `api_key`
  std::string secret_file;  ///< `-` is standard input; empty: a random secret is made
  std::vector<std::string> repeaters;
};

/// What was asked for. Only the part of the command is filled.
struct Arguments {
  Command command = Command::kVersion;
  std::string config;  ///< of `--config`
  bool json = false;
  ServeOptions serve;
  std::string crash_at;  ///< only in builds with FIRN_CRASH_POINTS
  DemoArguments demo;
  bool live = false;  ///< of `check`
  SetupArguments setup;
  KeygenArguments keygen;
  StageArguments stage;
  AuditArguments audit;
  IngestArguments ingest;
  PlanArguments plan;
  CostsArguments costs;
  ControlArguments control;
  TraceArguments trace;
  QuarantineArguments quarantine;
  CredentialArguments credential;
  std::string journal;  ///< a repeater's name, or a folder
};

/// Either what to do, or a text for the person (help or a mistake) and the exit code that goes with it.
struct ParsedArguments {
  std::optional<Arguments> arguments;
  int exit_code = 0;
  std::string out;
  std::string err;
};

/// `words` are without the program's name.
ParsedArguments parse_arguments(const std::vector<std::string>& words);

/// A command with the names of its options, for the test of docs/cli.md.
struct CommandDescription {
  std::string name;  ///< e.g. "quarantine list"
  std::vector<std::string> options;
};
std::vector<CommandDescription> describe_commands();

}  // namespace firn
