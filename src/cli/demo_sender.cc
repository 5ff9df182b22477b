#include "cli/demo_sender.h"

#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "base/time.h"
#include "cli/demo_forms.h"
#include "platform/http_client.h"

namespace firn {
namespace {

constexpr int kStored = 200;
constexpr int kLater = 503;
constexpr int kAttempts = 100;
constexpr Duration kBeforeNextAttempt = std::chrono::milliseconds(100);
constexpr Duration kBetweenProgress = std::chrono::milliseconds(50);

}  // namespace

HttpCall DemoSender::call_for(const DemoDelivery& delivery) const {
  HttpCall call;
  call.method = "POST";
  call.url = fmt::format("{}/{}?app_id={}", target_.url, kDemoDomain, demo_app_id(delivery.number));
  call.headers = {{"Content-Type", "application/json"}, {"received-on", demo_received_on(delivery.number)}};
  call.body = demo_body(delivery);
  call.username = target_.username;
  call.password = target_.password;
  return call;
}

void DemoSender::send_one(HttpClient& client, const DemoDelivery& delivery) {
  const HttpCall call = call_for(delivery);
  std::string refusal;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const auto reply = client.call(call);
    if (reply && reply->status == kStored) {
      ++accepted_;
      return;
    }
    refusal = reply ? fmt::format("answer {}", reply->status) : reply.error().reason;
    if (!reply || reply->status != kLater) {
      break;
    }
    pause_(kBeforeNextAttempt);
  }
  const MutexLock lock(mutex_);
  ++refusals_[refusal];
}

void DemoSender::work(const DemoPlan& plan) {
  const auto client = make_client_();
  while (true) {
    const std::size_t i = next_++;
    if (i >= plan.deliveries.size()) {
      return;
    }
    send_one(*client, plan.deliveries[i]);
    ++sent_;
  }
}

void DemoSender::send(const DemoPlan& plan, const std::function<void(std::uint64_t)>& progress) {
  std::vector<std::jthread> workers;
  workers.reserve(kAtATime);
  for (std::size_t i = 0; i < kAtATime; ++i) {
    workers.emplace_back([this, &plan] { work(plan); });
  }
  while (sent_ < plan.deliveries.size()) {
    progress(sent_);
    pause_(kBetweenProgress);
  }
  progress(sent_);
}

std::map<std::string, std::uint64_t> DemoSender::refusals() const {
  const MutexLock lock(mutex_);
  return refusals_;
}

}  // namespace firn
