#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace firn {

/// Splits a command as a POSIX shell does, without expanding anything: words between spaces; `'...'` as it stands;
/// `"..."` with `\"` and `\\` inside; a backslash takes the next character as it is. Nothing when a quote is not
/// closed.
std::optional<std::vector<std::string>> split_words(std::string_view text);

}  // namespace firn
