#include "platform/http_server.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/mutex.h"
#include "base/result.h"
#include "platform/client_address.h"
#include "platform/http_listener.h"
#include "platform/http_message.h"
#include "platform/http_session.h"
#include "platform/system_clock.h"
#include "platform/thread.h"

namespace firn {
namespace {

namespace asio = boost::asio;
using SteadyClock = std::chrono::steady_clock;
using ErrorCode = boost::system::error_code;

// Connections over the limit that are told so at the same time; more are closed without a word.
constexpr std::size_t kRefusedAtOnce = 64;
constexpr std::size_t kRefusedOfOne = 8;

class Server final : public HttpServer {
 public:
  Server(const HttpServerOptions& options, HttpHandler& handler, std::unique_ptr<HttpListener> listener)
      : state_(options, handler), listener_(std::move(listener)), tick_(state_.io), accepting_(state_.io) {
    const auto shortest = std::min({options.header_timeout, options.body_timeout, options.idle_timeout});
    tick_time_ = std::clamp<Duration>(shortest / 4, std::chrono::milliseconds(5), std::chrono::seconds(1));
    accepting_.assign(listener_->descriptor());
    thread_ = start_thread(options.thread_name, [this] { serve(); });
  }

  ~Server() override {
    state_.mailbox->close();
    asio::post(state_.io, [this] {
      stop_accepting();
      while (!state_.sessions.empty()) {
        const auto last = state_.sessions.back();
        last->close();
      }
      state_.io.stop();
    });
    thread_.join();
  }

  [[nodiscard]] std::uint16_t port() const override { return port_; }

  [[nodiscard]] HttpServerView view() const override {
    const Duration passed = steady_now() - Duration(last_turn_.load());
    return {connections_, std::max(passed, Duration(0))};
  }

  void drain(Duration limit) override {
    asio::post(state_.io, [this] { begin_drain(); });
    const auto until = SteadyClock::now() + limit;
    const MutexLock lock(state_.mutex);
    while (!state_.drained && SteadyClock::now() < until) {
      state_.drained_changed.wait_for(state_.mutex, std::chrono::ceil<Duration>(until - SteadyClock::now()));
    }
  }

 private:
  static Duration steady_now() { return std::chrono::duration_cast<Duration>(SteadyClock::now().time_since_epoch()); }

  void serve() {
    state_.mailbox->thread = std::this_thread::get_id();
    tick();
    wait_for_clients();
    state_.io.run();
  }

  /// Time-outs are looked at now and then instead of having a timer each.
  void tick() {
    state_.date = format_http_date(SystemClock().now());
    const auto now = SteadyClock::now();
    last_turn_ = steady_now().count();
    connections_ = state_.sessions.size();
    for (std::size_t i = state_.sessions.size(); i-- > 0;) {
      const auto session = state_.sessions[i];
      session->close_if_late(now);
    }
    if (accept_later_) {
      accept_later_ = false;
      wait_for_clients();
    }
    tick_.expires_after(tick_time_);
    tick_.async_wait([this](const ErrorCode& error) {
      if (!error) {
        tick();
      }
    });
  }

  void wait_for_clients() {
    accepting_.async_wait(asio::posix::stream_descriptor::wait_read, [this](const ErrorCode& error) {
      if (!error) {
        accept_clients();
      }
    });
  }

  void accept_clients() {
    AcceptedSocket accepted;
    AcceptState state = AcceptState::kAccepted;
    while (!state_.draining && (state = listener_->accept(accepted)) == AcceptState::kAccepted) {
      add(accepted);
    }
    accept_later_ = state == AcceptState::kFailed;
    if (!state_.draining && !accept_later_) {
      wait_for_clients();
    }
  }

  void add(AcceptedSocket& accepted) {
    HttpSocket socket(state_.io);
    ErrorCode error;
    socket.assign(asio::generic::stream_protocol(accepted.family, 0), accepted.descriptor, error);
    socket.non_blocking(true, error);
    const HttpServerOptions& options = state_.options;
    std::string peer = limited_peer(accepted.remote, options.trusted_proxies);
    const auto counted = state_.peers.find(peer);
    const std::size_t of_peer = counted == state_.peers.end() ? 0 : counted->second;
    if (error || state_.sessions.size() >= options.max_connections + kRefusedAtOnce ||
        of_peer >= options.max_connections_per_address + kRefusedOfOne) {
      return;  // closes it
    }
    const bool refused =
        state_.sessions.size() >= options.max_connections || of_peer >= options.max_connections_per_address;
    const auto session = std::make_shared<HttpSession>(state_, std::move(socket), std::move(accepted.remote));
    session->index = state_.sessions.size();
    if (!peer.empty()) {
      ++state_.peers[peer];
      session->peer = std::move(peer);
    }
    state_.sessions.push_back(session);
    refused ? session->start_refused() : session->start();
  }

  void stop_accepting() {
    state_.draining = true;
    if (accepting_.is_open()) {
      accepting_.release();  // the listener closes it
      listener_->close();
    }
  }

  void begin_drain() {
    accept_clients();  // who has connected already may have sent a request
    stop_accepting();
    // Bytes that have been received already are handed to their connections before this runs.
    asio::post(state_.io, [this] { close_idle(); });
  }

  void close_idle() {
    for (std::size_t i = state_.sessions.size(); i-- > 0;) {
      const auto session = state_.sessions[i];
      session->close_if_idle();
    }
    state_.check_drained();
  }

  HttpServerState state_;
  std::unique_ptr<HttpListener> listener_;
  std::uint16_t port_ = listener_->port();
  asio::steady_timer tick_;
  Duration tick_time_{};
  asio::posix::stream_descriptor accepting_;
  bool accept_later_ = false;
  std::atomic<Duration::rep> last_turn_{steady_now().count()};
  std::atomic<std::size_t> connections_{0};
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<HttpServer>> start_http_server(const HttpServerOptions& options, HttpHandler& handler) {
  FIRN_ASSIGN(auto listener, options.unix_path.empty() ? HttpListener::open_tcp(options.address, options.port)
                                                       : HttpListener::open_unix(options.unix_path));
  return std::make_unique<Server>(options, handler, std::move(listener));
}

}  // namespace firn
