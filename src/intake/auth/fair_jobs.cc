#include "intake/auth/fair_jobs.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace firn {

FairJobs::Work FairJobs::put(const SlowClient& client, Work work) {
  const auto waiting = of_client_.find(client.client);
  if (waiting != of_client_.end() && waiting->second >= most_of_client_) {
    return work;
  }
  std::optional<Work> gives_way;
  if (jobs_ >= most_) {
    gives_way = make_room(client.address);
    if (!gives_way) {
      return work;
    }
  }
  auto& queue = queues_[client.address];
  if (queue.empty()) {
    turns_.push_back(client.address);
  }
  queue.push_back({client.client, std::move(work)});
  ++of_client_[client.client];
  ++jobs_;
  return gives_way ? std::move(*gives_way) : Work();
}

FairJobs::Queues::iterator FairJobs::busiest() {
  return std::ranges::max_element(queues_, {}, [](const auto& entry) { return entry.second.size(); });
}

/// Nothing when `address` has as many jobs as any other, or would have as many then.
std::optional<FairJobs::Work> FairJobs::make_room(const Digest128& address) {
  const auto most = busiest();
  const auto own = queues_.find(address);
  const std::size_t owned = own == queues_.end() ? 0 : own->second.size();
  if (most == queues_.end() || most->second.size() < owned + 2) {
    return std::nullopt;
  }
  Job job = std::move(most->second.back());
  most->second.pop_back();
  forget(job.client);
  return std::move(job.work);
}

FairJobs::Work FairJobs::take() {
  if (turns_.empty()) {
    return {};
  }
  const Digest128 address = turns_.front();
  turns_.pop_front();
  const auto queue = queues_.find(address);
  Job job = std::move(queue->second.front());
  queue->second.pop_front();
  if (queue->second.empty()) {
    queues_.erase(queue);
  } else {
    turns_.push_back(address);
  }
  forget(job.client);
  return std::move(job.work);
}

void FairJobs::forget(const Digest128& client) {
  --jobs_;
  const auto found = of_client_.find(client);
  if (--found->second == 0) {
    of_client_.erase(found);
  }
}

}  // namespace firn
