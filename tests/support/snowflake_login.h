#pragma once

#include "load/snowflake/key_pair_tokens.h"
#include "platform/rsa_key.h"

namespace firn {

/// Two keys that every test of a process shares: making one takes a while.
inline SnowflakeLogin test_login(std::size_t keys = 1) {
  static const auto kFirst = RsaKey::parse("first", RsaKey::generate("").value().private_pem, "").value();
  static const auto kSecond = RsaKey::parse("second", RsaKey::generate("").value().private_pem, "").value();
  SnowflakeLogin login{"MYORG-NORTH", "FIRN", {kFirst}};
  if (keys == 2) {
    login.keys.push_back(kSecond);
  }
  return login;
}

}  // namespace firn
