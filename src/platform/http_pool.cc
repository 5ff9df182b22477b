#include "platform/http_pool.h"

#include <utility>

namespace firn {

HttpPool::HttpPool(MakeHttpClient make) : make_(std::move(make)) {}

std::unique_ptr<HttpClient> HttpPool::take() {
  {
    const MutexLock lock(mutex_);
    if (!idle_.empty()) {
      auto http = std::move(idle_.back());
      idle_.pop_back();
      return http;
    }
  }
  return make_();
}

void HttpPool::give_back(std::unique_ptr<HttpClient> http) {
  const MutexLock lock(mutex_);
  idle_.push_back(std::move(http));
}

Result<HttpReply> HttpPool::call(const HttpCall& call) {
  auto http = take();
  auto reply = http->call(call);
  give_back(std::move(http));
  return reply;
}

}  // namespace firn
