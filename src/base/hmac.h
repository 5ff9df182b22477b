#pragma once

#include <string_view>

#include "base/digest.h"

namespace firn {

/// HMAC-SHA-256 (RFC 2104).
Sha256 hmac_sha256(std::string_view key, std::string_view text);

}  // namespace firn
