#pragma once

#include <source_location>

namespace firn {

/// Ends the process with the place and the text. Used by FIRN_CHECK.
[[noreturn]] void check_failed(const char* condition, const char* why, std::source_location place);

}  // namespace firn

/// An invariant of the program that always holds, in every build; never used on input from outside.
#define FIRN_CHECK(condition, why) \
  ((condition) ? void(0) : ::firn::check_failed(#condition, why, std::source_location::current()))
