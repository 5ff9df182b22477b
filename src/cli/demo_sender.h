#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/time.h"
#include "cli/demo_documents.h"
#include "cli/demo_forms.h"
#include "platform/http_client.h"

namespace firn {

/// Where and as whom to send.
struct DemoTarget {
  std::string url;  ///< without the repeater's name and without a slash at the end
  std::string username;
  std::string password;
};

/// The request that brings a form or another document, as HQ makes it, with its parameter and headers.
HttpCall demo_call(const DemoTarget& target, const DemoDelivery& delivery);
HttpCall demo_call(const DemoTarget& target, const DemoDocument& document);

/// Makes requests as HQ does: several at a time, and again when the answer is 503.
class DemoSender {
 public:
  static constexpr std::size_t kAtATime = 8;
  using MakeClient = std::function<std::unique_ptr<HttpClient>()>;

  /// Gives the i-th call, from 0; on any thread.
  using MakeCall = std::function<HttpCall(std::size_t)>;

  DemoSender(MakeClient make_client, std::function<void(Duration)> pause)
      : make_client_(std::move(make_client)), pause_(std::move(pause)) {}

  /// Makes `count` calls, once only; `progress` is called on this thread with the number made so far, several times a
  /// second.
  void send(std::size_t count, const MakeCall& make_call, const std::function<void(std::uint64_t)>& progress);

  [[nodiscard]] std::uint64_t accepted() const { return accepted_; }
  /// Answers other than 200 that were final, and calls without an answer: how often each.
  [[nodiscard]] std::map<std::string, std::uint64_t> refusals() const FIRN_EXCLUDES(mutex_);

 private:
  void work(std::size_t count, const MakeCall& make_call);
  void send_one(HttpClient& client, const HttpCall& call);

  const MakeClient make_client_;
  const std::function<void(Duration)> pause_;
  std::atomic<std::size_t> next_{0};
  std::atomic<std::uint64_t> sent_{0};
  std::atomic<std::uint64_t> accepted_{0};
  mutable Mutex mutex_;
  std::map<std::string, std::uint64_t> refusals_ FIRN_GUARDED_BY(mutex_);
};

}  // namespace firn
