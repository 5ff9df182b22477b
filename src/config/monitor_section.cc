#include "config/monitor_section.h"

#include <fmt/format.h>

#include <string>

#include "config/config.h"
#include "config/listen_address.h"
#include "config/reader.h"
#include "config/sections.h"

namespace firn {
namespace {

const ConfigNode* node_of(const ConfigMember* member) { return member == nullptr ? nullptr : &member->value; }
ConfigPlace place_of(const ConfigMember* member) { return member == nullptr ? ConfigPlace{} : member->place; }

void take_address(SectionReader& section, const std::string& listen, MonitorConfig& monitor) {
  const auto address = parse_listen_address(listen);
  if (!address) {
    section.refuse("listen", fmt::format("\"{}\" is not a numeric address with a port", listen),
                   "write it like \"127.0.0.1:9641\", or \"\" for no monitor");
    return;
  }
  monitor.enabled = true;
  monitor.address = address->address;
  monitor.port = address->port;
  monitor.loopback = address->loopback;
}

}  // namespace

void read_monitor(SectionReader& top, SectionResults& results) {
  const ConfigMember* member = top.section("monitor");
  SectionReader section(node_of(member), place_of(member), "monitor", results.report);
  MonitorConfig& monitor = results.config.monitor;
  const std::string listen = section.text("listen", "");
  monitor.allow_network = section.word("access", "local", {"local", "network"}) == "network";
  if (!listen.empty()) {
    take_address(section, listen, monitor);
  }
  if (monitor.enabled && !monitor.loopback && !monitor.allow_network) {
    section.refuse(
        "listen", "the monitor can be reached from other machines but asks for no credentials",
        "listen on 127.0.0.1; or say access = \"network\" when a firewall lets only your monitoring through");
  }
  section.finish();
}

void read_debug(SectionReader& top, SectionResults& results) {
  const ConfigMember* member = top.section("debug");
  SectionReader section(node_of(member), place_of(member), "debug", results.report);
  results.config.debug.core_dumps = section.word("core_dumps", "never", {"never", "allow"}) == "allow";
  if (results.config.debug.core_dumps) {
    results.report.warn_at("debug.core_dumps",
                           "after a crash a core file may hold forms and passwords, and other processes of the same "
                           "user can read the daemon's memory",
                           "take the setting away when the mistake is found, and remove the core file");
  }
  section.finish();
}

}  // namespace firn
