#pragma once

#include <string>
#include <string_view>

namespace firn {

/// Appends `text` as a JSON string with its quotes. UTF-8 stays as it is.
void append_json_text(std::string& out, std::string_view text);

}  // namespace firn
