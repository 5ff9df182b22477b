#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstdint>
#include <ostream>
#include <string>

#include "base/plain_text.h"
#include "base/units.h"
#include "cli/admin_client.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/json_fields.h"
#include "cli/table.h"

namespace firn {
namespace {

namespace json = boost::json;

std::string count_text(const json::value& object, const char* key) { return human_count(count_of(object, key)); }
std::string size_text(const json::value& object, const char* key) { return human_size(count_of(object, key)); }

std::string batch_name(const json::value& batch) {
  return fmt::format("{}/{:06}", text_of(batch, "period"), count_of(batch, "number"));
}

std::string alarms_text(const json::value& status) {
  std::string text;
  for (const json::value& alarm : list_of(status, "alarms")) {
    const std::uint64_t count = count_of(alarm, "count");
    text += fmt::format("! {} ({})\n", for_terminal(text_of(alarm, "name")), for_terminal(text_of(alarm, "object")));
    TextTable table({{""}, {""}});
    table.add({"since", time_of(alarm, "since")});
    if (count > 1) {
      table.add({"", fmt::format("{} times, last {}", human_count(count), time_of(alarm, "last"))});
    }
    table.add({"what", text_of(alarm, "text")});
    if (!is_missing(alarm, "to_do")) {
      table.add({"to do", text_of(alarm, "to_do")});
    }
    text += table.str("    ");
  }
  return text.empty() ? "" : "ALARMS\n" + text + "\n";
}

std::string daemon_text(const json::value& status) {
  const json::value& disk = field(status, "disk");
  std::string text =
      fmt::format("firn {}, {} for {}; data in {}\n", text_of(status, "version"), text_of(status, "state"),
                  age_of(status, "uptime_seconds"), text_of(status, "data_dir"));
  for (const json::value& listener : list_of(status, "listeners")) {
    const json::value& certificate = field(listener, "certificate");
    text += fmt::format("Listens at {}{}\n", text_of(listener, "url"),
                        certificate.is_null()
                            ? ""
                            : fmt::format(", certificate of {} until {}", for_terminal(text_of(certificate, "subject")),
                                          time_of(certificate, "not_after")));
  }
  text += fmt::format("Disk: {} free; intake stops below {}, packing below {}\n", size_text(disk, "free_bytes"),
                      size_text(disk, "intake_floor_bytes"), size_text(disk, "pack_floor_bytes"));
  return text;
}

/// Records: what came in and what became of it.
std::string records_text(const json::value& repeater) {
  const json::value& decided = field(repeater, "decided");
  const json::value& open = field(repeater, "in_open_chunk");
  TextTable table({{""}, {"", Align::kRight}, {""}});
  const std::string rate = fmt::format("{:.1f} a second now", number_of(repeater, "accepts_per_second"));
  table.add({"received", count_text(repeater, "received"), rate});
  table.add({"waiting", count_text(repeater, "waiting"),
             is_missing(repeater, "oldest_waiting_seconds")
                 ? ""
                 : fmt::format("the oldest for {}", age_of(repeater, "oldest_waiting_seconds"))});
  table.add({"  in the open chunk", count_text(open, "records"),
             fmt::format("{} rows, {} duplicates, {} damaged", count_text(open, "rows"), count_text(open, "duplicates"),
                         count_text(open, "quarantined"))});
  if (is_missing(repeater, "table")) {
    table.add({"requests to fetch", count_text(decided, "requests"),
               fmt::format("{} not fetched yet", count_text(repeater, "fetch_open"))});
  } else {
    table.add({"rows made", count_text(decided, "rows"), ""});
  }
  table.add({"duplicates absorbed", count_text(decided, "duplicates"),
             count_of(decided, "conflicts") == 0
                 ? ""
                 : fmt::format("{} of them with other content than the first", count_text(decided, "conflicts"))});
  table.add({"put in quarantine", count_text(decided, "quarantined"),
             count_of(repeater, "quarantine_open") == 0
                 ? ""
                 : fmt::format("{} open: firn quarantine list", count_text(repeater, "quarantine_open"))});
  return table.str("  ");
}

/// What the filter has dropped; empty when the repeater has none.
std::string filtered_text(const json::value& status, const json::value& repeater) {
  std::uint64_t sum = 0;
  std::string rules;
  for (const json::value& rule : list_of(repeater, "filtered")) {
    sum += count_of(rule, "documents");
    rules += fmt::format("{}{} {}", rules.empty() ? "" : ", ", text_of(rule, "rule"), count_text(rule, "documents"));
  }
  return rules.empty() ? ""
                       : fmt::format("  filter dropped {} since {}: {}\n", human_count(sum),
                                     time_of(status, "started_at"), rules);
}

std::string chunks_text(const json::value& repeater) {
  TextTable table({{"CHUNKS"},
                   {"FILES", Align::kRight},
                   {"ROWS", Align::kRight},
                   {"UNCOMPRESSED", Align::kRight},
                   {"COMPRESSED", Align::kRight}});
  for (const json::value& total : list_of(repeater, "chunks")) {
    table.add({text_of(total, "state"), count_text(total, "chunks"), count_text(total, "rows"),
               size_text(total, "bytes_uncompressed"), size_text(total, "bytes_compressed")});
  }
  return table.empty() ? "" : "\n" + table.str("  ");
}

std::string batches_text(const json::value& repeater) {
  std::string text;
  const json::value& open = field(repeater, "open_batch");
  if (!open.is_null() && !is_missing(repeater, "table")) {
    text += fmt::format("  open batch {} has {} in closed chunks; an ingest begins at {}\n", batch_name(open),
                        size_text(repeater, "uningested_bytes"), size_text(repeater, "threshold_bytes"));
  }
  if (!is_missing(repeater, "method_why")) {
    text += fmt::format("  method = \"auto\" has chosen {}: {}\n", text_of(repeater, "method"),
                        text_of(repeater, "method_why"));
  }
  for (const json::value& batch : list_of(repeater, "batches_unfinished")) {
    text += fmt::format("  batch {} is {}, {} chunks\n", batch_name(batch), text_of(batch, "state"),
                        count_text(batch, "chunks"));
  }
  if (!is_missing(repeater, "stage_weakness")) {
    text += fmt::format("  WEAKER GUARANTEE: {}\n", for_terminal(text_of(repeater, "stage_weakness")));
  }
  text += fmt::format("  journal {} of {}\n", size_text(repeater, "journal_bytes"),
                      size_text(repeater, "journal_quota_bytes"));
  return "\n" + text;
}

/// Only steps that do not simply work.
std::string steps_text(const json::value& repeater) {
  TextTable table({{"STEP"}, {"STATE"}, {"ATTEMPTS", Align::kRight}, {"NEXT IN"}, {"WHY"}});
  for (const json::value& step : list_of(repeater, "steps")) {
    const std::string state = text_of(step, "state");
    if (state == "retrying" || state == "blocked" || state == "paused") {
      table.add({text_of(step, "name"), state, count_text(step, "attempts"), age_of(step, "next_run_seconds"),
                 text_of(step, "reason")});
    }
  }
  return table.empty() ? "" : "\n" + table.str("  ");
}

std::string status_text(const json::value& status) {
  std::string text = alarms_text(status) + daemon_text(status);
  for (const json::value& repeater : list_of(status, "repeaters")) {
    const std::string target =
        is_missing(repeater, "table") ? "" : fmt::format(" into table {}", text_of(repeater, "table"));
    text += fmt::format("\n{}: {} documents{}\n", text_of(repeater, "name"), text_of(repeater, "kind"), target);
    text += records_text(repeater) + filtered_text(status, repeater) + chunks_text(repeater) + batches_text(repeater) +
            steps_text(repeater);
  }
  return text;
}

bool is_blocked(const json::value& repeater) {
  return std::ranges::any_of(list_of(repeater, "steps"),
                             [](const json::value& step) { return text_of(step, "state") == "blocked"; });
}

}  // namespace

int run_status(const CliContext& context) {
  auto client = admin_client(context);
  if (!client) {
    return kExitConfiguration;
  }
  const AdminReply status = client->get("/status");
  if (!status) {
    return report(context, status.error());
  }
  if (context.arguments.json) {
    context.out << json::serialize(*status) << '\n';
  } else {
    context.out << status_text(*status);
  }
  const bool needs_a_person =
      !list_of(*status, "alarms").empty() || std::ranges::any_of(list_of(*status, "repeaters"), is_blocked);
  return needs_a_person ? kExitAttention : kExitOk;
}

}  // namespace firn
