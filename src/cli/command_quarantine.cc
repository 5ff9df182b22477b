#include <fmt/format.h>

#include <array>
#include <boost/json.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <istream>
#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <utility>

#include "base/base64.h"
#include "base/units.h"
#include "base/url.h"
#include "cli/admin_client.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/json_fields.h"
#include "cli/table.h"
#include "model/quarantine.h"
#include "platform/file_system.h"

namespace firn {
namespace {

namespace json = boost::json;

constexpr std::size_t kLargestDocument = 1U << 30U;

std::string record_target(const std::string& repeater, const std::string& position) {
  return "/quarantine/" + percent_encode(repeater) + "/" + position;
}

/// Empty texts do not restrict.
std::string page_target(const std::string& repeater, const std::string& state, const std::string& behind) {
  std::string target = "/quarantine";
  char separator = '?';
  const std::array parts = {std::pair("repeater", &repeater), std::pair("state", &state), std::pair("behind", &behind)};
  for (const auto& [name, value] : parts) {
    if (!value->empty()) {
      target += fmt::format("{}{}={}", separator, name, percent_encode(*value));
      separator = '&';
    }
  }
  return target;
}

/// Calls `visit` for each page, in the order of repeater and position.
template <typename Visit>
std::optional<AdminFailure> for_each_page(AdminClient& client, const std::string& repeater, const std::string& state,
                                          const Visit& visit) {
  std::string behind;
  while (true) {
    const AdminReply page = client.get(page_target(repeater, state, behind));
    if (!page) {
      return page.error();
    }
    visit(*page);
    const json::array& records = list_of(*page, "records");
    if (records.empty() || !is_true(*page, "more")) {
      return std::nullopt;
    }
    behind = text_of(records.back(), "repeater") + "/" + text_of(records.back(), "position");
  }
}

std::string list_text(const json::value& answer) {
  TextTable records({{"REPEATER"},
                     {"POSITION", Align::kRight},
                     {"REASON"},
                     {"WHERE"},
                     {"DOMAIN"},
                     {"ID"},
                     {"BYTES", Align::kRight},
                     {"RECEIVED"},
                     {"STATE"}});
  for (const json::value& record : list_of(answer, "records")) {
    records.add({text_of(record, "repeater"), text_of(record, "position"), text_of(record, "reason"),
                 text_of(record, "detail"), text_of(record, "domain"), text_of(record, "document_id"),
                 human_count(count_of(record, "bytes")), time_of(record, "received_at"), text_of(record, "state")});
  }
  TextTable chunks({{"CHUNK", Align::kRight}, {"REPEATER"}, {"ROWS", Align::kRight}, {"FILE"}, {"REASON"}});
  for (const json::value& chunk : list_of(answer, "chunks")) {
    chunks.add({text_of(chunk, "id"), text_of(chunk, "repeater"), human_count(count_of(chunk, "rows")),
                text_of(chunk, "key"), text_of(chunk, "reason")});
  }
  if (records.empty() && chunks.empty()) {
    return "Nothing is in quarantine.\n";
  }
  const std::string between = records.empty() || chunks.empty() ? "" : "\n";
  return (records.empty() ? "" : records.str()) + between + (chunks.empty() ? "" : chunks.str());
}

std::string record_text(const json::value& record) {
  TextTable table({{""}, {""}});
  const auto add = [&table](const char* name, const std::string& value) {
    table.add({name, value.empty() ? "-" : value});
  };
  const std::string position = text_of(record, "position");
  const std::string last = text_of(record, "last");
  add("repeater", text_of(record, "repeater"));
  add("position", last.empty() || last == position ? position : position + " to " + last);
  add("reason", text_of(record, "reason"));
  add("where", text_of(record, "detail"));
  add("domain", text_of(record, "domain"));
  add("id", text_of(record, "document_id"));
  add("bytes", human_count(count_of(record, "bytes")));
  add("received", time_of(record, "received_at"));
  add("in quarantine since", time_of(record, "quarantined_at"));
  add("state", text_of(record, "state"));
  add("replaced by", text_of(record, "replaced_by"));
  return table.str();
}

/// One record; the daemon answers its new position.
AdminReply retry_record(AdminClient& client, const std::string& repeater, const std::string& position,
                        const std::string& request) {
  return client.post(record_target(repeater, position) + "/retry", request);
}

AdminReply retry_chunk(AdminClient& client, const std::string& id) {
  return client.post("/quarantine/chunks/" + percent_encode(id) + "/retry", "");
}

/// What became of many attempts. One that fails is told and does not keep the others from their turn.
struct Attempts {
  std::size_t records = 0;
  std::size_t chunks = 0;
  json::array failures;

  /// The first positions that were given anew, by repeater: what lies from there on was tried already.
  std::map<std::string, std::uint64_t> first_new;

  void note(const AdminReply& done, std::size_t& count, const std::string& object) {
    if (done) {
      ++count;
    } else {
      failures.push_back(json::object{{"object", object}, {"message", done.error().message}});
    }
  }
};

/// The request that carries what is repaired; empty without that.
std::string retry_request(const std::optional<std::string>& body, const std::string& domain) {
  json::object request;
  if (body) {
    request["body_base64"] = to_base64(*body);
  }
  if (!domain.empty()) {
    request["domain"] = domain;
  }
  return request.empty() ? std::string() : json::serialize(request);
}

std::uint64_t position_of(const json::value& record) {
  return std::strtoull(text_of(record, "position").c_str(), nullptr, 10);
}

/// Not what the journal lost, of which there are no bytes to send. With a domain only what lacks one.
bool is_wanted(const json::value& record, const std::string& domain) {
  const std::string reason = text_of(record, "reason");
  return domain.empty() ? reason != to_string(QuarantineReason::kJournalDamage)
                        : reason == to_string(QuarantineReason::kMissingDomain);
}

void try_page(AdminClient& client, const json::value& page, const std::string& domain, Attempts& attempts) {
  const std::string request = retry_request(std::nullopt, domain);
  for (const json::value& record : list_of(page, "records")) {
    const std::string repeater = text_of(record, "repeater");
    const auto first_new = attempts.first_new.find(repeater);
    const bool was_tried = first_new != attempts.first_new.end() && position_of(record) >= first_new->second;
    if (was_tried || !is_wanted(record, domain)) {
      continue;
    }
    const std::string position = text_of(record, "position");
    const AdminReply done = retry_record(client, repeater, position, request);
    attempts.note(done, attempts.records, repeater + "/" + position);
    if (done) {
      attempts.first_new.try_emplace(repeater, position_of(*done));
    }
  }
}

/// Every open record and chunk.
std::optional<AdminFailure> try_all(AdminClient& client, const QuarantineArguments& arguments, Attempts& attempts) {
  json::array chunks;
  auto failure = for_each_page(client, arguments.repeater, "open", [&](const json::value& page) {
    try_page(client, page, arguments.domain, attempts);
    const json::array& some = list_of(page, "chunks");
    chunks.insert(chunks.end(), some.begin(), some.end());
  });
  for (const json::value& chunk : failure || !arguments.domain.empty() ? json::array() : chunks) {
    const std::string id = text_of(chunk, "id");
    attempts.note(retry_chunk(client, id), attempts.chunks, "chunk " + id);
  }
  return failure;
}

int retry_all(const CliContext& context, AdminClient& client) {
  Attempts attempts;
  const auto failure = try_all(client, context.arguments.quarantine, attempts);
  for (const json::value& each : attempts.failures) {
    context.err << fmt::format("firn: {} stays: {}\n", text_of(each, "object"), text_of(each, "message"));
  }
  if (context.arguments.json) {
    const json::object all{{"records", attempts.records}, {"chunks", attempts.chunks}, {"failures", attempts.failures}};
    context.out << json::serialize(all) << '\n';
  } else {
    context.out << fmt::format("Sent again: {} records and {} chunks.\n", human_count(attempts.records),
                               human_count(attempts.chunks));
  }
  if (failure) {
    return report(context, *failure);
  }
  return attempts.failures.empty() ? kExitOk : kExitFailed;
}

Result<std::string> retry_request(const CliContext& context) {
  const QuarantineArguments& arguments = context.arguments.quarantine;
  std::optional<std::string> body;
  if (!arguments.body_file.empty()) {
    FIRN_ASSIGN(body, read_file(context.files, arguments.body_file, kLargestDocument));
  }
  return retry_request(body, arguments.domain);
}

bool is_confirmed(const CliContext& context) {
  const QuarantineArguments& arguments = context.arguments.quarantine;
  context.err << fmt::format("Give up the record {} of {} for good? Its bytes are removed. [y/N] ", arguments.position,
                             arguments.repeater)
              << std::flush;
  std::string answer;
  std::getline(context.in, answer);
  return answer == "y" || answer == "yes";
}

}  // namespace

int run_quarantine_list(const CliContext& context) {
  auto client = admin_client(context);
  if (!client) {
    return kExitConfiguration;
  }
  const QuarantineArguments& arguments = context.arguments.quarantine;
  json::array records;
  json::array chunks;
  const auto failure = for_each_page(*client, arguments.repeater, arguments.state == "all" ? "" : arguments.state,
                                     [&](json::value page) {
                                       const json::array& more = list_of(page, "records");
                                       records.insert(records.end(), more.begin(), more.end());
                                       const json::array& some = list_of(page, "chunks");
                                       chunks.insert(chunks.end(), some.begin(), some.end());
                                     });
  if (failure) {
    return report(context, *failure);
  }
  const json::object all{{"records", std::move(records)}, {"chunks", std::move(chunks)}};
  context.out << (context.arguments.json ? json::serialize(all) + "\n" : list_text(all));
  return kExitOk;
}

int run_quarantine_show(const CliContext& context) {
  auto client = admin_client(context);
  if (!client) {
    return kExitConfiguration;
  }
  const QuarantineArguments& arguments = context.arguments.quarantine;
  const AdminReply answer = client->get(record_target(arguments.repeater, arguments.position));
  if (!answer) {
    return report(context, answer.error());
  }
  if (arguments.body) {
    const auto body = from_base64(text_of(*answer, "body_base64"));
    if (!body || is_missing(*answer, "body_base64")) {
      context.err << "firn: the bytes of this record are gone\n";
      return kExitFailed;
    }
    context.out << *body;
  } else {
    context.out << (context.arguments.json ? json::serialize(*answer) + "\n" : record_text(*answer));
  }
  return kExitOk;
}

int run_quarantine_retry(const CliContext& context) {
  auto client = admin_client(context);
  if (!client) {
    return kExitConfiguration;
  }
  const QuarantineArguments& arguments = context.arguments.quarantine;
  if (arguments.all) {
    return retry_all(context, *client);
  }
  const auto request = retry_request(context);
  if (!request) {
    print_error(context.err, request.error());
    return kExitFailed;
  }
  const bool chunk = !arguments.chunk.empty();
  const AdminReply answer = chunk ? retry_chunk(*client, arguments.chunk)
                                  : retry_record(*client, arguments.repeater, arguments.position, *request);
  if (!answer) {
    return report(context, answer.error());
  }
  if (context.arguments.json) {
    context.out << json::serialize(*answer) << '\n';
  } else if (chunk) {
    const auto rows = count_of(*answer, "rows");
    context.out << (rows == 0 ? fmt::format("Every row of chunk {} is in the table: nothing is to be sent.\n",
                                            arguments.chunk)
                              : fmt::format("Chunk {} is sent again with {} rows; the next ingest loads them.\n",
                                            arguments.chunk, human_count(rows)));
  } else {
    context.out << fmt::format("Sent again; its new position is {}.\n", text_of(*answer, "position"));
  }
  return kExitOk;
}

int run_quarantine_discard(const CliContext& context) {
  const QuarantineArguments& arguments = context.arguments.quarantine;
  if (!arguments.yes && !context.in_is_terminal) {
    context.err << "firn: nobody can be asked here; add --yes to give the record up for good\n";
    return kExitUsage;
  }
  auto client = admin_client(context);
  if (!client) {
    return kExitConfiguration;
  }
  if (!arguments.yes && !is_confirmed(context)) {
    context.err << "Kept.\n";
    return kExitFailed;
  }
  const AdminReply answer = client->post(record_target(arguments.repeater, arguments.position) + "/discard", "");
  if (!answer) {
    return report(context, answer.error());
  }
  context.out << (context.arguments.json ? json::serialize(*answer) + "\n" : "Given up.\n");
  return kExitOk;
}

}  // namespace firn
