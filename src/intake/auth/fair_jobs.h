#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <optional>

#include "base/digest.h"

namespace firn {

/// Who has slow work done: the client (its address with a user name), and its address alone.
struct SlowClient {
  Digest128 client;
  Digest128 address;
};

/// Jobs that wait, taken from one address after the other, so that who sends many waits for its own only. In a full
/// queue the newest job of the address with most gives way to an address that has fewer; when each has one, a new
/// address is refused. Threads: one at a time.
class FairJobs {
 public:
  using Work = std::move_only_function<void()>;

  /// At most `most` jobs, and `most_of_client` of one client.
  FairJobs(std::size_t most, std::size_t most_of_client) : most_(most), most_of_client_(most_of_client) {}

  /// What did not get in or had to give way, to be destroyed by the caller; empty when all are kept.
  [[nodiscard]] Work put(const SlowClient& client, Work work);
  /// Empty when there is none.
  [[nodiscard]] Work take();
  [[nodiscard]] bool empty() const { return turns_.empty(); }

 private:
  struct Job {
    Digest128 client;
    Work work;
  };
  using Queues = std::map<Digest128, std::deque<Job>>;

  [[nodiscard]] Queues::iterator busiest();
  std::optional<Work> make_room(const Digest128& address);
  void forget(const Digest128& client);

  std::size_t most_;
  std::size_t most_of_client_;
  std::size_t jobs_ = 0;
  Queues queues_;                               // of addresses with jobs
  std::deque<Digest128> turns_;                 // these addresses, the next one first
  std::map<Digest128, std::size_t> of_client_;  // jobs that wait
};

}  // namespace firn
