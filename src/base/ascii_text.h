#pragma once

#include <string>
#include <string_view>

namespace firn {

/// With small letters for the capitals of ASCII; everything else stays.
std::string lower_ascii(std::string_view text);

/// With capitals for the small letters of ASCII; everything else stays.
std::string upper_ascii(std::string_view text);

bool equal_ignoring_case(std::string_view a, std::string_view b);

}  // namespace firn
