#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "platform/file_system.h"

namespace firn {

struct HttpCall {
  std::string method = "GET";
  std::string url = {};
  std::string unix_path = {};  ///< when not empty: connect there; the host in `url` is then only a name
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
  /// When not null, `body_bytes` of it are sent instead of `body`, read as they go. Must outlive the call.
  File* body_file = nullptr;
  std::uint64_t body_bytes = 0;
  /// When not null, the body of a success (2xx) is appended to it as it comes, instead of being kept in the reply.
  /// After a failure any part of it may be there. Must outlive the call.
  File* response_file = nullptr;
  std::string username = {};  ///< HTTP Basic when not empty
  std::string password = {};
  Duration timeout = std::chrono::seconds(30);
  std::size_t response_limit = 64U << 20U;
  bool takes_gzip = false;  ///< the answer may come compressed; the reply's body is not
};

struct HttpReply {
  int status = 0;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case

  /// The value of the first header of that name; empty when missing.
  [[nodiscard]] std::string_view header(std::string_view name) const {
    const auto found = std::ranges::find(headers, name, &std::pair<std::string, std::string>::first);
    return found == headers.end() ? std::string_view() : found->second;
  }
};

/// The seam to outgoing HTTP. Connections are kept and used again. Threads: one object for each thread.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  /// Any status is a reply; an error means that none came (kUnavailable), or that the call cannot be made
  /// (kConfiguration, kInvalidInput, what reading or writing a file says), and says why. A transfer of a file that
  /// stands still for a minute ends.
  virtual Result<HttpReply> call(const HttpCall& call) = 0;
};

/// What all calls of a client have in common.
struct HttpClientOptions {
  std::string ca_file;  ///< certificate authorities in PEM, instead of the system's; empty: the system's
  std::string proxy;    ///< `http://host:port`; empty: what the environment says (HTTPS_PROXY, NO_PROXY)
  std::string proxy_user;
  std::string proxy_password;
  bool direct = false;  ///< no proxy, whatever the environment says
};

std::unique_ptr<HttpClient> make_curl_client();
std::unique_ptr<HttpClient> make_curl_client_with(HttpClientOptions options);

}  // namespace firn
