#pragma once

// Included by http_server.cc, http_session.cc and http_session_io.cc only: nothing else sees Asio.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>

#include "base/mutex.h"
#include "platform/gzip_reader.h"
#include "platform/http_mailbox.h"
#include "platform/http_server.h"
#include "platform/tls.h"

namespace firn {

class HttpSession;

using HttpSocket =
    boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol, boost::asio::io_context::executor_type>;

/// What all connections share. Threads: the server's, but for `drained`.
struct HttpServerState {
  HttpServerState(HttpServerOptions chosen, HttpHandler& chosen_handler)
      : options(std::move(chosen)), handler(chosen_handler) {}

  HttpServerOptions options;
  HttpHandler& handler;
  boost::asio::io_context io{1};
  std::shared_ptr<HttpMailbox> mailbox = std::make_shared<HttpMailbox>(io);
  std::vector<std::shared_ptr<HttpSession>> sessions;
  std::unordered_map<std::string, std::size_t> peers;  ///< connections of each HttpSession::peer that is not empty
  std::string date;
  bool draining = false;

  Mutex mutex;
  Condition drained_changed;
  bool drained FIRN_GUARDED_BY(mutex) = false;

  void remove(HttpSession& session);
  void check_drained() FIRN_EXCLUDES(mutex);
};

/// One connection: a state machine that runs until it must wait for the socket or for an answer.
class HttpSession final : public HttpAnswerTarget, public std::enable_shared_from_this<HttpSession> {
 public:
  /// `tls` is null for plain HTTP.
  HttpSession(HttpServerState& server, HttpSocket socket, std::unique_ptr<TlsConnection> tls, std::string remote);
  ~HttpSession() override;
  HttpSession(const HttpSession&) = delete;
  HttpSession& operator=(const HttpSession&) = delete;

  std::size_t index = 0;  ///< in HttpServerState::sessions
  std::string peer;       ///< whose connections are counted together; empty: they are not limited

  void start();
  void start_refused();
  void answered(HttpResponse response) override;
  void resumed() override;
  void close_if_idle();
  void close_if_late(std::chrono::steady_clock::time_point now);
  void close();

 private:
  struct Reading;
  static constexpr std::size_t kPadding = 64;
  enum class State { kHandshake, kHead, kDecide, kBody, kPacked, kChunks, kSkip, kHandler, kWrite, kLinger, kClosed };

  void make_parser();
  void run();
  bool shake_hands();
  bool take_head();
  bool handle_head();
  [[nodiscard]] HttpHead head() const;
  [[nodiscard]] std::optional<std::uint64_t> sent_length() const;
  bool take_decision(HttpDecision decision);
  bool accept_body();
  bool take_body();
  bool take_packed();
  bool take_chunks();
  bool skip_body();
  bool finish_body();
  bool respond(HttpResponse response);
  bool refuse(HttpResponse response);
  bool write_more();
  bool finish_response();
  bool next_request();
  bool linger();
  bool take_part(std::string_view part);
  bool keep_part(std::string_view part);
  bool send_continue();

  using TakeBytes = void (HttpSession::*)(std::size_t count);
  bool read_buffer();
  bool read_body();
  std::optional<HttpResponse> make_room(std::size_t size);
  void take_into_buffer(std::size_t count);
  void take_into_body(std::size_t count);
  bool receive(std::span<char> room, TakeBytes take);
  bool receive_decrypted(std::span<char> room, TakeBytes take);
  void wait_for(TlsProgress::State what, std::move_only_function<bool()> go_on);
  TlsProgress send_some();
  void compact();
  [[nodiscard]] std::size_t buffered() const { return end_ - begin_; }
  void earn_time(std::size_t bytes);
  void limit(std::chrono::microseconds time) { deadline_ = std::chrono::steady_clock::now() + time; }

  HttpServerState& server_;
  HttpSocket socket_;
  std::unique_ptr<TlsConnection> tls_;
  std::string remote_;
  std::string client_;  // of the request: as trusted proxies say, else remote_
  State state_ = State::kHead;
  std::chrono::steady_clock::time_point deadline_ = std::chrono::steady_clock::time_point::max();

  std::size_t capacity_;
  std::unique_ptr<char[]> buffer_;
  std::size_t begin_ = 0;   // of the bytes not used yet
  std::size_t end_ = 0;     // of the bytes received
  std::size_t parsed_ = 0;  // of the head being read
  std::unique_ptr<Reading> reading_;

  std::unique_ptr<HttpDeferral> deferral_;
  std::unique_ptr<HttpExchange> exchange_;
  std::optional<HttpResponse> refusal_;  // while a body is skipped, or when one must not grow
  std::unique_ptr<GzipReader> gzip_;     // while a packed body comes
  std::string body_;
  std::size_t body_size_ = 0;    // received of a body of known length
  std::uint64_t remaining_ = 0;  // still to come of it
  std::shared_ptr<HttpTicket> ticket_;
  bool in_handler_ = false;
  std::optional<HttpResponse> ready_;  // answered while the handler still runs

  std::string out_;
  std::string out_body_;
  std::size_t written_ = 0;
  bool keep_alive_ = true;
  bool head_only_ = false;
  bool unread_ = false;  // the client may still be sending what nobody will read
};

}  // namespace firn
