#include <fmt/format.h>

#include <boost/json.hpp>
#include <ostream>
#include <random>
#include <string>

#include "base/result.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "config/example.h"
#include "platform/file_system.h"
#include "platform/paths.h"

namespace firn {
namespace {

/// 160 random bits of the system, in letters that need no quoting anywhere.
std::string new_secret() {
  std::random_device random;
  std::string secret;
  for (int i = 0; i < 5; ++i) {
    secret += fmt::format("{:08x}", random());
  }
  return secret;
}

/// Makes a file that only its owner may read; an existing one stays as it is (kAlreadyExists).
Status write_new(FileSystem& files, const std::string& path, const std::string& content) {
  FIRN_ASSIGN(const auto file, files.create(path));
  FIRN_TRY(file->append(content));
  FIRN_TRY(file->sync());
  return files.sync_directory(parent_directory(path));
}

}  // namespace

int run_init(const CliContext& context) {
  const std::string given = context.arguments.config;
  const std::string path = absolute_path(given.empty() ? "firn.toml" : given);
  const std::string secret = join(parent_directory(path), "hq.secret");
  Status done = context.files.create_directories(parent_directory(path));
  if (done) {
    done = write_new(context.files, path, example_config());
  }
  if (!done) {
    print_error(context.err, done.error());
    return kExitFailed;
  }
  const Status kept = write_new(context.files, secret, new_secret() + "\n");
  if (!kept && kept.error().kind != ErrorKind::kAlreadyExists) {
    print_error(context.err, kept.error());
    return kExitFailed;
  }
  if (context.arguments.json) {
    context.out << boost::json::serialize(boost::json::object{{"config", path}, {"secret_file", secret}}) << '\n';
    return kExitOk;
  }
  context.out << fmt::format(
      "Wrote {0}\n{1} {2}: the password of user hq\n\nNext:\n  firn check --config {0}\n  firn serve --config {0}\n",
      path, kept ? "Wrote" : "Kept", secret);
  return kExitOk;
}

}  // namespace firn
