#include "config/http_way_section.h"

#include <fmt/format.h>

#include <optional>

#include "base/url.h"

namespace firn {

HttpWay read_http_way(SectionReader& section, const SecretSources& secrets) {
  HttpWay way;
  way.ca_file = section.has("ca_file") ? section.path("ca_file", std::nullopt, secrets.folder) : "";
  if (!way.ca_file.empty()) {
    const auto there = secrets.files.open(way.ca_file);
    if (!there) {
      section.refuse("ca_file", fmt::format("cannot be read: {}", there.error().message()));
    }
  }
  way.proxy = section.text("proxy", "");
  if (!way.proxy.empty() && !parse_server_url(way.proxy)) {
    section.refuse("proxy", "it is not the URL of a proxy",
                   "write it like \"http://proxy.example.org:3128\"; a user goes into proxy_user");
  }
  way.proxy_user = section.text("proxy_user", "");
  if (!way.proxy_user.empty()) {
    way.proxy_password = read_secret(section, "proxy_password", secrets);
  }
  if (!way.proxy_user.empty() && way.proxy.empty()) {
    section.refuse("proxy_user", "it has no effect without a proxy", "set proxy");
  }
  return way;
}

}  // namespace firn
