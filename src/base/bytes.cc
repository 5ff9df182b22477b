#include "base/bytes.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace firn {
namespace {

template <typename T>
void put_little(std::string& out, T value) {
  std::array<char, sizeof(T)> bytes{};
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    bytes[i] = static_cast<char>((static_cast<std::uint64_t>(value) >> (8 * i)) & 0xFFU);
  }
  out.append(bytes.data(), bytes.size());
}

template <typename T>
T get_little(std::string_view bytes, std::size_t at) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    value |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
  }
  return static_cast<T>(value);
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  if (c >= 'a' && c <= 'f') {
    return c - 'a' + 10;
  }
  if (c >= 'A' && c <= 'F') {
    return c - 'A' + 10;
  }
  return -1;
}

constexpr std::array<std::uint32_t, 256> make_crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0x82F63B78U : 0U);
    }
    table[i] = crc;
  }
  return table;
}
constexpr auto kCrcTable = make_crc_table();

std::uint32_t crc32c_table(std::string_view bytes, std::uint32_t crc) {
  for (const char c : bytes) {
    crc = (crc >> 8U) ^ kCrcTable[(crc ^ static_cast<unsigned char>(c)) & 0xFFU];
  }
  return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t crc32c_sse42(std::string_view bytes, std::uint32_t crc) {
  std::uint64_t wide = crc;
  std::size_t i = 0;
  for (; i + 8 <= bytes.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + i, sizeof word);
    wide = _mm_crc32_u64(wide, word);
  }
  return crc32c_table(bytes.substr(i), static_cast<std::uint32_t>(wide));
}
#endif

}  // namespace

void put_u16(std::string& out, std::uint16_t value) { put_little(out, value); }
void put_u32(std::string& out, std::uint32_t value) { put_little(out, value); }
void put_u64(std::string& out, std::uint64_t value) { put_little(out, value); }
std::uint16_t get_u16(std::string_view bytes, std::size_t at) { return get_little<std::uint16_t>(bytes, at); }
std::uint32_t get_u32(std::string_view bytes, std::size_t at) { return get_little<std::uint32_t>(bytes, at); }
std::uint64_t get_u64(std::string_view bytes, std::size_t at) { return get_little<std::uint64_t>(bytes, at); }

void put_text(std::string& out, std::string_view text) {
  put_u32(out, static_cast<std::uint32_t>(text.size()));
  out.append(text);
}

std::optional<std::string_view> ByteReader::take(std::size_t count) {
  if (failed_ || rest_.size() < count) {
    failed_ = true;
    return std::nullopt;
  }
  const auto taken = rest_.substr(0, count);
  rest_.remove_prefix(count);
  return taken;
}

std::optional<std::uint8_t> ByteReader::u8() {
  const auto bytes = take(1);
  return bytes ? std::optional(static_cast<std::uint8_t>((*bytes)[0])) : std::nullopt;
}

std::optional<std::uint32_t> ByteReader::u32() {
  const auto bytes = take(4);
  return bytes ? std::optional(get_u32(*bytes, 0)) : std::nullopt;
}

std::optional<std::uint64_t> ByteReader::u64() {
  const auto bytes = take(8);
  return bytes ? std::optional(get_u64(*bytes, 0)) : std::nullopt;
}

std::optional<std::string_view> ByteReader::text() {
  const auto size = u32();
  return size ? take(*size) : std::nullopt;
}

std::string to_hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  hex.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    hex.push_back(kDigits[byte >> 4U]);
    hex.push_back(kDigits[byte & 0xFU]);
  }
  return hex;
}

std::optional<std::string> from_hex(std::string_view hex) {
  if (hex.size() % 2 != 0) {
    return std::nullopt;
  }
  std::string bytes;
  bytes.reserve(hex.size() / 2);
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = hex_digit(hex[i]);
    const int low = hex_digit(hex[i + 1]);
    if (high < 0 || low < 0) {
      return std::nullopt;
    }
    bytes.push_back(static_cast<char>(high * 16 + low));
  }
  return bytes;
}

bool equal_constant_time(std::string_view a, std::string_view b) {
  unsigned difference = a.size() == b.size() ? 0U : 1U;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const char other = b.empty() ? '\0' : b[i % b.size()];
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned>(static_cast<unsigned char>(other));
  }
  return difference == 0;
}

std::uint32_t crc32c(std::string_view bytes, std::uint32_t seed) {
  const std::uint32_t start = ~seed;
#if defined(__x86_64__)
  static const bool has_sse42 = __builtin_cpu_supports("sse4.2") != 0;
  if (has_sse42) {
    return ~crc32c_sse42(bytes, start);
  }
#endif
  return ~crc32c_table(bytes, start);
}

}  // namespace firn
