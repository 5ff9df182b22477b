#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "base/result.h"
#include "base/time.h"
#include "cli/admin_client.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/demo_daemon.h"
#include "cli/demo_documents.h"
#include "cli/demo_forms.h"
#include "cli/demo_sender.h"
#include "cli/demo_summary.h"
#include "cli/exit_code.h"
#include "cli/ingest.h"
#include "cli/json_fields.h"
#include "cli/progress.h"
#include "config/config.h"
#include "load/duckdb/protocol.h"
#include "model/names.h"
#include "model/table.h"
#include "platform/file_system.h"
#include "platform/paths.h"
#include "platform/process.h"
#include "platform/scratch_folder.h"

namespace firn {
namespace {

namespace json = boost::json;

constexpr std::size_t kRowsToShow = 5;
/// So many forms as JSON come with one document of each other sort.
constexpr std::uint64_t kFormsForEachOther = 100;
constexpr Duration kQuestionLimit = std::chrono::seconds(60);

Error as_error(const AdminFailure& failure) {
  return {ErrorKind::kUnavailable, "ask", "the daemon", failure.message, failure.hint};
}

/// Asks the database itself, by the helper program.
Result<HelperReport> ask_database(const CliContext& context, const Config& config, const RepeaterConfig& repeater,
                                  HelperOperation operation) {
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

void send_all(const CliContext& context, const DemoDaemon& daemon, const DemoPlan& plan,
              const std::vector<DemoDocument>& documents, DemoResult& result) {
  const DemoTarget target{daemon.url(), DemoDaemon::kUser, daemon.password()};
  const std::size_t forms = plan.deliveries.size();
  const std::size_t count = forms + documents.size();
  const auto make_call = [&](std::size_t i) {
    return i < forms ? demo_call(target, plan.deliveries[i]) : demo_call(target, documents[i - forms]);
  };
  DemoSender sender(context.make_http_client, context.pause);
  ProgressBar bar(context.err, context.err_is_terminal, context.clock, "sending");
  const Duration start = context.clock.steady();
  sender.send(count, make_call, [&](std::uint64_t sent) { bar.update(sent, count); });
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

json::value repeater_of(const json::value& status, std::string_view name) {
  for (const json::value& repeater : list_of(status, "repeaters")) {
    if (text_of(repeater, "name") == name) {
      return repeater;
    }
  }
  return {};
}

/// What the daemon says of itself.
Status read_status(AdminClient& client, DemoResult& result) {
  const AdminReply status = client.get("/status");
  const AdminReply quarantine = client.get("/quarantine?state=open");
  if (!status || !quarantine) {
    return fail(as_error(status ? quarantine.error() : status.error()));
  }
  const json::value repeater = repeater_of(*status, "forms");
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

/// What lies on the stage, by the stage's own word.
Status read_stage(AdminClient& client, DemoResult& result) {
  const AdminReply listed = client.get("/stage?repeater=forms");
  if (!listed) {
    return fail(as_error(listed.error()));
  }
  result.stage = text_of(*listed, "place");
  result.chunks_on_stage = list_of(*listed, "objects").size();
  return {};
}

/// What became of the other sorts: from the database itself, and what waits to be fetched from the daemon.
Status read_sorts(const CliContext& context, const Config& config, AdminClient& client, DemoResult& result) {
  const AdminReply status = client.get("/status");
  if (!status) {
    return fail(as_error(status.error()));
  }
  for (DemoSortResult& sort : result.sorts) {
    const auto repeater = std::ranges::find(config.repeaters, RepeaterName(sort.sort.repeater), &RepeaterConfig::name);
    FIRN_CHECK(repeater != config.repeaters.end(), "the demonstration's configuration has a repeater for each sort");
    if (makes_rows(sort.sort.kind)) {
      FIRN_ASSIGN(const HelperReport count, ask_database(context, config, *repeater, HelperOperation::kCount));
      sort.rows = count.rows.value_or(0);
    } else {
      sort.to_fetch = count_of(repeater_of(*status, sort.sort.repeater), "fetch_open");
    }
  }
  return {};
}

/// The whole demonstration in `folder`.
Result<DemoResult> demonstrate(const CliContext& context, const ScratchFolder& folder) {
  const DemoPlan plan = make_demo_plan(context.arguments.demo.forms);
  const std::uint64_t of_each = std::max<std::uint64_t>(4, plan.expected.forms / kFormsForEachOther);
  DemoResult result;
  for (const DemoSort& sort : demo_sorts()) {
    result.sorts.push_back({sort, of_each});
  }
  result.expected = plan.expected;
  result.folder = folder.path();
  result.kept = folder.is_kept();
  FIRN_ASSIGN(const auto daemon, DemoDaemon::start(context, folder.path()));
  AdminClient client(context.make_http_client(), daemon->config().admin_socket());
  send_all(context, *daemon, plan, demo_documents(of_each), result);
  FIRN_TRY(load_forms(context, client, result));
  FIRN_TRY(read_status(client, result));
  FIRN_TRY(read_stage(client, result));
  FIRN_TRY(read_sorts(context, daemon->config(), client, result));
  const RepeaterConfig& forms = daemon->config().repeaters.front();
  FIRN_ASSIGN(const HelperReport count, ask_database(context, daemon->config(), forms, HelperOperation::kCount));
  FIRN_ASSIGN(const HelperReport latest, ask_database(context, daemon->config(), forms, HelperOperation::kLatest));
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
