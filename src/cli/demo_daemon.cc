#include "cli/demo_daemon.h"

#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <random>
#include <string>
#include <utility>

#include "base/result.h"
#include "base/time.h"
#include "cli/context.h"
#include "cli/demo_documents.h"
#include "config/config.h"
#include "model/table.h"
#include "platform/file_system.h"
#include "platform/process.h"
#include "platform/signals.h"

namespace firn {
namespace {

constexpr Duration kStartLimit = std::chrono::seconds(30);
constexpr Duration kStopLimit = std::chrono::seconds(60);
constexpr Duration kBetweenLooks = std::chrono::milliseconds(20);
constexpr std::size_t kPortFileLimit = 16;
constexpr std::size_t kLargestStageFile = 64U << 10U;

Status write_file(FileSystem& files, const std::string& path, const std::string& content) {
  FIRN_ASSIGN(const auto file, files.create(path));
  return file->append(content);
}

std::string random_password() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}{:08x}", random(), random(), random());
}

Result<Config> write_config(const CliContext& context, const std::string& folder) {
  const std::string path = join(folder, "firn.toml");
  FIRN_TRY(write_file(context.files, join(folder, "hq.secret"), random_password() + "\n"));
  const std::string& stage_file = context.arguments.demo.stage_file;
  std::string text = demo_config();
  if (!stage_file.empty()) {
    FIRN_ASSIGN(const std::string stage, read_file(context.files, stage_file, kLargestStageFile));
    text = demo_config(stage);
  }
  FIRN_TRY(write_file(context.files, path, text));
  auto config = load_config(context.files, path, context.environment);
  if (!config) {
    return fail(Error{ErrorKind::kConfiguration, "read", path, config.error().front().message,
                      stage_file.empty() ? "" : "see " + stage_file});
  }
  return *std::move(config);
}

Error ended(const ProcessExit& exit) {
  return {ErrorKind::kUnavailable, "start", "the daemon",
          fmt::format("it ended with {}:\n{}", exit.signal == 0 ? exit.code : -exit.signal, exit.error_tail), ""};
}

/// Waits for the child's port file.
Result<std::string> wait_for_port(const CliContext& context, Process& process, const std::string& path) {
  const Duration end = context.clock.steady() + kStartLimit;
  while (context.clock.steady() < end) {
    FIRN_ASSIGN(const ProcessExit* exit, process.wait(kBetweenLooks));
    if (exit != nullptr) {
      return fail(ended(*exit));
    }
    auto port = read_file(context.files, path, kPortFileLimit);
    if (port && port->ends_with('\n')) {
      port->pop_back();
      return port;
    }
  }
  return fail(Error{ErrorKind::kUnavailable, "start", "the daemon", "it does not accept anything after 30 s", ""});
}

}  // namespace

std::string demo_config(const std::string& stage) {
  std::string text = R"(data_dir = "data"

[intake]
listen = "127.0.0.1:0"

[[intake.credential]]
name = "hq"
username = "hq"
secret_file = "hq.secret"

[disk]
intake_floor = "200 MB"
pack_floor = "100 MB"

[log]
level = "warning"

[connection.local_warehouse]
type = "duckdb"
database = "warehouse.duckdb"

[repeater.forms]
kind = "form"
table = "forms"
stage = "local_stage"
destination = "local_warehouse"
# So small that there are several of them to look at.
chunk_size = "1 MB"

[connection.local_stage]
)";
  text += stage;
  for (const DemoSort& sort : demo_sorts()) {
    text += fmt::format("\n[repeater.{}]\nkind = \"{}\"\n", sort.repeater, to_string(sort.kind));
    if (makes_rows(sort.kind)) {
      text +=
          fmt::format("table = \"{}\"\nstage = \"local_stage\"\ndestination = \"local_warehouse\"\n", sort.repeater);
    }
  }
  return text;
}

Result<std::unique_ptr<DemoDaemon>> DemoDaemon::start(const CliContext& context, const std::string& folder) {
  FIRN_ASSIGN(Config config, write_config(context, folder));
  const std::string port_file = join(folder, "port");
  FIRN_ASSIGN(auto process,
              context.processes.start(ProcessOptions{
                  .arguments = {"/proc/self/exe", "serve", "--config", config.file, "--port-file", port_file}}));
  FIRN_ASSIGN(const std::string port, wait_for_port(context, *process, port_file));
  const std::string url = fmt::format("http://127.0.0.1:{}/in", port);
  return std::unique_ptr<DemoDaemon>(new DemoDaemon(std::move(config), std::move(process), url));
}

std::string DemoDaemon::password() const { return config_.intake.credentials.front().secret.reveal(); }

Status DemoDaemon::stop() {
  request_termination(process_->pid());
  FIRN_ASSIGN(const ProcessExit* exit, process_->wait(kStopLimit));
  if (exit == nullptr) {
    return fail(Error{ErrorKind::kUnavailable, "stop", "the daemon", "it still runs after a minute", ""});
  }
  if (exit->code != 0 || exit->signal != 0) {
    Error error = ended(*exit);
    error.operation = "stop";
    return fail(std::move(error));
  }
  return {};
}

}  // namespace firn
