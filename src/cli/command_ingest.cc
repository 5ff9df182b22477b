#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <cstddef>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "cli/admin_client.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/ingest.h"
#include "cli/json_fields.h"
#include "cli/progress.h"
#include "cli/table.h"

namespace firn {
namespace {

namespace json = boost::json;

constexpr Duration kBetweenQuestions = std::chrono::milliseconds(200);

bool is_finished(const json::value& batch) {
  const std::string state = text_of(batch, "state");
  return state == "loaded" || state == "purged";
}

bool has_quarantined_chunk(const json::value& batch) {
  return std::ranges::any_of(list_of(batch, "chunks"),
                             [](const json::value& chunk) { return text_of(chunk, "state") == "quarantined"; });
}

std::string batches_text(const json::array& batches) {
  if (batches.empty()) {
    return "There is nothing to ingest.\n";
  }
  TextTable table({{"BATCH", Align::kRight}, {"REPEATER"}, {"DIRECTORY"}, {"STATE"}, {"CHUNKS", Align::kRight}});
  for (const json::value& batch : batches) {
    const json::array& chunks = list_of(batch, "chunks");
    table.add({text_of(batch, "id"), text_of(batch, "repeater"),
               fmt::format("{}/{:06}", text_of(batch, "period"), count_of(batch, "number")), text_of(batch, "state"),
               is_missing(batch, "chunks") ? "" : std::to_string(chunks.size())});
  }
  return table.str();
}

}  // namespace

AdminReply trigger_ingest(AdminClient& client, const std::string& repeater) {
  json::value wanted = nullptr;
  if (!repeater.empty()) {
    wanted = repeater;
  }
  return client.post("/ingest", json::serialize(json::object{{"repeater", wanted}}));
}

IngestWait wait_for_batches(const CliContext& context, AdminClient& client, const json::array& batches) {
  const Duration end = context.clock.steady() + context.arguments.ingest.timeout;
  ProgressBar bar(context.err, context.err_is_terminal, context.clock, "loading");
  IngestWait wait;
  wait.batches = batches;
  for (json::value& batch : wait.batches) {
    const std::string id = text_of(batch, "id");
    while (true) {
      AdminReply answer = client.get("/batches/" + id);
      if (!answer) {
        wait.failure = answer.error();
        return wait;
      }
      batch = *std::move(answer);
      bar.update(static_cast<std::size_t>(std::ranges::count_if(wait.batches, is_finished)), wait.batches.size());
      if (is_finished(batch)) {
        break;
      }
      if (context.clock.steady() >= end) {
        wait.timed_out = true;
        return wait;
      }
      context.pause(kBetweenQuestions);
    }
  }
  return wait;
}

int run_ingest(const CliContext& context) {
  auto client = admin_client(context);
  if (!client) {
    return kExitConfiguration;
  }
  const IngestArguments& arguments = context.arguments.ingest;
  const AdminReply begun = trigger_ingest(*client, arguments.repeater);
  if (!begun) {
    return report(context, begun.error());
  }
  IngestWait wait;
  wait.batches = list_of(*begun, "batches");
  if (arguments.wait) {
    wait = wait_for_batches(context, *client, wait.batches);
  }
  if (wait.failure) {
    return report(context, *wait.failure);
  }
  if (context.arguments.json) {
    context.out << json::serialize(json::object{{"batches", wait.batches}, {"failures", list_of(*begun, "failures")}})
                << '\n';
  } else {
    context.out << batches_text(wait.batches);
  }
  for (const json::value& failure : list_of(*begun, "failures")) {
    context.err << fmt::format("firn: {} was left out: {}\n", text_of(failure, "repeater"),
                               text_of(failure, "message"));
  }
  if (wait.timed_out) {
    context.err << "firn: not loaded within the time-out; the daemon goes on, `firn status` tells how far it is\n";
    return kExitFailed;
  }
  if (std::ranges::any_of(wait.batches, has_quarantined_chunk)) {
    context.err << "A chunk is in quarantine; `firn quarantine list` tells why.\n";
    return kExitAttention;
  }
  return list_of(*begun, "failures").empty() ? kExitOk : kExitAttention;
}

}  // namespace firn
