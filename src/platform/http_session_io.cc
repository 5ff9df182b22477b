#include "platform/http_session.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>

#include "platform/tls.h"

namespace firn {
namespace {

namespace asio = boost::asio;
using SteadyClock = std::chrono::steady_clock;
using ErrorCode = boost::system::error_code;

constexpr std::size_t kReadAhead = 256U << 10U;
constexpr std::size_t kLeastRoom = 16U << 10U;

}  // namespace

bool HttpSession::shake_hands() {
  const TlsProgress step = tls_->handshake();
  if (step.state == TlsProgress::State::kDone) {
    state_ = State::kHead;
    limit(server_.options.header_timeout);
    return true;
  }
  wait_for(step.state, [] { return true; });
  return false;
}

/// Calls `go_on`, and run() when it says so, once the socket is ready; closes what has ended.
void HttpSession::wait_for(TlsProgress::State what, std::move_only_function<bool()> go_on) {
  if (what == TlsProgress::State::kEnded) {
    return close();
  }
  const bool for_bytes = what == TlsProgress::State::kWaitsForBytes;
  socket_.async_wait(for_bytes ? HttpSocket::wait_read : HttpSocket::wait_write,
                     [self = shared_from_this(), go_on = std::move(go_on)](const ErrorCode& error) mutable {
                       if (self->state_ == State::kClosed) {
                         return;
                       }
                       if (error) {
                         return self->close();
                       }
                       if (go_on()) {
                         self->run();
                       }
                     });
}

/// Sends what fits of the answer behind written_.
TlsProgress HttpSession::send_some() {
  const std::size_t from_body = written_ - std::min(written_, out_.size());
  if (tls_) {
    const std::string_view head = std::string_view(out_).substr(std::min(written_, out_.size()));
    return tls_->write(head.empty() ? std::string_view(out_body_).substr(from_body) : head);
  }
  const std::array<asio::const_buffer, 2> parts = {asio::buffer(out_) + written_, asio::buffer(out_body_) + from_body};
  ErrorCode error;
  const std::size_t count = socket_.write_some(parts, error);
  using Outcome = TlsProgress::State;
  return {!error                              ? Outcome::kDone
          : error == asio::error::would_block ? Outcome::kWaitsForRoom
                                              : Outcome::kEnded,
          count};
}

bool HttpSession::write_more() {
  while (written_ < out_.size() + out_body_.size()) {
    const TlsProgress sent = send_some();
    if (sent.state != TlsProgress::State::kDone) {
      wait_for(sent.state, [this] { return state_ == State::kWrite; });
      return false;
    }
    written_ += sent.bytes;
    limit(server_.options.idle_timeout);
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
  return receive({buffer_.get() + end_, capacity_ - end_}, &HttpSession::take_into_buffer);
}

void HttpSession::take_into_buffer(std::size_t count) {
  if (state_ == State::kHead && end_ == 0) {
    limit(server_.options.header_timeout);
  } else if (state_ == State::kPacked || state_ == State::kChunks || state_ == State::kSkip) {
    earn_time(count);
  }
  end_ += count;
}

/// A large body may take longer than a small one, but each must come at the least rate.
void HttpSession::earn_time(std::size_t bytes) {
  const auto earned = deadline_ + std::chrono::microseconds(bytes * 1'000'000 / server_.options.body_bytes_per_second);
  deadline_ = std::min(earned, std::max(deadline_, SteadyClock::now() + server_.options.body_pause));
}

bool HttpSession::read_body() {
  if (body_size_ + kPadding >= body_.capacity()) {
    const std::size_t more = std::max(body_size_, kLeastRoom);
    if (auto refusal = make_room(body_size_ + std::min<std::uint64_t>(remaining_, more))) {
      return refuse(std::move(*refusal));
    }
  }
  const std::size_t free = body_.capacity() - kPadding - body_size_;
  const std::size_t room = std::min<std::uint64_t>({remaining_, kReadAhead, free});
  if (body_size_ + room > body_.size()) {
    body_.resize_and_overwrite(body_size_ + room, [](char*, std::size_t size) { return size; });
  }
  return receive({body_.data() + body_size_, room}, &HttpSession::take_into_body);
}

/// For a body of known length.
std::optional<HttpResponse> HttpSession::make_room(std::size_t size) {
  auto refusal = exchange_->grow(size);
  if (!refusal) {
    body_.reserve(size + kPadding);
  }
  return refusal;
}

void HttpSession::take_into_body(std::size_t count) {
  body_size_ += count;
  remaining_ -= count;
  earn_time(count);
}

/// Calls `take` once with the number of bytes that have come. True when that has happened already; otherwise run()
/// follows it.
bool HttpSession::receive(std::span<char> room, TakeBytes take) {
  if (tls_ && tls_->has_pending()) {
    return receive_decrypted(room, take);
  }
  if (tls_) {
    wait_for(TlsProgress::State::kWaitsForBytes, [this, room, take] { return receive_decrypted(room, take); });
    return false;
  }
  socket_.async_read_some(asio::buffer(room.data(), room.size()),
                          [self = shared_from_this(), take](const ErrorCode& error, std::size_t count) {
                            if (self->state_ == State::kClosed) {
                              return;
                            }
                            if (error) {
                              return self->close();
                            }
                            (self.get()->*take)(count);
                            self->run();
                          });
  return false;
}

bool HttpSession::receive_decrypted(std::span<char> room, TakeBytes take) {
  const TlsProgress got = tls_->read(room);
  if (got.state == TlsProgress::State::kDone) {
    (this->*take)(got.bytes);
    return true;
  }
  wait_for(got.state, [this, room, take] { return receive_decrypted(room, take); });
  return false;
}

void HttpSession::close_if_idle() {
  ErrorCode error;
  const bool between_requests = state_ == State::kHead && end_ == 0;
  const bool has_bytes = socket_.available(error) > 0 || (tls_ && tls_->has_pending());
  if (state_ == State::kHandshake || (between_requests && !has_bytes)) {
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
  if (tls_) {
    tls_->say_end();
  }
  ErrorCode error;
  socket_.close(error);
  server_.remove(*this);
}

}  // namespace firn
