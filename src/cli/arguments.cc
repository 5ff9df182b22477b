#include "cli/arguments.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "base/units.h"
#include "cli/exit_code.h"

namespace firn {
namespace {

constexpr const char* kExitCodes =
    "Exit codes: 0 done; 1 failed; 2 wrong usage; 3 wrong configuration; 4 no daemon answers;\n"
    "5 done, and something waits for a person. `firn COMMAND --help` explains a command.";

constexpr const char* kPositionHelp = "Its position, as `firn quarantine list` shows it";

/// Adds a command; when it is the one that was asked for, `arguments` says so.
CLI::App* add(CLI::App& parent, Arguments& arguments, Command command, const char* name, const char* help) {
  CLI::App* added = parent.add_subcommand(name, help);
  added->callback([&arguments, command] { arguments.command = command; });
  return added;
}

/// Options that every command understands; they stand in its help too.
void add_common(CLI::App& app, Arguments& arguments) {
  app.add_option("--config", arguments.config,
                 "Configuration file; else $FIRN_CONFIG, ./firn.toml, /etc/firn/firn.toml")
      ->type_name("FILE");
  app.add_flag("--json", arguments.json, "Print JSON, for programs");
}

std::string check_duration(const std::string& text) {
  return parse_duration(text) ? "" : "write it like 90s, 15m or 1h";
}

std::string check_size(const std::string& text) { return parse_size(text) ? "" : "write it like 5000, 5 kB or 1.2 MB"; }

std::string check_freshness(const std::string& text) {
  return parse_duration(text).value_or(Duration(0)) > Duration(0) ? "" : "write it like 15m, 1h or 1d";
}

void add_plan_command(CLI::App& app, Arguments& arguments) {
  PlanArguments& options = arguments.plan;
  CLI::App* plan =
      add(app, arguments, Command::kPlan, "plan",
          "Show what each way of loading into Snowflake costs a month, and the cheapest; needs no account");
  plan->add_option("--forms-per-day", options.forms_per_day, "How many forms come in a day")
      ->check(CLI::Range(1.0, 1e9))
      ->type_name("COUNT");
  plan->add_option_function<std::string>(
          "--bytes-per-form", [&options](const std::string& text) { options.bytes_per_form = parse_size(text); },
          "A form's row in CSV, before compression (5 kB)")
      ->check(CLI::Validator(check_size, "SIZE"));
  plan->add_option_function<std::string>(
          "--freshness", [&options](const std::string& text) { options.freshness = parse_duration(text); },
          "How old a form may be at most when its row appears, like 1h")
      ->check(CLI::Validator(check_freshness, "DURATION"));
  plan->add_option("--region", options.region, "AWS region of the Snowflake account (us-east-1)")->type_name("NAME");
  plan->add_option("--edition", options.edition,
                   "standard, enterprise, business-critical or virtual-private (enterprise)")
      ->check(CLI::IsMember({"standard", "enterprise", "business-critical", "virtual-private"}))
      ->type_name("NAME");
  plan->add_option("--dollars-per-credit", options.dollars_per_credit, "What your contract says, else the list price")
      ->check(CLI::Range(0.0, 1e6))
      ->type_name("PRICE");
  plan->add_flag("--shared-warehouse", options.shared_warehouse, "A warehouse runs for other work anyway: use it too");
  plan->add_option("--bucket-region", options.bucket_region, "The bucket's region, when it is not the account's")
      ->type_name("NAME");
  plan->add_flag("--kms", options.kms, "The bucket is encrypted with a key of KMS, bucket key on");
  plan->add_option("--repeater", options.repeater, "Take the forms from what the daemon has received for this one")
      ->type_name("NAME");
}

void add_daemon_commands(CLI::App& app, Arguments& arguments) {
  CLI::App* serve = add(app, arguments, Command::kServe, "serve", "Run the daemon until SIGTERM");
  serve->add_option("--port-file", arguments.serve.port_file, "Write the port of intake there once it accepts")
      ->type_name("FILE");
  serve
      ->add_option("--monitor-port-file", arguments.serve.monitor_port_file,
                   "Write the port of the monitor there once it answers")
      ->type_name("FILE");
#if defined(FIRN_CRASH_POINTS)
  serve->add_option("--crash-at", arguments.crash_at, "For tests: die at a named place")->type_name("NAME[:COUNT]");
#endif

  CLI::App* demo = add(app, arguments, Command::kDemo, "demo",
                       "Send invented forms through a daemon of its own and check what came out");
  demo->add_option("--forms", arguments.demo.forms, "How many different forms to send")
      ->check(CLI::Range(std::size_t{20}, std::size_t{10'000'000}))
      ->capture_default_str();
  demo->add_option("--directory", arguments.demo.directory,
                   "Work there instead of in a folder for temporary files; kept")
      ->type_name("DIR");
  demo->add_option("--stage", arguments.demo.stage_file,
                   "Use this stage: a file with the settings of a connection, without its [connection.NAME]")
      ->type_name("FILE");
  demo->add_flag("--keep", arguments.demo.keep, "Keep the folder with all files afterwards");

  add(app, arguments, Command::kInit, "init", "Write a commented example configuration");
  add(app, arguments, Command::kCheck, "check", "Check the configuration and show what takes effect")
      ->add_flag("--live", arguments.live, "Also try the stages: write, list, read and remove a small object");
  add(app, arguments, Command::kStatus, "status",
      "Show what the daemon does; exit code 5 when there is an alarm or a blocked step");

  CLI::App* ingest = add(app, arguments, Command::kIngest, "ingest", "Load everything received so far, now");
  ingest->add_option("REPEATER", arguments.ingest.repeater, "Only this one; else all");
  ingest->add_flag("--wait", arguments.ingest.wait, "Wait until it is loaded");
  ingest
      ->add_option_function<std::string>(
          "--timeout", [&arguments](const std::string& text) { arguments.ingest.timeout = *parse_duration(text); },
          "Wait no longer than this (1h)")
      ->check(CLI::Validator(check_duration, "DURATION"));

  CLI::App* trace = add(app, arguments, Command::kTrace, "trace", "Tell where a document is, version by version");
  trace->add_option("ID", arguments.trace.id, "The form's id")->required();
  trace->add_option("--repeater", arguments.trace.repeater, "Only in this one")->type_name("NAME");
  trace->add_option("--domain", arguments.trace.domain, "Only of this project space")->type_name("NAME");
}

void add_control_commands(CLI::App& app, Arguments& arguments) {
  ControlArguments& options = arguments.control;
  const char* only = "Only this one; else all";
  add(app, arguments, Command::kSchedule, "schedule", "Show what each trigger waits for and when it fires next")
      ->add_option("REPEATER", options.repeater, only);

  CLI::App* costs = add(app, arguments, Command::kCosts, "costs",
                        "Show what loading has cost, and what the other ways would have cost");
  costs->add_option("--since", arguments.costs.since, "From this year, month or day on: 2026-11 (this month)")
      ->type_name("DATE");
  costs->add_option("--by", arguments.costs.by, "A line for each repeater or each period (repeater)")
      ->check(CLI::IsMember({"repeater", "period"}));
  costs->add_flag("--reconcile", arguments.costs.reconcile,
                  "Compare with the credits that Snowflake reports; wakes a warehouse");

  CLI::App* pause = add(app, arguments, Command::kPause, "pause",
                        "Let steps begin nothing more, over restarts too; forms are still taken and kept");
  CLI::App* resume = add(app, arguments, Command::kResume, "resume", "Let paused steps go on; also ends a drain");
  for (CLI::App* command : {pause, resume}) {
    command->add_option("REPEATER", options.repeater, only);
    command->add_option("STEP", options.step, "pack, stage, trigger, load, verify, mend or purge; else all");
  }

  CLI::App* drain = add(app, arguments, Command::kDrain, "drain",
                        "Take nothing more and bring everything into the table, for a change of firn.toml");
  drain->add_option("REPEATER", options.repeater, "Its name")->required();
  drain
      ->add_option_function<std::string>(
          "--timeout", [&options](const std::string& text) { options.timeout = *parse_duration(text); },
          "Wait no longer than this (1h)")
      ->check(CLI::Validator(check_duration, "DURATION"));

  CLI::App* purge = add(app, arguments, Command::kPurge, "purge",
                        "Show which files would be removed from the stage, when and why; firn removes them by itself");
  purge->add_option("REPEATER", options.repeater, only);
  purge->add_flag("--dry-run", options.dry_run, "Only show: there is no other way")->required();
}

void add_quarantine_commands(CLI::App& app, Arguments& arguments) {
  QuarantineArguments& options = arguments.quarantine;
  CLI::App* quarantine = app.add_subcommand("quarantine", "Records and chunks that could not go on");
  quarantine->require_subcommand(1);

  CLI::App* list = add(*quarantine, arguments, Command::kQuarantineList, "list", "List them with the reason");
  list->add_option("--repeater", options.repeater, "Only of this one")->type_name("NAME");
  list->add_option("--state", options.state, "open, retried, discarded or all")
      ->check(CLI::IsMember({"open", "retried", "discarded", "all"}))
      ->capture_default_str();

  CLI::App* show = add(*quarantine, arguments, Command::kQuarantineShow, "show", "Show one record");
  show->add_option("REPEATER", options.repeater, "Its repeater")->required();
  show->add_option("POSITION", options.position, kPositionHelp)->required();
  show->add_flag("--body", options.body, "Print the document itself, and nothing else");

  CLI::App* retry = add(*quarantine, arguments, Command::kQuarantineRetry, "retry", "Send again");
  CLI::Option* repeater = retry->add_option("REPEATER", options.repeater, "Its repeater");
  CLI::Option* position = retry->add_option("POSITION", options.position, kPositionHelp);
  position->needs(repeater);
  CLI::Option* body = retry->add_option("--body", options.body_file, "Send this repaired document in its place");
  body->type_name("FILE")->needs(position);
  CLI::Option* all = retry->add_flag("--all", options.all, "All open records and chunks, or those of REPEATER");
  CLI::Option* chunk = retry->add_option("--chunk", options.chunk, "A chunk instead of a record")->type_name("ID");
  retry
      ->add_option("--domain", options.domain,
                   "The project space, where the URL named none; with --all only for records that lack one")
      ->type_name("NAME")
      ->check(
          CLI::Validator([](const std::string& name) { return name.empty() ? "a name is needed" : std::string(); }, ""))
      ->excludes(chunk);
  all->excludes(position)->excludes(chunk)->excludes(body);
  chunk->excludes(position)->excludes(body);

  CLI::App* discard =
      add(*quarantine, arguments, Command::kQuarantineDiscard, "discard", "Give one record up for good");
  discard->add_option("REPEATER", options.repeater, "Its repeater")->required();
  discard->add_option("POSITION", options.position, kPositionHelp)->required();
  discard->add_flag("--yes", options.yes, "Do not ask");
}

void add_journal_commands(CLI::App& app, Arguments& arguments) {
  CLI::App* journal = app.add_subcommand("journal", "The log that received records are kept in");
  journal->require_subcommand(1);
  add(*journal, arguments, Command::kJournalInspect, "inspect",
      "Read a journal, all of it, without the daemon; exit code 5 when it is damaged")
      ->add_option("REPEATER", arguments.journal, "A repeater of the configuration, or the folder of a journal")
      ->required();
  add(*journal, arguments, Command::kJournalSalvage, "salvage",
      "Make a damaged journal readable again; the daemon must be stopped")
      ->add_option("REPEATER", arguments.journal, "A repeater of the configuration")
      ->required();
}

void add_stage_commands(CLI::App& app, Arguments& arguments) {
  CLI::App* setup = app.add_subcommand("setup", "What outside systems must be told");
  setup->require_subcommand(1);
  CLI::App* s3 = add(*setup, arguments, Command::kSetupS3, "s3",
                     "Print policies, lifecycle and settings for the bucket, ready for the AWS console and CLI");
  s3->add_option("CONNECTION", arguments.setup.connection,
                 "A connection of type \"s3\"; needed when there are several");
  s3->add_option("--part", arguments.setup.part, "Print this document alone, to go into a file")->type_name("NAME");

  CLI::App* snowflake = add(*setup, arguments, Command::kSetupSnowflake, "snowflake",
                            "Print the SQL that makes what Firn needs in Snowflake, ready for a worksheet");
  snowflake->add_option("CONNECTION", arguments.setup.connection,
                        "A connection of type \"snowflake\"; needed when there are several");
  CLI::Option* file = snowflake->add_option("--connections", arguments.setup.connections_file,
                                            "A connections.toml that has an administrator's connection");
  file->type_name("FILE");
  CLI::Option* as = snowflake->add_option("--as", arguments.setup.as, "The administrator's connection in it");
  as->type_name("NAME")->needs(file);
  snowflake->add_flag("--apply", arguments.setup.apply, "Run it, statement by statement, as that administrator")
      ->needs(file)
      ->needs(as);

  CLI::App* keygen =
      add(app, arguments, Command::kKeygen, "keygen",
          "Make a key pair to log in to Snowflake with, encrypted, and print what Snowflake is to be told");
  keygen->add_option("FILE", arguments.keygen.file, "The private key; its passphrase goes to FILE.passphrase")
      ->capture_default_str();
  keygen->add_option("--user", arguments.keygen.user, "Snowflake's user, for the statement")
      ->type_name("NAME")
      ->capture_default_str();
  keygen->add_flag("--show", arguments.keygen.show, "Print the public half of a key that is there, and make nothing");

  CLI::App* audit = add(app, arguments, Command::kAudit, "audit",
                        "Count the rows of each file in Snowflake and compare them with what was sent; it wakes the "
                        "warehouse, a minute at least; exit code 5 when something differs");
  audit->add_option("REPEATER", arguments.audit.repeater, "Its repeater")->required();
  audit->add_option("--period", arguments.audit.period, "Only this period, like 2026-11")->type_name("PERIOD");

  CLI::App* stage = app.add_subcommand("stage", "The place where files wait for the destination");
  stage->require_subcommand(1);
  add(*stage, arguments, Command::kStageList, "list",
      "List what lies there; exit code 5 when something is not known to the catalog")
      ->add_option("--repeater", arguments.stage.repeater, "Only of this one")
      ->type_name("NAME");
}

void add_credential_commands(CLI::App& app, Arguments& arguments) {
  CredentialArguments& options = arguments.credential;
  CLI::App* credential = app.add_subcommand("credential", "Who may send forms");
  credential->require_subcommand(1);

  CLI::App* added = add(*credential, arguments, Command::kCredentialAdd, "add",
                        "Let another client in; its secret is shown once, and only a hash is kept");
  added->add_option("NAME", options.name, "A name for people")->required();
  added->add_option("--type", options.type, "How it shows its secret: basic, digest, api_key, bearer or oauth2")
      ->check(CLI::IsMember({"basic", "digest", "api_key", "bearer", "oauth2"}))
      ->capture_default_str();
  added->add_option("--user", options.user, "User name, client id, or the header of an API key; else NAME or X-Api-Key")
      ->type_name("NAME");
  added->add_option("--repeater", options.repeaters, "Good for this one only; may be repeated. Without it: for all")
      ->type_name("NAME")
      ->take_all();
  added->add_option("--secret-file", options.secret_file, "Take the secret from this file, - is standard input")
      ->type_name("FILE");

  add(*credential, arguments, Command::kCredentialList, "list", "Show them, without secrets");

  add(*credential, arguments, Command::kCredentialRetire, "retire", "Let a client in no more")
      ->add_option("NAME", options.name, "Its name, as `firn credential list` shows it")
      ->required();
}

/// The whole command line.
std::unique_ptr<CLI::App> make_app(Arguments& arguments) {
  auto app =
      std::make_unique<CLI::App>("Firn takes CommCare forms and loads them into a table, each exactly once.", "firn");
  app->require_subcommand(1);
  app->fallthrough();
  app->footer(kExitCodes);
  add_common(*app, arguments);
  app->get_formatter()->column_width(32);
  add_daemon_commands(*app, arguments);
  add_plan_command(*app, arguments);
  add_control_commands(*app, arguments);
  add_quarantine_commands(*app, arguments);
  add_journal_commands(*app, arguments);
  add_stage_commands(*app, arguments);
  add_credential_commands(*app, arguments);
  add(*app, arguments, Command::kVersion, "version", "Print the version");
  return app;
}

/// What must hold between words that the library cannot say.
std::string mistake_in(const Arguments& arguments) {
  const QuarantineArguments& quarantine = arguments.quarantine;
  if (arguments.command == Command::kQuarantineRetry && quarantine.position.empty() && !quarantine.all &&
      quarantine.chunk.empty()) {
    return "say what to send again: REPEATER and POSITION, --chunk ID, or --all";
  }
  if (!std::ranges::all_of(quarantine.position, [](char c) { return c >= '0' && c <= '9'; })) {
    return "POSITION must be a number, as `firn quarantine list` shows it";
  }
  if (arguments.command == Command::kPlan && !arguments.plan.forms_per_day && arguments.plan.repeater.empty()) {
    return "say how many forms come: --forms-per-day COUNT, or --repeater NAME of a running daemon";
  }
  return "";
}

/// The word where a command should stand. The library only says that a command is missing.
std::string unknown_command(const CLI::App& app, const CLI::Error& error) {
  const auto words = app.remaining(true);
  const bool missing = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::RequiredError);
  return missing && !words.empty() && !words.front().starts_with('-') ? words.front() : "";
}

void describe(const CLI::App& app, const std::string& prefix, std::vector<CommandDescription>& commands) {
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    const std::string name = prefix + command->get_name();
    if (!command->get_subcommands([](const CLI::App*) { return true; }).empty()) {
      describe(*command, name + " ", commands);
      continue;
    }
    CommandDescription description{name, {}};
    for (const CLI::Option* option : command->get_options()) {
      description.options.push_back(option->get_name());
    }
    commands.push_back(description);
  }
}

}  // namespace

ParsedArguments parse_arguments(const std::vector<std::string>& words) {
  Arguments arguments;
  const auto app = make_app(arguments);
  try {
    app->parse(std::vector<std::string>(words.rbegin(), words.rend()));
  } catch (const CLI::Error& error) {
    std::ostringstream out;
    std::ostringstream err;
    const bool help = app->exit(error, out, err) == 0;
    if (const std::string unknown = unknown_command(*app, error); !unknown.empty()) {
      return {std::nullopt, kExitUsage, "", "there is no command \"" + unknown + "\"; `firn --help` names them all\n"};
    }
    return {std::nullopt, help ? kExitOk : kExitUsage, out.str(), err.str()};
  }
  if (const std::string mistake = mistake_in(arguments); !mistake.empty()) {
    return {std::nullopt, kExitUsage, "", mistake + "\n"};
  }
  return {arguments, kExitOk, "", ""};
}

std::vector<CommandDescription> describe_commands() {
  Arguments arguments;
  const auto app = make_app(arguments);
  std::vector<CommandDescription> commands;
  describe(*app, "", commands);
  return commands;
}

}  // namespace firn
