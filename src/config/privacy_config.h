#pragma once

#include "model/privacy.h"

namespace firn {

/// What is removed from a repeater's documents: `[repeater.NAME.privacy]`. The rules fit the repeater's kind, and a key
/// is there when one of them needs it. The key is a secret.
struct PrivacyConfig {
  PrivacyPolicy policy;
};

}  // namespace firn
