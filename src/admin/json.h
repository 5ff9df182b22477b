#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/time.h"
#include "model/position.h"
#include "platform/http_server.h"

namespace firn {

/// For the catalog's filters: what a person asks for is never cut short.
inline constexpr std::size_t kEverything = std::numeric_limits<std::int32_t>::max();

/// ISO 8601 in UTC, or null.
boost::json::value json_time(const std::optional<Timestamp>& t);
/// A string, since positions do not fit a double; or null.
boost::json::value json_position(const std::optional<Position>& position);
/// The text, or null when it is empty.
boost::json::value json_text_or_null(const std::string& text);

HttpResponse json_response(const boost::json::object& body);
/// The HTTP status follows from the error's kind.
HttpResponse error_response(const Error& error);

}  // namespace firn
