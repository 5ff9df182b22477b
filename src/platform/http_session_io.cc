#include "platform/http_session.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>

namespace firn {
namespace {

namespace asio = boost::asio;
using SteadyClock = std::chrono::steady_clock;
using ErrorCode = boost::system::error_code;

constexpr std::size_t kReadAhead = 256U << 10U;

}  // namespace

bool HttpSession::write_more() {
  while (written_ < out_.size() + out_body_.size()) {
    const std::size_t from_body = written_ - std::min(written_, out_.size());
    const std::array<asio::const_buffer, 2> parts = {asio::buffer(out_) + written_,
                                                     asio::buffer(out_body_) + from_body};
    ErrorCode error;
    const std::size_t count = socket_.write_some(parts, error);
    written_ += count;
    if (count > 0) {
      limit(server_.options.idle_timeout);
    }
    if (error == asio::error::would_block) {
      socket_.async_wait(HttpSocket::wait_write, [self = shared_from_this()](const ErrorCode& failed) {
        if (!failed && self->state_ == State::kWrite) {
          self->run();
        }
      });
      return false;
    }
    if (error) {
      close();
      return false;
    }
  }
  return finish_response();
}

bool HttpSession::linger() {
  begin_ = end_ = 0;
  return read_buffer();
}

void HttpSession::compact() {
  std::copy(buffer_.get() + begin_, buffer_.get() + end_, buffer_.get());
  end_ -= begin_;
  begin_ = 0;
}

bool HttpSession::read_buffer() {
  if (state_ != State::kHead && begin_ > 0) {
    compact();  // never while a head is read: its views point into the buffer
  }
  socket_.async_read_some(asio::buffer(buffer_.get() + end_, capacity_ - end_),
                          [self = shared_from_this()](const ErrorCode& error, std::size_t count) {
                            if (self->state_ == State::kClosed) {
                              return;
                            }
                            if (error) {
                              return self->close();
                            }
                            if (self->state_ == State::kHead && self->end_ == 0) {
                              self->limit(self->server_.options.header_timeout);
                            }
                            self->end_ += count;
                            self->run();
                          });
  return false;
}

bool HttpSession::read_body() {
  const std::size_t room = std::min<std::uint64_t>(remaining_, kReadAhead);
  const std::size_t wanted = body_size_ + room;
  if (wanted > body_.capacity()) {
    body_.reserve(std::min<std::uint64_t>(body_size_ + remaining_, 2 * wanted) + kPadding);
  }
  if (wanted > body_.size()) {
    body_.resize_and_overwrite(wanted, [](char*, std::size_t size) { return size; });
  }
  socket_.async_read_some(asio::buffer(body_.data() + body_size_, room),
                          [self = shared_from_this()](const ErrorCode& error, std::size_t count) {
                            if (self->state_ == State::kClosed) {
                              return;
                            }
                            if (error) {
                              return self->close();
                            }
                            self->body_size_ += count;
                            self->remaining_ -= count;
                            self->run();
                          });
  return false;
}

void HttpSession::close_if_idle() {
  ErrorCode error;
  if (state_ == State::kHead && end_ == 0 && socket_.available(error) == 0) {
    close();
  }
}

void HttpSession::close_if_late(SteadyClock::time_point now) {
  if (now >= deadline_) {
    close();
  }
}

void HttpSession::close() {
  if (state_ == State::kClosed) {
    return;
  }
  state_ = State::kClosed;
  ticket_->connection_gone();
  deferral_.reset();
  exchange_.reset();
  ErrorCode error;
  socket_.close(error);
  server_.remove(*this);
}

}  // namespace firn
