#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/ascii_text.h"
#include "base/check.h"
#include "base/result.h"
#include "platform/http_client.h"

namespace firn {
namespace {

constexpr Duration kConnectLimit = std::chrono::seconds(10);
constexpr long kUploadPiece = 256L << 10U;
constexpr long kLongestStall = 60;  // seconds without a byte of a file

using Easy = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
using HeaderList = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;
using Url = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

/// What one call sends of a file.
struct Upload {
  File* file = nullptr;
  std::uint64_t at = 0;
  std::uint64_t end = 0;
  std::optional<Error> failure;
};

std::size_t give_body(char* room, std::size_t one, std::size_t count, Upload* upload) {
  const std::uint64_t wanted = std::min<std::uint64_t>(one * count, upload->end - upload->at);
  if (wanted == 0) {
    return 0;
  }
  const auto piece = upload->file->read_at(upload->at, wanted);
  if (!piece) {
    upload->failure = piece.error();
    return CURL_READFUNC_ABORT;
  }
  if (piece->empty()) {
    upload->failure = Error{ErrorKind::kDamaged, "send", "the body's file", "it is shorter than it was", ""};
    return CURL_READFUNC_ABORT;
  }
  piece->copy(room, piece->size());
  upload->at += piece->size();
  return piece->size();
}

/// Asked when a kept connection was closed meanwhile, and the request is sent again over another one.
int seek_body(Upload* upload, curl_off_t offset, int origin) {
  if (origin != SEEK_SET || offset < 0 || static_cast<std::uint64_t>(offset) > upload->end) {
    return CURL_SEEKFUNC_FAIL;
  }
  upload->at = static_cast<std::uint64_t>(offset);
  return CURL_SEEKFUNC_OK;
}

/// What one call collects.
struct Answer {
  HttpReply reply;
  std::size_t limit = 0;
  std::size_t taken = 0;
  bool too_large = false;
  bool has_head = false;  ///< up to its empty line; libcurl takes one that was cut off for a whole one
  File* file = nullptr;   ///< of a success
  std::optional<Error> failure;
};

std::size_t take_body(const char* bytes, std::size_t /*one*/, std::size_t count, Answer* answer) {
  if (count > answer->limit - answer->taken) {
    answer->too_large = true;
    return 0;
  }
  answer->taken += count;
  if (answer->file == nullptr || answer->reply.status / 100 != 2) {
    answer->reply.body.append(bytes, count);
    return count;
  }
  if (Status written = answer->file->append({bytes, count}); !written) {
    answer->failure = std::move(written).error();
    return 0;
  }
  return count;
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

/// Of `HTTP/1.1 200 OK`; 0 when there is none.
int status_in(std::string_view line) {
  const std::size_t space = std::min(line.find(' '), line.size() - 1);
  int status = 0;
  std::from_chars(line.data() + space + 1, line.data() + line.size(), status);
  return status;
}

std::size_t take_header(const char* bytes, std::size_t /*one*/, std::size_t count, Answer* answer) {
  const std::string_view line(bytes, count);
  auto& headers = answer->reply.headers;
  const auto colon = line.find(':');
  if (line.starts_with("HTTP/")) {
    answer->has_head = false;
    headers.clear();  // an interim answer (100, or a proxy's) came before
    answer->reply.status = status_in(line);
  } else if (trim(line).empty()) {
    answer->has_head = true;
  } else if (colon != std::string_view::npos) {
    headers.emplace_back(lower_ascii(line.substr(0, colon)), trim(line.substr(colon + 1)));
  }
  return count;
}

/// The URL without user, password, query and fragment: these may be secret.
std::string public_part(const std::string& text) {
  const Url url(curl_url(), &curl_url_cleanup);
  if (!url || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) {
    return "a URL";
  }
  for (const auto part : {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_OPTIONS, CURLUPART_QUERY, CURLUPART_FRAGMENT}) {
    curl_url_set(url.get(), part, nullptr, 0);
  }
  char* shown = nullptr;
  if (curl_url_get(url.get(), CURLUPART_URL, &shown, 0) != CURLUE_OK) {
    return "a URL";
  }
  const std::unique_ptr<char, decltype(&curl_free)> owned(shown, &curl_free);
  return shown;
}

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 && c != '\t'; });
}

/// A line break in one of these would add a header of its own.
bool is_safe(const HttpCall& call) {
  return !has_control(call.method) && !call.method.empty() && !has_control(call.url) &&
         std::ranges::none_of(call.headers, [](const auto& header) {
           return header.first.empty() || header.first.find(':') != std::string::npos || has_control(header.first) ||
                  has_control(header.second);
         });
}

const char* hint_for(CURLcode code) {
  switch (static_cast<int>(code)) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return "check the host name and this machine's DNS";
    case CURLE_COULDNT_RESOLVE_PROXY:
      return "check the proxy's host name and this machine's DNS";
    case CURLE_SSL_CACERT_BADFILE:
      return "check the file of the certificate authorities";
    case CURLE_COULDNT_CONNECT:
      return "check that the service runs and that the address is right";
    case CURLE_PEER_FAILED_VERIFICATION:
      return "check this machine's clock and its certificate authorities";
    default:
      return "";
  }
}

bool is_wrong_url(CURLcode code) { return code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL; }

void add(HeaderList& list, const std::string& line) {
  auto* longer = curl_slist_append(list.get(), line.c_str());
  FIRN_CHECK(longer != nullptr, "memory for a header");
  static_cast<void>(list.release());
  list.reset(longer);
}

HeaderList make_headers(const HttpCall& call) {
  HeaderList list(nullptr, &curl_slist_free_all);
  // libcurl's own: a form's content type, and waiting for "100 Continue".
  bool has_content_type = false;
  for (const auto& [name, value] : call.headers) {
    has_content_type = has_content_type || lower_ascii(name) == "content-type";
    add(list, value.empty() ? name + ";" : name + ": " + value);
  }
  if (!has_content_type) {
    add(list, "Content-Type:");
  }
  add(list, "Expect:");
  return list;
}

class CurlClient final : public HttpClient {
 public:
  explicit CurlClient(HttpClientOptions options)
      : options_(std::move(options)), easy_(curl_easy_init(), &curl_easy_cleanup) {
    FIRN_CHECK(easy_ != nullptr, "libcurl starts");
  }

  Result<HttpReply> call(const HttpCall& call) override {
    if (!is_safe(call)) {
      return fail(Error{ErrorKind::kInvalidInput, call.method + " to", public_part(call.url),
                        "the method, the URL or a header has a character that is not allowed there", ""});
    }
    // Keeps open connections and the DNS cache.
    curl_easy_reset(easy_.get());
    const auto headers = make_headers(call);
    Answer answer;
    answer.limit = call.response_limit;
    answer.file = call.response_file;
    std::array<char, CURL_ERROR_SIZE> why{};
    set(CURLOPT_ERRORBUFFER, why.data());
    set(CURLOPT_HTTPHEADER, headers.get());
    set_target(call);
    set_way();
    Upload upload{call.body_file, 0, call.body_bytes, std::nullopt};
    set_content(call, upload);
    set_collectors(answer);
    if (call.body_file != nullptr || call.response_file != nullptr) {
      set(CURLOPT_LOW_SPEED_LIMIT, 1L);
      set(CURLOPT_LOW_SPEED_TIME, kLongestStall);
    }
    const auto code = curl_easy_perform(easy_.get());
    set(CURLOPT_ERRORBUFFER, static_cast<char*>(nullptr));
    if (upload.failure) {
      return fail(*std::move(upload.failure));
    }
    if (answer.failure) {
      return fail(*std::move(answer.failure));
    }
    if (code != CURLE_OK) {
      return fail(error_of(code, call, answer, why.data()));
    }
    if (!answer.has_head) {
      return fail(Error{ErrorKind::kUnavailable, call.method + " to", public_part(call.url),
                        "the connection ended inside the answer", ""});
    }
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    answer.reply.status = static_cast<int>(status);
    return std::move(answer.reply);
  }

 private:
  template <typename Value>
  void set(CURLoption option, Value value) {
    FIRN_CHECK(curl_easy_setopt(easy_.get(), option, value) == CURLE_OK, "libcurl knows the option and has memory");
  }

  static long milliseconds(Duration time) {
    // For libcurl 0 means no limit.
    return std::max(1L, std::chrono::duration_cast<std::chrono::milliseconds>(time).count());
  }

  void set_target(const HttpCall& call) {
    set(CURLOPT_URL, call.url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_PATH_AS_IS, 1L);  // what is signed is sent
    set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_TCP_KEEPALIVE, 1L);
    set(CURLOPT_USERAGENT, "firn/" FIRN_VERSION);
    set(CURLOPT_TIMEOUT_MS, milliseconds(call.timeout));
    set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(std::min(call.timeout, kConnectLimit)));
    if (call.takes_gzip) {
      set(CURLOPT_ACCEPT_ENCODING, "gzip");
    }
    if (!call.unix_path.empty()) {
      set(CURLOPT_UNIX_SOCKET_PATH, call.unix_path.c_str());
      set(CURLOPT_PROXY, "");  // one from the environment would be asked instead
    }
    if (!call.username.empty()) {
      set(CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
      set(CURLOPT_USERNAME, call.username.c_str());
      set(CURLOPT_PASSWORD, call.password.c_str());
    }
  }

  void set_way() {
    if (!options_.ca_file.empty()) {
      set(CURLOPT_CAINFO, options_.ca_file.c_str());
    }
    if (options_.direct) {
      set(CURLOPT_PROXY, "");
    }
    if (options_.proxy.empty() || options_.direct) {
      return;
    }
    set(CURLOPT_PROXY, options_.proxy.c_str());
    if (!options_.proxy_user.empty()) {
      set(CURLOPT_PROXYUSERNAME, options_.proxy_user.c_str());
      set(CURLOPT_PROXYPASSWORD, options_.proxy_password.c_str());
    }
  }

  void set_content(const HttpCall& call, Upload& upload) {
    if (call.method == "HEAD") {
      set(CURLOPT_NOBODY, 1L);
      return;
    }
    set(CURLOPT_CUSTOMREQUEST, call.method.c_str());
    if (call.body_file != nullptr) {
      set(CURLOPT_UPLOAD, 1L);
      set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(call.body_bytes));
      set(CURLOPT_READFUNCTION, &give_body);
      set(CURLOPT_READDATA, &upload);
      set(CURLOPT_SEEKFUNCTION, &seek_body);
      set(CURLOPT_SEEKDATA, &upload);
      set(CURLOPT_UPLOAD_BUFFERSIZE, kUploadPiece);
      return;
    }
    const bool has_body = !call.body.empty() || call.method == "POST" || call.method == "PUT";
    if (has_body) {
      set(CURLOPT_POSTFIELDS, call.body.data());
      set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call.body.size()));
    }
  }

  void set_collectors(Answer& answer) {
    set(CURLOPT_WRITEFUNCTION, &take_body);
    set(CURLOPT_WRITEDATA, &answer);
    set(CURLOPT_HEADERFUNCTION, &take_header);
    set(CURLOPT_HEADERDATA, &answer);
  }

  Error error_of(CURLcode code, const HttpCall& call, const Answer& answer, const char* why) {
    Error error{ErrorKind::kUnavailable, call.method + " to", public_part(call.url), curl_easy_strerror(code),
                hint_for(code)};
    if (answer.too_large) {
      error.reason = "the answer is larger than " + std::to_string(answer.limit) + " bytes";
    } else if (is_wrong_url(code)) {
      error.kind = ErrorKind::kConfiguration;
    } else if (code == CURLE_COULDNT_CONNECT && !call.unix_path.empty()) {
      error.reason = socket_refusal();  // libcurl's words are about the port that the URL would have
    } else if (*why != '\0') {
      error.reason = why;
    }
    return error;
  }

  /// What the system said when the socket file could not be reached.
  std::string socket_refusal() {
    long number = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_OS_ERRNO, &number);
    return number == 0 ? "nobody listens there" : std::system_category().message(static_cast<int>(number));
  }

  const HttpClientOptions options_;
  Easy easy_;
};

}  // namespace

std::unique_ptr<HttpClient> make_curl_client() { return make_curl_client_with({}); }

std::unique_ptr<HttpClient> make_curl_client_with(HttpClientOptions options) {
  static const bool ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  FIRN_CHECK(ready, "libcurl starts");
  return std::make_unique<CurlClient>(std::move(options));
}

}  // namespace firn
