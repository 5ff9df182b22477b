#include "load/request_id.h"

#include <openssl/rand.h>

#include <array>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/check.h"

namespace firn {

std::string make_request_id() {
  std::array<unsigned char, 16> bytes{};
  FIRN_CHECK(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1, "no randomness from the system");
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0FU) | 0x40U);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3FU) | 0x80U);
  std::string text = to_hex(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  for (const std::size_t dash : {8U, 13U, 18U, 23U}) {
    text.insert(dash, 1, '-');
  }
  return text;
}

}  // namespace firn
