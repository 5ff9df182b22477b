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
#include "cli/demo_documents.h"
#include "cli/demo_forms.h"
#include "platform/http_client.h"

namespace firn {
namespace {

constexpr int kStored = 200;
constexpr int kLater = 503;
constexpr int kAttempts = 100;
constexpr Duration kBeforeNextAttempt = std::chrono::milliseconds(100);
constexpr Duration kBetweenProgress = std::chrono::milliseconds(50);

HttpCall post(const DemoTarget& target) {
  HttpCall call;
  call.method = "POST";
  call.username = target.username;
  call.password = target.password;
  return call;
}

}  // namespace

HttpCall demo_call(const DemoTarget& target, const DemoDelivery& delivery) {
  HttpCall call = post(target);
  call.url = fmt::format("{}/forms/{}?app_id={}", target.url, kDemoDomain, demo_app_id(delivery.number));
  call.headers = {{"Content-Type", "application/json"}, {"received-on", demo_received_on(delivery.number)}};
  call.body = demo_body(delivery);
  return call;
}

HttpCall demo_call(const DemoTarget& target, const DemoDocument& document) {
  HttpCall call = post(target);
  call.url = fmt::format("{}/{}/{}", target.url, document.repeater, kDemoDomain);
  call.headers = {{"Content-Type", document.content_type}};
  call.headers.insert(call.headers.end(), document.headers.begin(), document.headers.end());
  call.body = document.body;
  return call;
}

void DemoSender::send_one(HttpClient& client, const HttpCall& call) {
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

void DemoSender::work(std::size_t count, const MakeCall& make_call) {
  const auto client = make_client_();
  while (true) {
    const std::size_t i = next_++;
    if (i >= count) {
      return;
    }
    send_one(*client, make_call(i));
    ++sent_;
  }
}

void DemoSender::send(std::size_t count, const MakeCall& make_call,
                      const std::function<void(std::uint64_t)>& progress) {
  std::vector<std::jthread> workers;
  workers.reserve(kAtATime);
  for (std::size_t i = 0; i < kAtATime; ++i) {
    workers.emplace_back([this, count, &make_call] { work(count, make_call); });
  }
  while (sent_ < count) {
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
