#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "cli/arguments.h"
#include "cli/context.h"
#include "cli/run.h"
#include "config/config.h"
#include "platform/file_system.h"
#include "platform/http_client.h"
#include "platform/process.h"
#include "tests/support/manual_clock.h"
#include "tests/support/simulated_file_system.h"

namespace firn {

/// Runs commands in memory: files are simulated, the daemon is a list of answers, time passes only in pauses.
class CliFixture : public testing::Test {
 protected:
  /// The answers to one request, in order; the last one is repeated. Without one the daemon cannot be reached.
  using Answers = std::map<std::string, std::vector<HttpReply>>;

  class FakeClient final : public HttpClient {
   public:
    FakeClient(Answers& answers, std::vector<HttpCall>& calls) : answers_(answers), calls_(calls) {}
    Result<HttpReply> call(const HttpCall& call) override {
      calls_.push_back(call);
      const auto found = answers_.find(call.method + " " + call.url);
      if (found == answers_.end()) {
        return fail(Error{ErrorKind::kUnavailable, "connect", call.unix_path, "no such file", ""});
      }
      HttpReply reply = found->second.front();
      if (found->second.size() > 1) {
        found->second.erase(found->second.begin());
      }
      return reply;
    }

   private:
    Answers& answers_;
    std::vector<HttpCall>& calls_;
  };

  void SetUp() override {
    ASSERT_TRUE(files_.create_directories("/etc/firn"));
    write("/etc/firn/firn.toml",
          "[connection.s]\ntype = \"directory\"\npath = \"stage\"\n[connection.d]\ntype = \"duckdb\"\n"
          "database = \"warehouse.duckdb\"\n[repeater.forms]\nkind = \"form\"\ntable = \"forms\"\nstage = \"s\"\n"
          "destination = \"d\"\n");
  }

  void write(const std::string& path, const std::string& content) { ASSERT_TRUE(replace_file(files_, path, content)); }

  /// `request` is like "GET /status".
  void answer(const std::string& request, const std::string& body, int status = 200) {
    const auto space = request.find(' ');
    answers_[request.substr(0, space) + " http://firn/api/v1" + request.substr(space + 1)].push_back(
        {status, body, {}});
  }

  /// The exit code; what was printed is in out_ and err_.
  int run(const std::vector<std::string>& words, const std::string& input = "", bool terminal = false) {
    out_.str("");
    err_.str("");
    const ParsedArguments parsed = parse_arguments(words);
    if (!parsed.arguments) {
      out_ << parsed.out;
      err_ << parsed.err;
      return parsed.exit_code;
    }
    std::istringstream in(input);
    const auto processes = make_process_launcher();
    return run_command({.arguments = *parsed.arguments,
                        .in = in,
                        .out = out_,
                        .err = err_,
                        .in_is_terminal = terminal,
                        .err_is_terminal = false,
                        .files = files_,
                        .clock = clock_,
                        .processes = *processes,
                        .environment = [this](const std::string& name) { return environment(name); },
                        .make_http_client = [this] { return std::make_unique<FakeClient>(answers_, calls_); },
                        .serve =
                            [this](const Config& config, const ServeOptions& options) {
                              served_ = config.file + " " + options.port_file;
                              return 0;
                            },
                        .pause = [this](Duration duration) { clock_.advance(duration); }});
  }

  [[nodiscard]] std::optional<std::string> environment(const std::string& name) const {
    const auto found = environment_.find(name);
    return found == environment_.end() ? std::nullopt : std::optional(found->second);
  }

  void expect_out(const std::string& part) const {
    EXPECT_NE(out_.str().find(part), std::string::npos) << "not there: " << part << "\n" << out_.str();
  }
  void expect_err(const std::string& part) const {
    EXPECT_NE(err_.str().find(part), std::string::npos) << "not there: " << part << "\n" << err_.str();
  }

  SimulatedFileSystem files_;
  ManualClock clock_;
  Answers answers_;
  std::vector<HttpCall> calls_;
  std::map<std::string, std::string> environment_;
  std::string served_;
  std::ostringstream out_;
  std::ostringstream err_;
};

}  // namespace firn
