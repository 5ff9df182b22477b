#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace firn {

/// Reads the UTF-8 character at the front and its length in bytes; `valid` is false, and the length 1, when there is
/// none.
struct Utf8Character {
  char32_t code = 0;
  std::size_t length = 1;
  bool valid = false;
};
Utf8Character first_character(std::string_view text);

/// True for characters that end a line, move a terminal's cursor, or change the direction of writing: C0, DEL, C1, line
/// and paragraph separators, and the bidirectional controls.
bool is_control(char32_t code);

/// Appends `text` so that it fits between double quotes in JSON and logfmt: quotes, backslashes and is_control()
/// characters are escaped, bytes that are not UTF-8 become U+FFFD. At most `limit` bytes are appended; what is cut off
/// is shown by "...".
void append_escaped(std::string& out, std::string_view text, std::size_t limit);

/// `text` as a person may see it on a terminal: the same without escaping quotes and backslashes.
std::string for_terminal(std::string_view text);

}  // namespace firn
