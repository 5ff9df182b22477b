#include "platform/http_session.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/buffer.hpp>

#include "base/mutex.h"
#include "platform/client_address.h"
#include "platform/gzip_reader.h"
#include "platform/http_message.h"
#include "platform/http_request_parser.h"
#include "platform/http_server.h"

namespace firn {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using SteadyClock = std::chrono::steady_clock;
using ErrorCode = boost::system::error_code;

// A refused body up to this size is read and dropped, so that the connection can be used again.
constexpr std::uint64_t kSkipLimit = 64U << 10U;
// For a body of known length of which nothing has come with the head.
constexpr std::size_t kFirstRoom = 4U << 10U;
constexpr std::size_t kJoinLimit = 8U << 10U;
// How long a client that still sends may take to notice that it was refused.
constexpr auto kLingerTime = std::chrono::seconds(3);
constexpr std::string_view kBadGzip = "the body is not what gzip makes, or was cut short";

HttpResponse unknown_coding() {
  HttpResponse response = error_response(415, "of content codings, only gzip is understood");
  response.headers.emplace_back("Accept-Encoding", "gzip");
  return response;
}

}  // namespace

/// The request being read. Kept out of the header, so that only this file sees Beast.
struct HttpSession::Reading {
  ParsedRequest request;
  std::optional<HttpRequestParser> parser;
};

HttpSession::HttpSession(HttpServerState& server, HttpSocket socket, std::unique_ptr<TlsConnection> tls,
                         std::string remote)
    : server_(server),
      socket_(std::move(socket)),
      tls_(std::move(tls)),
      remote_(std::move(remote)),
      capacity_(std::max<std::size_t>(server.options.max_header_bytes, 4096)),
      buffer_(std::make_unique_for_overwrite<char[]>(capacity_)),
      reading_(std::make_unique<Reading>()),
      ticket_(std::make_shared<HttpTicket>(server.mailbox, *this)) {
  reading_->request.take_part = [this](std::string_view part) { return take_part(part); };
}

HttpSession::~HttpSession() = default;

void HttpSession::start() {
  make_parser();
  state_ = tls_ ? State::kHandshake : State::kHead;
  limit(tls_ ? server_.options.handshake_timeout : server_.options.header_timeout);
  run();
}

void HttpSession::start_refused() {
  if (tls_) {
    return close();  // a handshake is what it must not cost
  }
  HttpResponse response = error_response(503, "too many connections; the client will be served when it tries again");
  response.headers.emplace_back("Retry-After", "5");
  if (refuse(std::move(response))) {
    run();
  }
}

void HttpSession::run() {
  bool go_on = true;
  while (go_on) {
    switch (state_) {
      case State::kHandshake:
        go_on = shake_hands();
        break;
      case State::kHead:
        go_on = take_head();
        break;
      case State::kBody:
        go_on = take_body();
        break;
      case State::kPacked:
        go_on = take_packed();
        break;
      case State::kChunks:
        go_on = take_chunks();
        break;
      case State::kSkip:
        go_on = skip_body();
        break;
      case State::kWrite:
        go_on = write_more();
        break;
      case State::kLinger:
        go_on = linger();
        break;
      case State::kDecide:
      case State::kHandler:
      case State::kClosed:
        return;
    }
  }
}

bool HttpSession::take_head() {
  if (parsed_ == end_) {
    return read_buffer();
  }
  ErrorCode error;
  parsed_ += reading_->parser->put(asio::const_buffer(buffer_.get() + parsed_, end_ - parsed_), error);
  if (parsed_ > server_.options.max_header_bytes || (error == http::error::need_more && end_ == capacity_) ||
      error == http::error::header_limit) {
    return refuse(error_response(431, "the header is too large"));
  }
  if (error == http::error::need_more) {
    return read_buffer();
  }
  if (error) {
    return refuse(error_response(400, "this is not a valid HTTP/1.1 request"));
  }
  return reading_->parser->is_header_done() ? handle_head() : true;
}

bool HttpSession::handle_head() {
  const bool wrong_hosts = reading_->request.hosts > 1 || (reading_->request.hosts == 0 && !reading_->request.http_1_0);
  if (wrong_hosts || reading_->request.bad_coding || (reading_->parser->chunked() && reading_->request.http_1_0)) {
    return refuse(error_response(400, "this is not a valid HTTP/1.1 request"));
  }
  keep_alive_ = reading_->parser->keep_alive();
  head_only_ = reading_->request.method == "HEAD";
  if (reading_->request.coding == ParsedRequest::Coding::kOther) {
    return take_decision({nullptr, unknown_coding()});
  }
  client_ = client_address(remote_, reading_->request.fields, server_.options.trusted_proxies);
  return take_decision(server_.handler.head(head()));
}

HttpHead HttpSession::head() const {
  const ParsedRequest& request = reading_->request;
  const auto sent = sent_length();
  const bool packed = request.coding == ParsedRequest::Coding::kGzip && sent != 0;
  return {request.method, request.target, client_, packed ? std::nullopt : sent,
          std::span<const HttpField>(request.fields)};
}

std::optional<std::uint64_t> HttpSession::sent_length() const {
  if (reading_->parser->chunked()) {
    return std::nullopt;
  }
  return reading_->parser->content_length().value_or(0);
}

void HttpSession::resumed() {
  if (state_ != State::kDecide) {
    return;
  }
  const auto self = shared_from_this();
  const auto deferral = std::move(deferral_);
  if (take_decision(deferral->decide(head()))) {
    run();
  }
}

bool HttpSession::take_decision(HttpDecision decision) {
  if (decision.later) {
    state_ = State::kDecide;
    deadline_ = SteadyClock::time_point::max();
    deferral_ = std::move(decision.later);
    deferral_->start(HttpResume(ticket_));
    return false;  // nothing is read meanwhile: the head stays where its views point
  }
  const auto length = sent_length();
  remaining_ = length.value_or(0);
  begin_ = parsed_;
  limit(server_.options.body_timeout);
  exchange_ = std::move(decision.exchange);
  if (exchange_) {
    return accept_body();
  }
  const bool client_waits = reading_->request.expects_continue && remaining_ > 0;
  if (!length || remaining_ > kSkipLimit || client_waits || decision.response.close) {
    return !length || remaining_ > 0 ? refuse(std::move(decision.response)) : respond(std::move(decision.response));
  }
  refusal_ = std::move(decision.response);
  state_ = State::kSkip;
  return true;
}

bool HttpSession::accept_body() {
  const bool chunked = reading_->parser->chunked();
  if (!chunked && remaining_ == 0) {
    return finish_body();
  }
  if (reading_->request.coding == ParsedRequest::Coding::kGzip) {
    gzip_ = std::make_unique<GzipReader>();
  }
  if (chunked) {
    reading_->parser->eager(true);
  } else if (!gzip_) {
    if (auto refusal = make_room(std::min<std::uint64_t>(remaining_, std::max(buffered(), kFirstRoom)))) {
      return refuse(std::move(*refusal));
    }
  }
  if (reading_->request.expects_continue && !reading_->request.http_1_0 && buffered() == 0 && !send_continue()) {
    return false;
  }
  state_ = chunked ? State::kChunks : gzip_ ? State::kPacked : State::kBody;
  return true;
}

bool HttpSession::send_continue() {
  out_ = "HTTP/1.1 100 Continue\r\n\r\n";
  out_body_.clear();
  written_ = 0;
  if (send_some().bytes != out_.size()) {
    close();  // 25 bytes always fit into the buffer of a living socket: the answer before has been taken
    return false;
  }
  return true;
}

bool HttpSession::take_body() {
  if (body_size_ == 0 && buffered() > 0) {
    const std::size_t part = std::min<std::uint64_t>(buffered(), remaining_);
    body_.assign(buffer_.get() + begin_, part);
    begin_ += part;
    body_size_ = part;
    remaining_ -= part;
  }
  if (remaining_ > 0) {
    return read_body();
  }
  body_.resize(body_size_);
  return finish_body();
}

bool HttpSession::take_packed() {
  const std::size_t part = std::min<std::uint64_t>(buffered(), remaining_);
  if (part > 0 && !take_part({buffer_.get() + begin_, part})) {
    return refuse(std::move(*refusal_));
  }
  begin_ += part;
  remaining_ -= part;
  return remaining_ > 0 ? read_buffer() : finish_body();
}

bool HttpSession::take_chunks() {
  if (buffered() == 0) {
    return read_buffer();
  }
  ErrorCode error;
  begin_ += reading_->parser->put(asio::const_buffer(buffer_.get() + begin_, buffered()), error);
  if (refusal_) {
    return refuse(std::move(*refusal_));
  }
  if (error == http::error::need_more && buffered() < capacity_) {
    return read_buffer();
  }
  if (error) {
    return refuse(error_response(400, "the chunked body is malformed"));
  }
  return reading_->parser->is_done() ? finish_body() : true;
}

bool HttpSession::take_part(std::string_view part) {
  if (!gzip_) {
    return keep_part(part);
  }
  const auto outcome = gzip_->put(part, [this](std::string_view content) { return keep_part(content); });
  if (outcome == GzipReader::Outcome::kDamaged) {
    refusal_ = error_response(400, kBadGzip);
  }
  return outcome == GzipReader::Outcome::kGood;
}

bool HttpSession::keep_part(std::string_view part) {
  refusal_ = exchange_->grow(body_.size() + part.size());
  if (!refusal_) {
    body_.append(part);
  }
  return !refusal_;
}

bool HttpSession::skip_body() {
  const std::size_t part = std::min<std::uint64_t>(buffered(), remaining_);
  begin_ += part;
  remaining_ -= part;
  return remaining_ > 0 ? read_buffer() : respond(std::move(*refusal_));
}

bool HttpSession::finish_body() {
  if (gzip_ && !gzip_->complete()) {
    return refuse(error_response(400, kBadGzip));
  }
  gzip_.reset();
  state_ = State::kHandler;
  deadline_ = SteadyClock::time_point::max();
  in_handler_ = true;
  exchange_->body(std::move(body_), HttpAnswer(ticket_));
  in_handler_ = false;
  body_ = std::string();
  return ready_ ? respond(std::move(*ready_)) : false;
}

void HttpSession::answered(HttpResponse response) {
  if (state_ != State::kHandler) {
    return;
  }
  if (in_handler_) {
    ready_ = std::move(response);
    return;
  }
  const auto self = shared_from_this();
  if (respond(std::move(response))) {
    run();
  }
}

bool HttpSession::refuse(HttpResponse response) {
  unread_ = true;
  response.close = true;
  return respond(std::move(response));
}

bool HttpSession::respond(HttpResponse response) {
  keep_alive_ = keep_alive_ && !response.close && !server_.draining;
  out_.clear();
  written_ = 0;
  append_response_head(response, {server_.date, keep_alive_, reading_->request.http_1_0}, out_);
  if (head_only_) {
    response.body.clear();
  }
  if (response.body.size() <= kJoinLimit) {
    out_ += response.body;
    out_body_.clear();
  } else {
    out_body_ = std::move(response.body);
  }
  state_ = State::kWrite;
  limit(server_.options.idle_timeout);
  return true;
}

bool HttpSession::finish_response() {
  exchange_.reset();
  gzip_.reset();
  refusal_.reset();
  ready_.reset();
  out_body_ = std::string();
  if (keep_alive_) {
    return next_request();
  }
  if (!unread_ && buffered() == 0) {
    close();
    return false;
  }
  // Closing now would make the kernel throw away the answer together with what the client still sends.
  if (tls_) {
    tls_->say_end();
  }
  ErrorCode error;
  socket_.shutdown(HttpSocket::shutdown_send, error);
  body_ = std::string();
  state_ = State::kLinger;
  limit(kLingerTime);
  return true;
}

void HttpSession::make_parser() {
  reading_->request.reset();
  reading_->parser.emplace(reading_->request, std::string_view(buffer_.get(), capacity_));
  reading_->request.most_fields = server_.options.max_header_fields;
  reading_->parser->header_limit(static_cast<std::uint32_t>(server_.options.max_header_bytes));
}

bool HttpSession::next_request() {
  if (server_.draining && buffered() == 0) {
    close();
    return false;
  }
  make_parser();
  compact();
  parsed_ = 0;
  body_size_ = 0;
  state_ = State::kHead;
  limit(end_ == 0 ? server_.options.idle_timeout : server_.options.header_timeout);
  return true;
}

void HttpServerState::remove(HttpSession& session) {
  const auto gone = std::move(sessions[session.index]);
  const auto peer = peers.find(gone->peer);
  if (peer != peers.end() && --peer->second == 0) {
    peers.erase(peer);
  }
  if (session.index + 1 != sessions.size()) {
    sessions[session.index] = std::move(sessions.back());
    sessions[session.index]->index = session.index;
  }
  sessions.pop_back();
  check_drained();
}

void HttpServerState::check_drained() {
  if (draining && sessions.empty()) {
    const MutexLock lock(mutex);
    drained = true;
    drained_changed.notify_all();
  }
}

}  // namespace firn
