#pragma once

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "platform/http_pool.h"

namespace firn {

/// Answers calls with what a test has put down, in order, and keeps the calls. An answer that is missing is a failed
/// call (kUnavailable).
class ScriptedHttp {
 public:
  void answer(int status, std::string body, std::vector<std::pair<std::string, std::string>> headers = {}) {
    answers_.emplace_back(HttpReply{status, std::move(body), std::move(headers)});
  }
  void fail_next() { answers_.emplace_back(fail(Error{ErrorKind::kUnavailable, "call", "server", "no answer", ""})); }

  [[nodiscard]] const std::vector<HttpCall>& calls() const { return calls_; }
  [[nodiscard]] std::size_t left() const { return answers_.size(); }

  /// Must not outlive this object.
  MakeHttpClient make() {
    return [this] { return std::make_unique<Client>(*this); };
  }

 private:
  class Client final : public HttpClient {
   public:
    explicit Client(ScriptedHttp& script) : script_(script) {}
    Result<HttpReply> call(const HttpCall& call) override {
      script_.calls_.push_back(call);
      if (script_.answers_.empty()) {
        return fail(Error{ErrorKind::kUnavailable, "call", "server", "nothing is put down", ""});
      }
      auto answer = std::move(script_.answers_.front());
      script_.answers_.pop_front();
      return answer;
    }

   private:
    ScriptedHttp& script_;
  };

  std::deque<Result<HttpReply>> answers_;
  std::vector<HttpCall> calls_;
};

}  // namespace firn
