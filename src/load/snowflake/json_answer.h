#pragma once

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>

namespace firn {

// Reading what Snowflake answers: what is missing or of another type is empty or null, never a failure.

/// The body as JSON; null when it is none, like a proxy's page.
boost::json::value parse_answer(std::string_view body);

/// Null when `value` is no object or has no such member.
const boost::json::value* find_member(const boost::json::value& value, std::string_view name);
/// Null when it is not there or no list.
const boost::json::array* list_member(const boost::json::value& value, std::string_view name);
/// Empty when it is not there or no text.
std::string text_member(const boost::json::value& value, std::string_view name);

}  // namespace firn
