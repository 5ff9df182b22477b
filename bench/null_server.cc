// The baseline of the intake benchmark: the same server and the same credentials check, but nothing is stored.

#include <signal.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "intake/auth/access_control.h"
#include "platform/file_system.h"
#include "platform/http_server.h"
#include "platform/system_clock.h"

namespace {

class NullExchange final : public firn::HttpExchange {
 public:
  std::optional<firn::HttpResponse> grow(std::size_t) override { return std::nullopt; }
  void body(std::string, firn::HttpAnswer answer) override {
    firn::HttpResponse response;
    response.body = "{\"status\":\"ignored\",\"id\":\"00000000-0000-0000-0000-000000000000\",\"position\":\"0\"}\n";
    answer(std::move(response));
  }
};

class NullHandler final : public firn::HttpHandler {
 public:
  explicit NullHandler(std::unique_ptr<firn::AccessControl> access) : access_(std::move(access)) {}

  firn::HttpDecision head(const firn::HttpHead& head) override {
    firn::HttpDecision decision;
    if (access_->check(head, "").state == firn::Access::State::kGranted) {
      decision.exchange = std::make_unique<NullExchange>();
    } else {
      decision.response.status = 401;
    }
    return decision;
  }

 private:
  std::unique_ptr<firn::AccessControl> access_;
};

/// The port appears under its name at once, so that a reader never sees half of it.
void write_port(const std::string& path, int port) {
  std::ofstream(path + ".new") << port << "\n";
  std::filesystem::rename(path + ".new", path);
}

}  // namespace

int main(int argc, char** argv) {
  std::map<std::string, std::string> options;
  for (int i = 1; i + 1 < argc; i += 2) {
    options[argv[i]] = argv[i + 1];
  }
  if (options["--port-file"].empty()) {
    std::fputs("usage: firn-bench-null --port-file PATH --username U --password P\n", stderr);
    return 2;
  }
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  const auto files = firn::make_posix_file_system();
  const firn::SystemClock clock;
  firn::AccessOptions who;
  who.credentials.plain = {{"bench", firn::CredentialType::kBasic, options["--username"], options["--password"], {}}};
  who.credentials.path = options["--port-file"] + ".credentials";
  who.token_key_path = options["--port-file"] + ".key";
  auto access = firn::AccessControl::open(std::move(who), *files, clock);
  if (!access) {
    std::fprintf(stderr, "%s\n", access.error().message().c_str());
    return 1;
  }
  NullHandler handler(std::move(*access));
  auto server = firn::start_http_server({}, handler);
  if (!server) {
    std::fprintf(stderr, "%s\n", server.error().message().c_str());
    return 1;
  }
  write_port(options["--port-file"], (*server)->port());
  int signal = 0;
  sigwait(&ends, &signal);
  return 0;
}
