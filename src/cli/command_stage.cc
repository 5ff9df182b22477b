#include <fmt/format.h>

#include <boost/json.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "base/plain_text.h"
#include "base/units.h"
#include "base/url.h"
#include "cli/admin_client.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/json_fields.h"
#include "cli/table.h"
#include "config/config.h"
#include "model/table.h"

namespace firn {
namespace {

namespace json = boost::json;

struct Listing {
  std::string place;
  json::array objects;
};

std::expected<Listing, AdminFailure> list_all(AdminClient& client, const std::string& repeater) {
  Listing listing;
  std::string after;
  while (true) {
    const AdminReply page =
        client.get(fmt::format("/stage?repeater={}&after={}", percent_encode(repeater), percent_encode(after)));
    if (!page) {
      return std::unexpected(page.error());
    }
    listing.place = text_of(*page, "place");
    const json::array& objects = list_of(*page, "objects");
    listing.objects.insert(listing.objects.end(), objects.begin(), objects.end());
    if (objects.empty() || !is_true(*page, "more")) {
      return listing;
    }
    after = text_of(objects.back(), "key");
  }
}

std::string range_text(const json::value& object) {
  return is_missing(object, "first") ? "-" : text_of(object, "first") + " - " + text_of(object, "last");
}

std::uint64_t count_unknown(const Listing& listing) {
  std::uint64_t unknown = 0;
  for (const json::value& object : listing.objects) {
    unknown += is_missing(object, "state") ? 1U : 0U;
  }
  return unknown;
}

std::string listing_text(const std::string& repeater, const Listing& listing) {
  TextTable table({{"KEY"}, {"STATE"}, {"ROWS", Align::kRight}, {"POSITIONS"}, {"SIZE", Align::kRight}, {"STAGED"}});
  std::uint64_t bytes = 0;
  for (const json::value& object : listing.objects) {
    bytes += count_of(object, "bytes");
    table.add({text_of(object, "key"), is_missing(object, "state") ? "UNKNOWN" : text_of(object, "state"),
               is_missing(object, "rows") ? "-" : human_count(count_of(object, "rows")), range_text(object),
               format_size(count_of(object, "bytes")), time_of(object, "staged_at")});
  }
  std::string text = fmt::format("{}: {} files, {}, at {}\n", repeater, human_count(listing.objects.size()),
                                 format_size(bytes), for_terminal(listing.place));
  text += table.empty() ? "" : table.str("  ");
  const std::uint64_t unknown = count_unknown(listing);
  return unknown == 0
             ? text
             : text + fmt::format("  {} of them are not known to the catalog: Firn never loads or removes them\n",
                                  human_count(unknown));
}

json::object listing_json(const std::string& repeater, Listing listing) {
  return {{"repeater", repeater}, {"place", listing.place}, {"objects", std::move(listing.objects)}};
}

/// The one that was asked for, or all that have a stage.
std::vector<std::string> wanted_repeaters(const CliContext& context, const Config& config) {
  if (!context.arguments.stage.repeater.empty()) {
    return {context.arguments.stage.repeater};
  }
  std::vector<std::string> names;
  for (const RepeaterConfig& repeater : config.repeaters) {
    if (makes_rows(repeater.kind)) {
      names.push_back(repeater.name.str());
    }
  }
  return names;
}

}  // namespace

int run_stage_list(const CliContext& context) {
  const auto config = load_or_report(context, {.fit_to_serve = false});
  if (!config) {
    return kExitConfiguration;
  }
  AdminClient client(context.make_http_client(), config->admin_socket());
  json::array all;
  std::string text;
  std::uint64_t unknown = 0;
  for (const std::string& repeater : wanted_repeaters(context, *config)) {
    auto listing = list_all(client, repeater);
    if (!listing) {
      return report(context, listing.error());
    }
    unknown += count_unknown(*listing);
    text += (text.empty() ? "" : "\n") + listing_text(repeater, *listing);
    all.push_back(listing_json(repeater, *std::move(listing)));
  }
  context.out << (context.arguments.json ? json::serialize(json::object{{"repeaters", std::move(all)}}) + "\n" : text);
  return unknown == 0 ? kExitOk : kExitAttention;
}

}  // namespace firn
