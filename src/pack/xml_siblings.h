#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <string_view>
#include <vector>

namespace firn {

/// Finds the first child of a name that an element has already. Used for one document after the other without being
/// cleared. The hash has a secret, so that nobody can send names that all fall together.
class XmlSiblings {
 public:
  static constexpr std::uint32_t kNone = 0xFFFFFFFFU;

  void begin_document() {
    first_serial_ += size_;
    size_ = 0;
  }

  /// The place for the child's number: kNone stands there when the name is new, and must be replaced then. `name_of`
  /// gives the parent and the name of a child that was inserted before. Valid until the next call.
  template <typename SameName>
  std::uint32_t& find(std::uint32_t parent, std::string_view name, const SameName& same_name) {
    if (2 * (size_ + 1) > slots_.size()) {
      grow();
    }
    const std::uint64_t hash = hash_of(parent, name);
    std::size_t i = hash & (slots_.size() - 1);
    while (slots_[i].serial >= first_serial_) {
      if (slots_[i].hash == hash && same_name(slots_[i].node)) {
        return slots_[i].node;
      }
      i = (i + 1) & (slots_.size() - 1);
    }
    slots_[i] = {first_serial_ + size_, hash, kNone};
    ++size_;
    return slots_[i].node;
  }

 private:
  struct Slot {
    std::uint64_t serial = 0;
    std::uint64_t hash = 0;
    std::uint32_t node = kNone;
  };

  static std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
  }

  [[nodiscard]] std::uint64_t hash_of(std::uint32_t parent, std::string_view name) const {
    std::uint64_t hash = mix(secret_ ^ parent, 0x9E3779B97F4A7C15ULL ^ name.size());
    while (!name.empty()) {
      std::uint64_t word = 0;
      const std::size_t size = std::min(name.size(), sizeof word);
      std::memcpy(&word, name.data(), size);
      hash = mix(hash ^ word, secret_ | 1U);
      name.remove_prefix(size);
    }
    return hash;
  }

  void grow() {
    std::vector<Slot> old(std::max<std::size_t>(slots_.size() * 2, 256));
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.serial < first_serial_) {
        continue;
      }
      std::size_t i = slot.hash & (slots_.size() - 1);
      while (slots_[i].serial >= first_serial_) {
        i = (i + 1) & (slots_.size() - 1);
      }
      slots_[i] = slot;
    }
  }

  static std::uint64_t make_secret() {
    std::random_device source;
    return (std::uint64_t{source()} << 32U) | source();
  }

  std::uint64_t secret_ = make_secret();
  std::vector<Slot> slots_;
  std::uint64_t size_ = 0;
  std::uint64_t first_serial_ = 1;
};

}  // namespace firn
