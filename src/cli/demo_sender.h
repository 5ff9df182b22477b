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
#include "cli/demo_forms.h"
#include "platform/http_client.h"

namespace firn {

/// Where and as whom to send.
struct DemoTarget {
  std::string url;  ///< up to the repeater's name, without a slash at the end
  std::string username;
  std::string password;
};

/// Sends deliveries as HQ does: several at a time, with its parameter and header, and again when the answer is 503.
class DemoSender {
 public:
  static constexpr std::size_t kAtATime = 8;
  using MakeClient = std::function<std::unique_ptr<HttpClient>()>;

  DemoSender(DemoTarget target, MakeClient make_client, std::function<void(Duration)> pause)
      : target_(std::move(target)), make_client_(std::move(make_client)), pause_(std::move(pause)) {}

  /// Sends all of them; `progress` is called on this thread with the number sent so far, several times a second.
  void send(const DemoPlan& plan, const std::function<void(std::uint64_t)>& progress);

  [[nodiscard]] std::uint64_t accepted() const { return accepted_; }
  /// Answers other than 200 that were final, and calls without an answer: how often each.
  [[nodiscard]] std::map<std::string, std::uint64_t> refusals() const FIRN_EXCLUDES(mutex_);

 private:
  void work(const DemoPlan& plan);
  void send_one(HttpClient& client, const DemoDelivery& delivery);
  [[nodiscard]] HttpCall call_for(const DemoDelivery& delivery) const;

  const DemoTarget target_;
  const MakeClient make_client_;
  const std::function<void(Duration)> pause_;
  std::atomic<std::size_t> next_{0};
  std::atomic<std::uint64_t> sent_{0};
  std::atomic<std::uint64_t> accepted_{0};
  mutable Mutex mutex_;
  std::map<std::string, std::uint64_t> refusals_ FIRN_GUARDED_BY(mutex_);
};

}  // namespace firn
