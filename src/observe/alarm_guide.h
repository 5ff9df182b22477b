#pragma once

#include <span>
#include <string_view>

namespace firn {

/// An alarm that there can be.
struct AlarmGuide {
  std::string_view name;
  std::string_view to_do;  ///< what a person does about it, in a sentence
};

/// All of them, in alphabetical order; docs/failure_modes.md shows the same names.
std::span<const AlarmGuide> alarm_guides();

/// What to do about the alarm of that name.
std::string_view what_to_do(std::string_view name);

}  // namespace firn
