#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

namespace firn {

/// The stable names of an enumeration: one table serves writing and reading.
template <typename Enum, std::size_t kCount>
struct EnumNames {
  std::array<std::pair<Enum, std::string_view>, kCount> entries;

  [[nodiscard]] constexpr std::string_view name(Enum value) const {
    for (const auto& [candidate, text] : entries) {
      if (candidate == value) {
        return text;
      }
    }
    return "unknown";
  }

  [[nodiscard]] constexpr std::optional<Enum> parse(std::string_view text) const {
    for (const auto& [candidate, name] : entries) {
      if (name == text) {
        return candidate;
      }
    }
    return std::nullopt;
  }
};

}  // namespace firn
