#include "cli/plan_history.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <ostream>
#include <string>

#include "base/time.h"
#include "cli/admin_client.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/json_fields.h"

namespace firn {
namespace {

namespace json = boost::json;

constexpr double kSecondsPerDay = 86400;

/// Packed forms of all states.
struct Packed {
  double rows = 0;
  double bytes_uncompressed = 0;
  double bytes_compressed = 0;
};

Packed packed_of(const json::value& repeater) {
  Packed packed;
  for (const json::value& total : list_of(repeater, "chunks")) {
    packed.rows += static_cast<double>(count_of(total, "rows"));
    packed.bytes_uncompressed += static_cast<double>(count_of(total, "bytes_uncompressed"));
    packed.bytes_compressed += static_cast<double>(count_of(total, "bytes_compressed"));
  }
  return packed;
}

std::optional<PlanHistory> history_of(const json::value& repeater, Timestamp now) {
  const auto first = parse_timestamp(text_of(repeater, "first_batch_opened_at"));
  const std::uint64_t received = count_of(repeater, "received");
  if (!first || *first >= now || received == 0) {
    return std::nullopt;
  }
  PlanHistory history;
  history.span = now - *first;
  history.forms_per_day =
      static_cast<double>(received) * kSecondsPerDay / std::chrono::duration<double>(history.span).count();
  const Packed packed = packed_of(repeater);
  if (packed.rows > 0 && packed.bytes_compressed > 0) {
    history.bytes_per_form = packed.bytes_uncompressed / packed.rows;
    history.compression = packed.bytes_uncompressed / packed.bytes_compressed;
  }
  return history;
}

}  // namespace

std::expected<PlanHistory, int> plan_history(const CliContext& context, const std::string& repeater) {
  auto client = admin_client(context);
  if (!client) {
    return std::unexpected(kExitConfiguration);
  }
  const AdminReply status = client->get("/status");
  if (!status) {
    return std::unexpected(report(context, status.error()));
  }
  const json::array& repeaters = list_of(*status, "repeaters");
  const auto* const found =
      std::ranges::find_if(repeaters, [&](const json::value& each) { return text_of(each, "name") == repeater; });
  if (found == repeaters.end()) {
    context.err << fmt::format("firn: the daemon has no repeater \"{}\"\n`firn status` shows those it has\n", repeater);
    return std::unexpected(kExitFailed);
  }
  const auto history = history_of(*found, context.clock.now());
  if (!history) {
    context.err << fmt::format("firn: {} has received nothing yet\nsay how many forms are expected: --forms-per-day\n",
                               repeater);
    return std::unexpected(kExitFailed);
  }
  return *history;
}

}  // namespace firn
