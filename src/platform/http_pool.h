#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "platform/http_client.h"

namespace firn {

using MakeHttpClient = std::function<std::unique_ptr<HttpClient>()>;

/// Calls side by side: each has a client of its own while it lasts, which is kept for later ones. Threads: any.
class HttpPool {
 public:
  explicit HttpPool(MakeHttpClient make);

  Result<HttpReply> call(const HttpCall& call) FIRN_EXCLUDES(mutex_);

 private:
  std::unique_ptr<HttpClient> take() FIRN_EXCLUDES(mutex_);
  void give_back(std::unique_ptr<HttpClient> http) FIRN_EXCLUDES(mutex_);

  const MakeHttpClient make_;
  Mutex mutex_;
  std::vector<std::unique_ptr<HttpClient>> idle_ FIRN_GUARDED_BY(mutex_);
};

}  // namespace firn
