#pragma once

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace firn {

// Fields of an answer of the daemon. One that is missing, null or of another type reads as nothing: an older or newer
// daemon is still shown as far as it is understood.

/// Null when missing.
const boost::json::value& field(const boost::json::value& object, std::string_view key);
/// A text, or a number in digits; else empty.
std::string text_of(const boost::json::value& object, std::string_view key);
/// A whole number that is not negative; else 0.
std::uint64_t count_of(const boost::json::value& object, std::string_view key);
bool is_true(const boost::json::value& object, std::string_view key);
double number_of(const boost::json::value& object, std::string_view key);
bool is_missing(const boost::json::value& object, std::string_view key);
/// Empty when missing.
const boost::json::array& list_of(const boost::json::value& object, std::string_view key);

/// "2026-03-02 09:41:07" of "2026-03-02T09:41:07.118204Z"; "-" when missing.
std::string time_of(const boost::json::value& object, std::string_view key);
/// "3m 5s" of a number of seconds; "-" when missing.
std::string age_of(const boost::json::value& object, std::string_view key);

}  // namespace firn
