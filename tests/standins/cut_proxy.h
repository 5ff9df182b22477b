#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "platform/fd.h"

namespace firn {

/// Stands between a client and a server on loopback and breaks connections in the middle, as networks do. Threads: any.
class CutProxy {
 public:
  static constexpr std::size_t kAll = ~std::size_t{0};

  explicit CutProxy(std::uint16_t server_port);
  ~CutProxy();
  CutProxy(const CutProxy&) = delete;
  CutProxy& operator=(const CutProxy&) = delete;

  [[nodiscard]] std::string url() const;

  /// The next connection is closed once so many bytes of requests have reached the server or so many bytes of answers
  /// the client, whichever comes first; those after it are whole.
  void cut_next(std::size_t request_bytes, std::size_t answer_bytes) FIRN_EXCLUDES(mutex_);

 private:
  struct Cut {
    std::size_t request = kAll;
    std::size_t answer = kAll;
  };

  void accept_all();
  void carry(Fd client, Cut cut) const;

  const std::uint16_t server_port_;
  Fd listener_;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_ = false;
  Mutex mutex_;
  Cut next_ FIRN_GUARDED_BY(mutex_);
  std::vector<std::thread> carriers_;  // of the accepting thread
  std::thread accepting_;
};

}  // namespace firn
