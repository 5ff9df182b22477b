#include <fmt/format.h>

#include <boost/json.hpp>
#include <cstdint>
#include <ostream>
#include <string>

#include "base/units.h"
#include "base/url.h"
#include "cli/admin_client.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/json_fields.h"
#include "cli/table.h"

namespace firn {
namespace {

namespace json = boost::json;

std::string purge_text(const json::value& answer) {
  TextTable table({{"FILE"}, {"STATE"}, {"ROWS", Align::kRight}, {"SIZE", Align::kRight}, {"GOES (UTC)"}, {"WHY"}});
  const std::string now = text_of(answer, "now");
  std::uint64_t due = 0;
  for (const json::value& file : list_of(answer, "files")) {
    const bool is_due = !is_missing(file, "goes_at") && text_of(file, "goes_at") <= now;
    due += is_due ? 1U : 0U;
    const std::string goes = is_missing(file, "goes_at") ? "stays" : is_due ? "now" : time_of(file, "goes_at");
    table.add({text_of(file, "key"), text_of(file, "state"), human_count(count_of(file, "rows")),
               human_size(count_of(file, "bytes_compressed")), goes, text_of(file, "why")});
  }
  return table.empty() ? "No files are kept.\n" : table.str() + fmt::format("{} files may go now.\n", human_count(due));
}

}  // namespace

int run_purge(const CliContext& context) {
  auto client = admin_client(context);
  if (!client) {
    return kExitConfiguration;
  }
  const AdminReply answer = client->get("/purge?repeater=" + percent_encode(context.arguments.control.repeater));
  if (!answer) {
    return report(context, answer.error());
  }
  context.out << (context.arguments.json ? json::serialize(*answer) + "\n" : purge_text(*answer));
  return kExitOk;
}

}  // namespace firn
