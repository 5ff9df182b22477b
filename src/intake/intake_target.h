#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace firn {

/// What a request's target says: `[/api/v1]/in/<repeater>[/<domain>][/][?app_id=...]`, percent-decoded.
struct IntakeTarget {
  std::string repeater;
  std::string domain;  ///< empty when the path names none
  std::string app_id;  ///< empty when there is none
};

/// Nothing when the target is not of that form, a part of the path is longer than 255 bytes, or it holds a control
/// character.
std::optional<IntakeTarget> parse_intake_target(std::string_view target);

}  // namespace firn
