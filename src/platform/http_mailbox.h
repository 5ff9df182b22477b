#pragma once

// Included by http_session.h only: nothing else sees Asio.

#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "base/mutex.h"
#include "platform/http_server.h"

namespace firn {

/// A connection as seen by the answers to its requests. Threads: the server's.
class HttpAnswerTarget {
 public:
  virtual ~HttpAnswerTarget() = default;
  virtual void answered(HttpResponse response) = 0;
};

class HttpTicket;

/// Brings answers of other threads to the server's thread: many of them with one wake-up. Threads: any.
class HttpMailbox {
 public:
  explicit HttpMailbox(boost::asio::io_context& io) : io_(&io) {}

  void put(std::shared_ptr<HttpTicket> ticket, HttpResponse response) FIRN_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    if (io_ == nullptr) {
      return;
    }
    waiting_.emplace_back(std::move(ticket), std::move(response));
    if (waiting_.size() == 1) {
      boost::asio::post(*io_, [this] { deliver(); });
    }
  }

  /// After this, answers go nowhere. Called before the io context ends; the mailbox itself may live longer.
  void close() FIRN_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    io_ = nullptr;
    waiting_.clear();
  }

  /// The server's thread, set before the first connection.
  std::thread::id thread;

 private:
  void deliver() FIRN_EXCLUDES(mutex_);

  Mutex mutex_;
  boost::asio::io_context* io_ FIRN_GUARDED_BY(mutex_);
  std::vector<std::pair<std::shared_ptr<HttpTicket>, HttpResponse>> waiting_ FIRN_GUARDED_BY(mutex_);
  std::vector<std::pair<std::shared_ptr<HttpTicket>, HttpResponse>> delivering_;  // the server's thread only
};

/// What the answers to a connection's requests hold instead of the connection, which only the server's thread touches.
class HttpTicket final : public HttpAnswerSink, public std::enable_shared_from_this<HttpTicket> {
 public:
  HttpTicket(std::shared_ptr<HttpMailbox> mailbox, HttpAnswerTarget& target)
      : mailbox_(std::move(mailbox)), target_(&target) {}

  void answer(HttpResponse response) override {
    if (std::this_thread::get_id() == mailbox_->thread) {
      deliver(std::move(response));
    } else {
      mailbox_->put(shared_from_this(), std::move(response));
    }
  }

  /// The next two: the server's thread only.
  void deliver(HttpResponse response) {
    if (target_ != nullptr) {
      target_->answered(std::move(response));
    }
  }
  void connection_gone() { target_ = nullptr; }

 private:
  std::shared_ptr<HttpMailbox> mailbox_;
  HttpAnswerTarget* target_;
};

inline void HttpMailbox::deliver() {
  {
    const MutexLock lock(mutex_);
    delivering_.swap(waiting_);
  }
  for (auto& [ticket, response] : delivering_) {
    ticket->deliver(std::move(response));
  }
  delivering_.clear();
}

}  // namespace firn
