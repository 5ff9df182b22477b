#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace firn {

/// Objects and arrays may be nested this deep in a document.
inline constexpr std::size_t kMaxJsonDepth = 256;

enum class JsonFaultKind {
  kSyntax,  ///< not as RFC 8259 has it, or not UTF-8
  kNumber,  ///< an integer beyond 64 bits, or a number beyond a double
  kDepth,   ///< nested deeper than kMaxJsonDepth
};

struct JsonFault {
  JsonFaultKind kind = JsonFaultKind::kSyntax;
  std::size_t offset = 0;  ///< of the byte where it was noticed
  std::string_view words;  ///< what is wrong there, for people; no payload
};

/// The first thing in the text that keeps it from being a JSON document; nothing when it is one. Written for good
/// places, not for speed: called after a fast parser has refused the text.
std::optional<JsonFault> find_json_fault(std::string_view text);

/// `line 3, column 14` of a byte, both counted from 1, columns in characters.
std::string describe_place(std::string_view text, std::size_t offset);

}  // namespace firn
