#include <fmt/format.h>

#include <boost/json.hpp>
#include <ostream>
#include <string>

#include "base/result.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "config/example.h"
#include "platform/file_system.h"
#include "platform/paths.h"

namespace firn {
int run_init(const CliContext& context) {
  const std::string given = context.arguments.config;
  const std::string path = absolute_path(given.empty() ? "firn.toml" : given);
  Status done = context.files.create_directories(parent_directory(path));
  if (done) {
    done = create_file(context.files, path, example_config());
  }
  if (!done) {
    print_error(context.err, done.error());
    return kExitFailed;
  }
  if (context.arguments.json) {
    context.out << boost::json::serialize(boost::json::object{{"config", path}}) << '\n';
    return kExitOk;
  }
  context.out << fmt::format(
      "Wrote {0}\n\nNext:\n"
      "  firn check --config {0}\n"
      "  firn credential add hq --config {0}\n"
      "  firn serve --config {0}\n",
      path);
  return kExitOk;
}

}  // namespace firn
