#pragma once

#include <string>

#include "platform/rsa_key.h"

namespace firn {

/// A key of the shortest length that Firn takes: those that `firn keygen` makes take a test seconds to find.
RsaKeyFiles make_rsa_key(const std::string& passphrase = "");

}  // namespace firn
