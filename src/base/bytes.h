#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace firn {

/// Appends `value` to `out`, little-endian, in as many bytes as the type has.
void put_u16(std::string& out, std::uint16_t value);
void put_u32(std::string& out, std::uint32_t value);
void put_u64(std::string& out, std::uint64_t value);

/// Reads a little-endian number at `bytes[at]`. The caller has checked that it lies inside.
std::uint16_t get_u16(std::string_view bytes, std::size_t at);
std::uint32_t get_u32(std::string_view bytes, std::size_t at);
std::uint64_t get_u64(std::string_view bytes, std::size_t at);

/// Appends `text` with its length as u32 before it.
void put_text(std::string& out, std::string_view text);

/// Takes numbers and texts off the front of a buffer; the first that does not fit makes every later one nothing.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  std::optional<std::uint8_t> u8();
  std::optional<std::uint32_t> u32();
  std::optional<std::uint64_t> u64();
  /// What put_text wrote; a view into the buffer.
  std::optional<std::string_view> text();
  [[nodiscard]] std::size_t remaining() const { return rest_.size(); }

 private:
  std::optional<std::string_view> take(std::size_t count);
  std::string_view rest_;
  bool failed_ = false;
};

/// Lower-case hexadecimal.
std::string to_hex(std::string_view bytes);
std::optional<std::string> from_hex(std::string_view hex);

/// True when both are equal, in a time that depends on the length of `a` only (for secrets).
bool equal_constant_time(std::string_view a, std::string_view b);

/// CRC-32C (Castagnoli), as in RFC 3720 appendix B.4; `seed` continues an earlier call.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t seed = 0);

}  // namespace firn
