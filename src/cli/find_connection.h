#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "cli/context.h"
#include "config/config.h"

namespace firn {

/// The connection of this type that is named, or without a name the only one; null after a message. `connections` are
/// all of the type; `page` shows how to add one.
template <typename Connection>
const Connection* find_connection(const CliContext& context, const Config& config,
                                  const std::vector<Connection>& connections, std::string_view type,
                                  std::string_view page) {
  const std::string& name = context.arguments.setup.connection;
  if (connections.empty()) {
    context.err << fmt::format("there is no connection of type \"{}\" in {}; add one: {} shows it\n", type, config.file,
                               page);
    return nullptr;
  }
  if (name.empty() && connections.size() == 1) {
    return &connections.front();
  }
  const auto found = std::ranges::find(connections, ConnectionName(name), &Connection::name);
  if (found != connections.end()) {
    return &*found;
  }
  std::string names;
  for (const Connection& each : connections) {
    names += (names.empty() ? "" : ", ") + each.name.str();
  }
  context.err << (name.empty() ? std::string("say which connection: ")
                               : fmt::format("there is no connection \"{}\" of type \"{}\": ", name, type))
              << names << '\n';
  return nullptr;
}

}  // namespace firn
