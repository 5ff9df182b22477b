#pragma once

// Included by http_session.cc only: nothing else sees Beast.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/none.hpp>
#include <boost/optional/optional.hpp>

#include "base/ascii_text.h"
#include "platform/http_message.h"
#include "platform/http_server.h"

namespace firn {

/// Where the parser puts what it finds; used again for every request of a connection.
struct ParsedRequest {
  enum class Coding { kNone, kGzip, kOther };

  std::string_view method;  ///< views into the connection's buffer, until the head has been handled
  std::string_view target;
  std::vector<HttpField> fields;
  unsigned hosts = 0;
  bool expects_continue = false;
  bool http_1_0 = false;
  bool bad_coding = false;        ///< a transfer coding other than "chunked"
  Coding coding = Coding::kNone;  ///< of the content
  std::size_t most_fields = 0;
  /// Takes a part of a chunked body; false ends the parsing.
  std::function<bool(std::string_view)> take_part;

  void reset() {
    fields.clear();
    hosts = 0;
    expects_continue = false;
    http_1_0 = false;
    bad_coding = false;
    coding = Coding::kNone;
  }

  void add_content_coding(std::string_view name) {
    if (!equal_ignoring_case(name, "identity")) {
      const bool gzip = equal_ignoring_case(name, "gzip") || equal_ignoring_case(name, "x-gzip");
      coding = gzip && coding == Coding::kNone ? Coding::kGzip : Coding::kOther;
    }
  }
};

/// Beast's parser without its containers: fields stay in the connection's buffer, which does not move while a head is
/// being read. Bodies of known length are not given to it.
class HttpRequestParser final : public boost::beast::http::basic_parser<true> {
 public:
  HttpRequestParser(ParsedRequest& request, std::string_view buffer) : request_(request), buffer_(buffer) {
    body_limit(boost::none);
    eager(false);
  }

 private:
  using Code = boost::beast::error_code;
  using Text = boost::beast::string_view;
  using Optional = boost::optional<std::uint64_t>;
  static std::string_view view(Text text) { return {text.data(), text.size()}; }

  void on_request_impl(boost::beast::http::verb, Text method, Text target, int version, Code&) override {
    request_.method = view(method);
    request_.target = origin_form(view(target));
    request_.http_1_0 = version == 10;
  }

  void on_field_impl(boost::beast::http::field field, Text name, Text value, Code& error) override {
    if (is_header_done()) {
      return;  // trailers of a chunked body
    }
    // A value that was folded over lines lies in the parser's own memory, which dies before the head is handled.
    if (!value.empty() && (value.data() < buffer_.data() || value.data() >= buffer_.data() + buffer_.size())) {
      error = boost::beast::http::error::bad_obs_fold;
      return;
    }
    if (request_.fields.size() == request_.most_fields) {
      error = boost::beast::http::error::header_limit;
      return;
    }
    request_.fields.push_back({view(name), view(value)});
    if (field == boost::beast::http::field::host) {
      ++request_.hosts;
    } else if (field == boost::beast::http::field::expect) {
      request_.expects_continue = equal_ignoring_case(view(value), "100-continue");
    } else if (field == boost::beast::http::field::transfer_encoding) {
      request_.bad_coding = request_.bad_coding || !equal_ignoring_case(view(value), "chunked");
    } else if (field == boost::beast::http::field::content_encoding) {
      request_.add_content_coding(view(value));
    }
  }

  std::size_t on_chunk_body_impl(std::uint64_t, Text part, Code& error) override {
    if (!request_.take_part(view(part))) {
      error = boost::beast::http::error::body_limit;
    }
    return part.size();
  }

  std::size_t on_body_impl(Text part, Code&) override { return part.size(); }
  void on_response_impl(int, Text, int, Code&) override {}
  void on_header_impl(Code&) override {}
  void on_body_init_impl(const Optional&, Code&) override {}
  void on_chunk_header_impl(std::uint64_t, Text, Code&) override {}
  void on_finish_impl(Code&) override {}

  ParsedRequest& request_;
  std::string_view buffer_;
};

}  // namespace firn
