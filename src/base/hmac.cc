#include "base/hmac.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <string_view>

#include "base/check.h"

namespace firn {

Sha256 hmac_sha256(std::string_view key, std::string_view text) {
  Sha256 mac{};
  unsigned length = 0;
  const unsigned char* made =
      HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
           text.size(), mac.data(), &length);
  FIRN_CHECK(made != nullptr && length == mac.size(), "HMAC-SHA-256 is there");
  return mac;
}

}  // namespace firn
