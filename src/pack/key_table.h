#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace firn {

/// Finds keys that an object has twice. One table serves all objects of all documents; a serial tells them apart, so
/// that nothing needs to be cleared between documents.
class KeyTable {
 public:
  void begin_document() {
    first_serial_ = next_serial_;
    used_ = 0;
  }
  std::uint64_t begin_object() { return next_serial_++; }

  /// False when the object has this key already. The key's bytes must live until the document's end.
  bool insert(std::uint64_t object, std::string_view key) {
    if (2 * used_ >= slots_.size()) {
      grow();
    }
    for (std::size_t i = slot_of(object, key);; i = (i + 1) & (slots_.size() - 1)) {
      Slot& slot = slots_[i];
      if (slot.object < first_serial_) {
        slot = {object, key};
        ++used_;
        return true;
      }
      if (slot.object == object && slot.key == key) {
        return false;
      }
    }
  }

 private:
  struct Slot {
    std::uint64_t object = 0;
    std::string_view key;
  };

  [[nodiscard]] std::size_t slot_of(std::uint64_t object, std::string_view key) const {
    const std::size_t mixed = std::hash<std::string_view>()(key) + object * 0x9E3779B97F4A7C15ULL;
    return (mixed ^ (mixed >> 32U)) & (slots_.size() - 1);
  }

  void grow() {
    std::vector<Slot> old(std::max<std::size_t>(slots_.size() * 2, 512));
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.object < first_serial_) {
        continue;
      }
      std::size_t i = slot_of(slot.object, slot.key);
      while (slots_[i].object >= first_serial_) {
        i = (i + 1) & (slots_.size() - 1);
      }
      slots_[i] = slot;
    }
  }

  std::vector<Slot> slots_;
  std::size_t used_ = 0;
  std::uint64_t first_serial_ = 1;
  std::uint64_t next_serial_ = 1;
};

}  // namespace firn
