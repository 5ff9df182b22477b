#pragma once

#include <map>
#include <memory>

#include "base/clock.h"
#include "config/config.h"
#include "model/loader.h"
#include "model/names.h"
#include "model/stage.h"
#include "platform/file_system.h"
#include "platform/process.h"

namespace firn {

/// The stages and loaders that the configuration names, each made once. The check of the configuration has made sure
/// that every repeater's two connections are there and of the right type.
class Connections {
 public:
  Connections(const Config& config, FileSystem& files, ProcessLauncher& launcher, const Clock& clock);

  /// `name` must be a connection of that role.
  [[nodiscard]] Stage& stage(const ConnectionName& name) { return *stages_.at(name); }
  [[nodiscard]] Loader& loader(const ConnectionName& name) { return *loaders_.at(name); }

 private:
  std::map<ConnectionName, std::unique_ptr<Stage>> stages_;
  std::map<ConnectionName, std::unique_ptr<Loader>> loaders_;
};

}  // namespace firn
