#pragma once

// Included by http_session.h only: nothing else sees Asio.

#include <memory>
#include <optional>
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
  virtual void resumed() = 0;
};

class HttpTicket;

/// An answer, or without a response the news that a deferred decision can be made.
struct HttpLetter {
  std::shared_ptr<HttpTicket> ticket;
  std::optional<HttpResponse> response;
};

/// Brings answers of other threads to the server's thread: many of them with one wake-up. Threads: any.
class HttpMailbox {
 public:
  explicit HttpMailbox(boost::asio::io_context& io) : io_(&io) {}

  void put(HttpLetter letter) FIRN_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    if (io_ == nullptr) {
      return;
    }
    waiting_.push_back(std::move(letter));
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
  std::vector<HttpLetter> waiting_ FIRN_GUARDED_BY(mutex_);
  std::vector<HttpLetter> delivering_;  // the server's thread only
};

/// What the answers to a connection's requests hold instead of the connection, which only the server's thread touches.
class HttpTicket final : public HttpAnswerSink, public HttpResumeSink, public std::enable_shared_from_this<HttpTicket> {
 public:
  HttpTicket(std::shared_ptr<HttpMailbox> mailbox, HttpAnswerTarget& target)
      : mailbox_(std::move(mailbox)), target_(&target) {}

  void answer(HttpResponse response) override {
    if (std::this_thread::get_id() == mailbox_->thread) {
      deliver(std::move(response));
    } else {
      mailbox_->put({shared_from_this(), std::move(response)});
    }
  }

  /// Through the mailbox on every thread: a deferral is never resumed from inside its start().
  void resume() override { mailbox_->put({shared_from_this(), std::nullopt}); }

  /// The next two: the server's thread only.
  void deliver(std::optional<HttpResponse> response) {
    if (target_ == nullptr) {
      return;
    }
    if (response) {
      target_->answered(std::move(*response));
    } else {
      target_->resumed();
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
  for (auto& letter : delivering_) {
    letter.ticket->deliver(std::move(letter.response));
  }
  delivering_.clear();
}

}  // namespace firn
