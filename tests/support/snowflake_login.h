#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "load/snowflake/key_pair_tokens.h"
#include "platform/rsa_key.h"
#include "tests/support/rsa_keys.h"

namespace firn {

inline std::shared_ptr<const RsaKey> test_key(const std::string& name) {
  return RsaKey::parse(name, make_rsa_key().private_pem, "").value();
}

/// Every test of a process shares the keys: making one takes a while.
inline SnowflakeLogin test_login(std::size_t keys = 1) {
  static const auto kFirst = test_key("first");
  SnowflakeLogin login{"MYORG-NORTH", "FIRN", {kFirst}};
  if (keys == 2) {
    static const auto kSecond = test_key("second");
    login.keys.push_back(kSecond);
  }
  return login;
}

}  // namespace firn
