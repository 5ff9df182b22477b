// Configurations: one is either taken whole or refused with a place that is in the file, and never shows its secret.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "config/config.h"
#include "config/explain.h"
#include "fuzz/input.h"
#include "platform/file_system.h"
#include "tests/support/simulated_file_system.h"

namespace firn {
namespace {

constexpr std::string_view kSecret = "opensesame-4711";

std::optional<std::string> environment(const std::string& /*name*/) { return std::string(kSecret); }

void check_errors(const std::vector<ConfigError>& errors, std::string_view text) {
  FIRN_CHECK(!errors.empty(), "a refused configuration says why");
  const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1;
  for (const ConfigError& error : errors) {
    FIRN_CHECK(error.line <= lines, "an error is in the file");
    FIRN_CHECK(!error.message.empty(), "an error has words");
    FIRN_CHECK(!error.str().contains(kSecret), "no error shows a secret");
  }
}

}  // namespace
}  // namespace firn

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace firn;
  const std::string text(FuzzInput(data, size).rest());
  if (text.contains(kSecret)) {
    return 0;
  }
  SimulatedFileSystem files;
  FIRN_CHECK(files.create_directories("/etc/firn") && replace_file(files, "/etc/firn/firn.toml", text),
             "it is written");
  const auto config = load_config(files, "/etc/firn/firn.toml", environment);
  if (!config) {
    check_errors(config.error(), text);
    return 0;
  }
  FIRN_CHECK(!config->repeaters.empty(), "a configuration has a repeater");
  FIRN_CHECK(!(explain(*config) + explain_json(*config)).contains(kSecret), "no setting shows a secret");
  return 0;
}
