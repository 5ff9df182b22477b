#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace firn {

// Texts in JSON that is known to be correct and has no spaces between its parts.

/// Where the value that begins at `at` ends. Takes time in proportion to its length, and no stack.
std::size_t json_value_end(std::string_view json, std::size_t at);

/// The text that a JSON string means, given with its quotes. A view into it when it has no escapes, else into `buffer`.
std::string_view decode_json_text(std::string_view quoted, std::string& buffer);

}  // namespace firn
