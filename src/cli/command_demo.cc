#include <boost/json.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <ostream>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "cli/admin_client.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/demo_daemon.h"
#include "cli/demo_forms.h"
#include "cli/demo_sender.h"
#include "cli/demo_summary.h"
#include "cli/exit_code.h"
#include "cli/ingest.h"
#include "cli/json_fields.h"
#include "cli/progress.h"
#include "load/duckdb/protocol.h"
#include "model/table.h"
#include "platform/file_system.h"
#include "platform/paths.h"
#include "platform/process.h"
#include "platform/scratch_folder.h"

namespace firn {
namespace {

namespace json = boost::json;

constexpr std::size_t kRowsToShow = 5;
constexpr Duration kQuestionLimit = std::chrono::seconds(60);

Error as_error(const AdminFailure& failure) {
  return {ErrorKind::kUnavailable, "ask", "the daemon", failure.message, failure.hint};
}

/// Asks the database itself, by the helper program.
Result<HelperReport> ask_database(const CliContext& context, const Config& config, HelperOperation operation) {
  const RepeaterConfig& repeater = config.repeaters.front();
  HelperJob job;
  job.operation = operation;
  job.database = config.destination_of(repeater).database;
  job.table = table_of(repeater.kind, repeater.table);
  job.limit = kRowsToShow;
  const std::string helper = join(program_directory(), "firn-duckdb");
  FIRN_ASSIGN(const auto process, context.processes.start({.arguments = {helper}, .input = encode_job(job)}));
  FIRN_ASSIGN(const ProcessExit* exit, process->wait(kQuestionLimit));
  if (exit == nullptr || exit->code != 0 || exit->signal != 0) {
    return fail(
        Error{ErrorKind::kUnavailable, "run", helper, exit == nullptr ? "it takes too long" : exit->error_tail, ""});
  }
  FIRN_ASSIGN(HelperReport report, decode_report(exit->output));
  if (report.state == HelperState::kBusy) {
    return fail(Error{ErrorKind::kBusy, "open", job.database, report.message, ""});
  }
  return report;
}

void send_forms(const CliContext& context, const DemoDaemon& daemon, const DemoPlan& plan, DemoResult& result) {
  DemoSender sender({daemon.url(), DemoDaemon::kUser, daemon.password()}, context.make_http_client, context.pause);
  ProgressBar bar(context.err, context.err_is_terminal, context.clock, "sending");
  const Duration start = context.clock.steady();
  sender.send(plan, [&](std::uint64_t sent) { bar.update(sent, plan.deliveries.size()); });
  result.sending = context.clock.steady() - start;
  result.accepted = sender.accepted();
  result.refusals = sender.refusals();
}

Status load_forms(const CliContext& context, AdminClient& client, DemoResult& result) {
  const Duration start = context.clock.steady();
  const AdminReply begun = trigger_ingest(client, "");
  if (!begun) {
    return fail(as_error(begun.error()));
  }
  const IngestWait wait = wait_for_batches(context, client, list_of(*begun, "batches"));
  if (wait.failure) {
    return fail(as_error(*wait.failure));
  }
  if (wait.timed_out) {
    return fail(Error{ErrorKind::kUnavailable, "load", "the forms", "it takes too long", ""});
  }
  result.loading = context.clock.steady() - start;
  return {};
}

/// What the daemon says of itself.
Status read_status(AdminClient& client, DemoResult& result) {
  const AdminReply status = client.get("/status");
  const AdminReply quarantine = client.get("/quarantine?state=open");
  if (!status || !quarantine) {
    return fail(as_error(status ? quarantine.error() : status.error()));
  }
  const json::value repeater = list_of(*status, "repeaters").empty() ? json::value() : list_of(*status, "repeaters")[0];
  const json::value& decided = field(repeater, "decided");
  result.duplicates = count_of(decided, "duplicates");
  result.conflicts = count_of(decided, "conflicts");
  result.quarantined = count_of(repeater, "quarantine_open");
  for (const json::value& total : list_of(repeater, "chunks")) {
    result.chunks += count_of(total, "chunks");
    result.rows_packed += count_of(total, "rows");
    result.bytes_uncompressed += count_of(total, "bytes_uncompressed");
    result.bytes_compressed += count_of(total, "bytes_compressed");
  }
  for (const json::value& record : list_of(*quarantine, "records")) {
    ++result.reasons[text_of(record, "reason")];
  }
  return {};
}

/// The whole demonstration in `folder`.
Result<DemoResult> demonstrate(const CliContext& context, const ScratchFolder& folder) {
  const DemoPlan plan = make_demo_plan(context.arguments.demo.forms);
  DemoResult result;
  result.expected = plan.expected;
  result.folder = folder.path();
  result.kept = folder.is_kept();
  FIRN_ASSIGN(const auto daemon, DemoDaemon::start(context, folder.path()));
  AdminClient client(context.make_http_client(), daemon->config().admin_socket());
  send_forms(context, *daemon, plan, result);
  FIRN_TRY(load_forms(context, client, result));
  FIRN_TRY(read_status(client, result));
  FIRN_ASSIGN(const HelperReport count, ask_database(context, daemon->config(), HelperOperation::kCount));
  FIRN_ASSIGN(const HelperReport latest, ask_database(context, daemon->config(), HelperOperation::kLatest));
  result.rows_in_table = count.rows.value_or(0);
  result.latest = latest.latest;
  FIRN_TRY(daemon->stop());
  return result;
}

}  // namespace

int run_demo(const CliContext& context) {
  const DemoArguments& arguments = context.arguments.demo;
  const auto folder =
      arguments.directory.empty() ? ScratchFolder::make_temporary() : ScratchFolder::make_at(arguments.directory);
  if (!folder) {
    print_error(context.err, folder.error());
    return kExitFailed;
  }
  if (arguments.keep) {
    (*folder)->keep();
  }
  const auto result = demonstrate(context, **folder);
  if (!result) {
    print_error(context.err, result.error());
    return kExitFailed;
  }
  context.out << (context.arguments.json ? demo_json(*result) + "\n" : demo_text(*result));
  return all_hold(check_demo(*result)) ? kExitOk : kExitFailed;
}

}  // namespace firn
