#include "platform/http_server.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

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
#include "platform/tls.h"

namespace firn {
namespace {

namespace asio = boost::asio;
using SteadyClock = std::chrono::steady_clock;
using ErrorCode = boost::system::error_code;

// Connections over the limit that are told so at the same time; more are closed without a word.
constexpr std::size_t kRefusedAtOnce = 64;
constexpr std::size_t kRefusedOfOne = 8;

/// One of the sockets that clients connect to.
struct Door {
  Door(asio::io_context& io, std::unique_ptr<HttpListener> opened, std::shared_ptr<TlsSource> source)
      : listener(std::move(opened)), tls(std::move(source)), port(listener->port()), waiting(io) {
    waiting.assign(listener->descriptor());
  }

  std::unique_ptr<HttpListener> listener;
  std::shared_ptr<TlsSource> tls;
  std::uint16_t port;
  asio::posix::stream_descriptor waiting;
  bool again_later = false;  ///< nothing could be accepted, for want of descriptors or memory
};

class Server final : public HttpServer {
 public:
  Server(const HttpServerOptions& options, HttpHandler& handler, std::vector<std::unique_ptr<HttpListener>> listeners)
      : state_(options, handler), tick_(state_.io) {
    for (std::size_t i = 0; i < listeners.size(); ++i) {
      auto tls = options.unix_path.empty() ? options.endpoints[i].tls : nullptr;
      doors_.push_back(std::make_unique<Door>(state_.io, std::move(listeners[i]), std::move(tls)));
    }
    const auto shortest = std::min({options.header_timeout, options.body_timeout, options.idle_timeout});
    tick_time_ = std::clamp<Duration>(shortest / 4, std::chrono::milliseconds(5), std::chrono::seconds(1));
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

  [[nodiscard]] std::vector<std::uint16_t> ports() const override {
    std::vector<std::uint16_t> ports;
    std::ranges::transform(doors_, std::back_inserter(ports), &Door::port);
    return ports;
  }

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
    for (const auto& door : doors_) {
      wait_for_clients(*door);
    }
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
    for (const auto& door : doors_) {
      if (std::exchange(door->again_later, false)) {
        wait_for_clients(*door);
      }
    }
    tick_.expires_after(tick_time_);
    tick_.async_wait([this](const ErrorCode& error) {
      if (!error) {
        tick();
      }
    });
  }

  void wait_for_clients(Door& door) {
    door.waiting.async_wait(asio::posix::stream_descriptor::wait_read, [this, &door](const ErrorCode& error) {
      if (!error) {
        accept_clients(door);
      }
    });
  }

  void accept_clients(Door& door) {
    AcceptedSocket accepted;
    AcceptState state = AcceptState::kAccepted;
    while (!state_.draining && (state = door.listener->accept(accepted)) == AcceptState::kAccepted) {
      add(accepted, door);
    }
    door.again_later = state == AcceptState::kFailed;
    if (!state_.draining && !door.again_later) {
      wait_for_clients(door);
    }
  }

  void add(AcceptedSocket& accepted, const Door& door) {
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
    auto tls = door.tls ? std::make_unique<TlsConnection>(*door.tls->current(), accepted.descriptor) : nullptr;
    const auto session =
        std::make_shared<HttpSession>(state_, std::move(socket), std::move(tls), std::move(accepted.remote));
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
    for (const auto& door : doors_) {
      if (door->waiting.is_open()) {
        door->waiting.release();  // the listener closes it
        door->listener->close();
      }
    }
  }

  void begin_drain() {
    for (const auto& door : doors_) {
      accept_clients(*door);  // who has connected already may have sent a request
    }
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
  std::vector<std::unique_ptr<Door>> doors_;
  asio::steady_timer tick_;
  Duration tick_time_{};
  std::atomic<Duration::rep> last_turn_{steady_now().count()};
  std::atomic<std::size_t> connections_{0};
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<HttpServer>> start_http_server(const HttpServerOptions& options, HttpHandler& handler) {
  std::vector<std::unique_ptr<HttpListener>> listeners;
  if (!options.unix_path.empty()) {
    FIRN_ASSIGN(auto listener, HttpListener::open_unix(options.unix_path));
    listeners.push_back(std::move(listener));
    return std::make_unique<Server>(options, handler, std::move(listeners));
  }
  for (const HttpEndpoint& endpoint : options.endpoints) {
    FIRN_ASSIGN(auto listener, HttpListener::open_tcp(endpoint.address, endpoint.port));
    listeners.push_back(std::move(listener));
  }
  return std::make_unique<Server>(options, handler, std::move(listeners));
}

}  // namespace firn
