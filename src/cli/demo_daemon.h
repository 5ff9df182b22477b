#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "cli/context.h"
#include "config/config.h"
#include "platform/process.h"

namespace firn {

/// A daemon of its own for the demonstration: a folder with a configuration, and this program as a child with `serve`.
/// The child ends with this object.
class DemoDaemon {
 public:
  static constexpr const char* kUser = "hq";

  /// Writes the configuration, with the stage that was asked for, starts the child and waits until it takes forms.
  static Result<std::unique_ptr<DemoDaemon>> start(const CliContext& context, const std::string& folder);

  [[nodiscard]] const Config& config() const { return config_; }
  [[nodiscard]] std::string url() const { return url_; }
  [[nodiscard]] std::string password() const;
  /// Ends it in order; an error when it did not end well.
  Status stop();

 private:
  DemoDaemon(Config config, std::unique_ptr<Process> process, std::string url)
      : config_(std::move(config)), process_(std::move(process)), url_(std::move(url)) {}

  Config config_;
  std::unique_ptr<Process> process_;
  std::string url_;
};

/// The configuration that the demonstration writes. `stage` are the settings of its stage, a line each.
std::string demo_config(const std::string& stage = "type = \"directory\"\npath = \"stage\"\n");

}  // namespace firn
