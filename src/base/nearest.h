#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace firn {

/// The candidate that `word` was probably meant to be: the one with the fewest letters inserted, removed, replaced or
/// swapped with their neighbour, capitals aside. Nothing when even that one differs in more than a third of its
/// letters.
std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates);

}  // namespace firn
