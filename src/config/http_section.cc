#include "config/http_section.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

#include "config/config.h"
#include "config/reader.h"
#include "platform/ip_address.h"

namespace firn {
namespace {

constexpr std::uint64_t kMostConnections = 100'000;

std::uint64_t read_number(SectionReader& section, std::string_view key, std::uint64_t standard) {
  const std::string text = section.text(key, std::to_string(standard));
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number == 0 || number > kMostConnections) {
    section.refuse(key, fmt::format("\"{}\" must be a number from 1 to {}, not \"{}\"", section.name_of(key),
                                    kMostConnections, text));
    return standard;
  }
  return number;
}

}  // namespace

void read_http_section(SectionReader& intake, SectionResults& results) {
  HttpConfig& http = results.config.intake.http;
  http.max_connections = read_number(intake, "max_connections", 4096);
  const std::uint64_t standard = std::min<std::uint64_t>(2000, http.max_connections);
  http.max_connections_per_address = read_number(intake, "max_connections_per_address", standard);
  for (const std::string& text : intake.texts("trusted_proxies", {100, 64})) {
    const auto network = parse_ip_network(text);
    if (network) {
      http.trusted_proxies.push_back(*network);
    } else {
      intake.refuse("trusted_proxies", fmt::format("\"{}\" is not a numeric address or network", text),
                    "write it like \"192.0.2.7\", \"10.0.0.0/8\" or \"fd00::/8\", with no bits outside the network");
    }
  }
}

void check_http(SectionResults& results) {
  const IntakeConfig& intake = results.config.intake;
  if (intake.http.max_connections_per_address > intake.http.max_connections) {
    results.report.error_at("intake.max_connections_per_address",
                            fmt::format("intake.max_connections_per_address ({}) must not be larger than "
                                        "intake.max_connections ({})",
                                        intake.http.max_connections_per_address, intake.http.max_connections));
  }
}

}  // namespace firn
