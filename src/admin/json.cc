#include "admin/json.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/time.h"
#include "model/position.h"
#include "platform/http_server.h"

namespace firn {
namespace {

int http_status(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kInvalidInput:
    case ErrorKind::kConfiguration:
      return 400;
    case ErrorKind::kPermission:
      return 403;
    case ErrorKind::kNotFound:
      return 404;
    case ErrorKind::kAlreadyExists:
    case ErrorKind::kConflict:
      return 409;
    case ErrorKind::kDamaged:
    case ErrorKind::kPoisoned:
    case ErrorKind::kNoSpace:
    case ErrorKind::kBusy:
    case ErrorKind::kUnavailable:
      return 503;
    case ErrorKind::kInternal:
      return 500;
  }
  return 500;
}

}  // namespace

boost::json::value json_time(const std::optional<Timestamp>& t) {
  return t ? boost::json::value(format_iso8601(*t)) : boost::json::value(nullptr);
}

boost::json::value json_position(const std::optional<Position>& position) {
  return position ? boost::json::value(position->str()) : boost::json::value(nullptr);
}

boost::json::value json_text_or_null(const std::string& text) {
  return text.empty() ? boost::json::value(nullptr) : boost::json::value(text);
}

HttpResponse json_response(const boost::json::object& body) {
  HttpResponse response;
  response.body = boost::json::serialize(body) + "\n";
  return response;
}

HttpResponse error_response(const Error& error) {
  HttpResponse response = json_response(
      {{"error", {{"kind", std::string(to_string(error.kind))}, {"message", error.message()}, {"hint", error.hint}}}});
  response.status = http_status(error.kind);
  return response;
}

}  // namespace firn
