#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "platform/http_server.h"

namespace firn {

/// What an answer's head depends on besides the response.
struct HttpReplyContext {
  std::string_view date;  ///< the value of the Date field
  bool keep_alive = true;
  bool http_1_0 = false;  ///< such a client must be told that the connection stays open
};

/// Appends the status line and the header with its empty line; the body is not appended.
void append_response_head(const HttpResponse& response, const HttpReplyContext& context, std::string& out);

/// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7).
std::string format_http_date(Timestamp t);
/// Reads that; the day of the week is not compared with the date. Nothing when the text is not that.
std::optional<Timestamp> parse_http_date(std::string_view text);

/// The path and query of a target in absolute form, which servers must take too (RFC 9112, 3.2.2); another as it is.
std::string_view origin_form(std::string_view target);

/// `{"error":"..."}`; `text` needs no escaping.
HttpResponse error_response(int status, std::string_view text);

}  // namespace firn
