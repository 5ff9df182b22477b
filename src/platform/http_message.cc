#include "platform/http_message.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/ascii_text.h"
#include "base/check.h"
#include "platform/http_server.h"

namespace firn {
namespace {

std::string_view reason_phrase(int status) {
  constexpr std::array<std::pair<int, std::string_view>, 18> kPhrases = {{{200, "OK"},
                                                                          {202, "Accepted"},
                                                                          {204, "No Content"},
                                                                          {304, "Not Modified"},
                                                                          {400, "Bad Request"},
                                                                          {401, "Unauthorized"},
                                                                          {403, "Forbidden"},
                                                                          {404, "Not Found"},
                                                                          {405, "Method Not Allowed"},
                                                                          {408, "Request Timeout"},
                                                                          {409, "Conflict"},
                                                                          {413, "Content Too Large"},
                                                                          {415, "Unsupported Media Type"},
                                                                          {422, "Unprocessable Content"},
                                                                          {429, "Too Many Requests"},
                                                                          {431, "Request Header Fields Too Large"},
                                                                          {500, "Internal Server Error"},
                                                                          {503, "Service Unavailable"}}};
  const auto* found = std::ranges::find(kPhrases, status, &std::pair<int, std::string_view>::first);
  return found == kPhrases.end() ? "Status" : found->second;
}

}  // namespace

std::optional<Timestamp> parse_http_date(std::string_view text) {
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  constexpr std::string_view kShape = "aaa, 00 aaa 0000 00:00:00 GMT";
  if (text.size() != kShape.size()) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < kShape.size(); ++i) {
    const bool is_free = kShape[i] == 'a' || kShape[i] == '0';
    if (!is_free && text[i] != kShape[i]) {
      return std::nullopt;
    }
  }
  const std::size_t month = kMonths.find(text.substr(8, 3));
  if (month == std::string_view::npos || month % 3 != 0) {
    return std::nullopt;
  }
  return parse_timestamp(
      fmt::format("{}-{:02}-{}T{}Z", text.substr(12, 4), month / 3 + 1, text.substr(5, 2), text.substr(17, 8)));
}

std::string_view origin_form(std::string_view target) {
  const std::size_t scheme = target.find("://");
  const bool absolute =
      equal_ignoring_case(target.substr(0, scheme), "http") || equal_ignoring_case(target.substr(0, scheme), "https");
  if (scheme == std::string_view::npos || !absolute) {
    return target;
  }
  const std::size_t path = target.find_first_of("/?", scheme + 3);
  return path == std::string_view::npos || target[path] == '?' ? "/" : target.substr(path);
}

std::string_view HttpHead::header(std::string_view name) const {
  for (const HttpField& field : fields) {
    if (equal_ignoring_case(field.name, name)) {
      return field.value;
    }
  }
  return {};
}

HttpAnswer::~HttpAnswer() {
  if (sink_) {
    HttpResponse response = error_response(503, "the request was dropped; send it again");
    response.headers.emplace_back("Retry-After", "5");
    sink_->answer(std::move(response));
  }
}

void HttpAnswer::operator()(HttpResponse response) {
  FIRN_CHECK(sink_ != nullptr, "a request is answered once");
  const auto sink = std::exchange(sink_, nullptr);
  sink->answer(std::move(response));
}

HttpResume::~HttpResume() {
  if (sink_) {
    sink_->resume();
  }
}

void HttpResume::operator()() {
  FIRN_CHECK(sink_ != nullptr, "a decision is resumed once");
  const auto sink = std::exchange(sink_, nullptr);
  sink->resume();
}

void append_response_head(const HttpResponse& response, const HttpReplyContext& context, std::string& out) {
  fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} {}\r\nDate: {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n",
                 response.status, reason_phrase(response.status), context.date, response.content_type,
                 response.body.size());
  for (const auto& [name, value] : response.headers) {
    out.append(name).append(": ").append(value).append("\r\n");
  }
  if (!context.keep_alive) {
    out.append("Connection: close\r\n");
  } else if (context.http_1_0) {
    out.append("Connection: keep-alive\r\n");
  }
  out.append("\r\n");
}

std::string format_http_date(Timestamp t) {
  constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(t);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(t) - day);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[std::chrono::weekday(day).c_encoding()],
                     static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
                     static_cast<int>(date.year()), time.hours().count(), time.minutes().count(),
                     time.seconds().count());
}

HttpResponse error_response(int status, std::string_view text) {
  HttpResponse response;
  response.status = status;
  response.body = fmt::format("{{\"error\":\"{}\"}}\n", text);
  return response;
}

}  // namespace firn
