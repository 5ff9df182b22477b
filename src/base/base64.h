#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace firn {

/// Base64 of RFC 4648 section 4, with padding.
std::string to_base64(std::string_view bytes);
/// The same for URLs and file names, without padding (RFC 4648 section 5; RFC 7515 appendix C).
std::string to_base64url(std::string_view bytes);
/// Nothing when `text` is not exactly that.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace firn
