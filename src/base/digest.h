#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace firn {

/// SHA-256, 32 raw bytes.
using Sha256 = std::array<unsigned char, 32>;

/// Lower-case hexadecimal, 64 characters.
std::string to_hex(const Sha256& digest);
/// Its bytes; lives as long as the digest.
inline std::string_view bytes_of(const Sha256& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

/// SHA-256 of bytes that come in pieces. Single use: after finish() the object is spent.
class Sha256Hasher {
 public:
  Sha256Hasher();
  ~Sha256Hasher();
  Sha256Hasher(Sha256Hasher&&) noexcept;
  Sha256Hasher& operator=(Sha256Hasher&&) noexcept;
  Sha256Hasher(const Sha256Hasher&) = delete;
  Sha256Hasher& operator=(const Sha256Hasher&) = delete;

  void update(std::string_view bytes);
  Sha256 finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

Sha256 sha256(std::string_view bytes);

/// The first 16 bytes of a SHA-256: enough to tell documents and versions apart (128 bits), cheap to keep for ever.
struct Digest128 {
  std::array<unsigned char, 16> bytes{};
  auto operator<=>(const Digest128&) const = default;
  [[nodiscard]] std::string_view view() const { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
};

Digest128 digest128(std::string_view bytes);
Digest128 truncate(const Sha256& digest);

/// For hash tables: the digest is already uniformly distributed.
struct Digest128Hash {
  std::size_t operator()(const Digest128& digest) const;
};

}  // namespace firn
