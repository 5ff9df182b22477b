#include "config/listener_section.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/config.h"
#include "config/document.h"
#include "config/listen_address.h"
#include "config/reader.h"
#include "config/secrets.h"
#include "platform/tls.h"

namespace firn {
namespace {

constexpr const char* kStandardAddress = "127.0.0.1:8641";
constexpr std::size_t kMostListeners = 16;

ListenAddress read_address(SectionReader& section, const std::optional<std::string>& standard) {
  const std::string text = section.text("listen", standard);
  const auto address = parse_listen_address(text);
  if (!address) {
    section.refuse("listen", fmt::format("\"{}\" is not a numeric address with a port", text),
                   "write it like \"127.0.0.1:8641\" or \"[::1]:8641\"");
    return *parse_listen_address(kStandardAddress);
  }
  return *address;
}

/// Loads what the daemon will serve with, so that mistakes show before it starts.
void check_files(SectionReader& section, TlsConfig& tls, const SecretSources& secrets) {
  const auto source = TlsSource::open(tls.files(), secrets.files);
  if (source) {
    tls.certificate = (*source)->current()->certificate();
    return;
  }
  const Error& error = source.error();
  section.refuse(error.object == tls.certificate_file ? "certificate_file" : "private_key_file",
                 fmt::format("{} cannot be used for TLS: {}", error.object, error.reason), error.hint);
}

std::optional<TlsConfig> read_tls(SectionReader& section, const SectionResults& results) {
  const SecretSources& secrets = results.secrets;
  const bool has_passphrase = section.has("passphrase") || section.has("passphrase_file");
  if (!section.has("certificate_file") && !section.has("private_key_file")) {
    if (has_passphrase) {
      section.refuse_section("a passphrase without a private key has no effect", "set private_key_file");
    }
    return std::nullopt;
  }
  TlsConfig tls;
  tls.certificate_file = section.path("certificate_file", std::nullopt, secrets.folder);
  tls.private_key_file = section.path("private_key_file", std::nullopt, secrets.folder);
  if (has_passphrase) {
    tls.passphrase = read_secret(section, "passphrase", secrets);
  }
  if (results.options.fit_to_serve && !tls.certificate_file.empty() && !tls.private_key_file.empty()) {
    check_files(section, tls, secrets);
  }
  return tls;
}

}  // namespace

std::string ListenerConfig::url(std::uint16_t port) const {
  const bool is_v6 = where.address.contains(':');
  return fmt::format("{}://{}{}{}:{}", tls ? "https" : "http", is_v6 ? "[" : "", where.address, is_v6 ? "]" : "",
                     port == 0 ? where.port : port);
}

const ListenerConfig* IntakeConfig::public_listener() const {
  const bool behind_proxy = !http.trusted_proxies.empty();
  const auto found =
      std::ranges::find_if(listeners, [&](const auto& each) { return behind_proxy || !each.where.loopback; });
  return found == listeners.end() ? nullptr : &*found;
}

void read_listeners(SectionReader& intake, SectionResults& results) {
  std::vector<ListenerConfig>& listeners = results.config.intake.listeners;
  const ConfigMember* list = intake.list_of_sections("listener");
  if (list == nullptr) {
    listeners.push_back({read_address(intake, kStandardAddress), std::nullopt, "intake.listen"});
    return;
  }
  if (intake.has("listen")) {
    intake.refuse("listen", "\"intake.listen\" and [[intake.listener]] are both there",
                  "write [[intake.listener]] and listen = \"...\" for each address");
  }
  for (std::size_t i = 0; i < std::min(list->value.elements.size(), kMostListeners); ++i) {
    const ConfigNode& element = list->value.elements[i];
    const std::string path = fmt::format("intake.listener[{}]", i + 1);
    SectionReader section(&element, element.place, path, results.report);
    const ListenAddress where = read_address(section, std::nullopt);
    listeners.push_back({where, read_tls(section, results), path + ".listen"});
    section.finish();
  }
  if (listeners.empty()) {
    intake.refuse("listener", "there is no listener, so nothing can come in",
                  "remove it, or write [[intake.listener]]");
  }
  if (list->value.elements.size() > kMostListeners) {
    intake.refuse("listener", fmt::format("there are more than {} listeners", kMostListeners));
  }
}

void check_listeners(SectionResults& results) {
  const IntakeConfig& intake = results.config.intake;
  std::set<std::pair<std::string, std::uint16_t>> seen;
  for (const ListenerConfig& listener : intake.listeners) {
    if (listener.where.port != 0 && !seen.emplace(listener.where.address, listener.where.port).second) {
      results.report.error_at(listener.key, fmt::format("two listeners have the address {}", listener.url()));
    }
    const bool proxy_elsewhere =
        std::ranges::any_of(intake.http.trusted_proxies, [](const IpNetwork& each) { return !each.is_loopback(); });
    if (!listener.tls && !listener.where.loopback && !proxy_elsewhere) {
      results.report.error_at(listener.key, "intake can be reached from other machines without TLS",
                              "name certificate_file and private_key_file in [[intake.listener]], or listen on "
                              "127.0.0.1, or name the proxy on another machine that speaks TLS in "
                              "intake.trusted_proxies");
    }
  }
}

}  // namespace firn
