#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"

namespace firn {

/// A text that is never shown: printing it gives `********`. Only reveal() has the text.
class Secret {
 public:
  static constexpr std::string_view kMask = "********";

  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}

  [[nodiscard]] const std::string& reveal() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }
  /// In a time that depends on the length of `offered` only.
  [[nodiscard]] bool matches(std::string_view offered) const { return equal_constant_time(offered, text_); }

  friend std::ostream& operator<<(std::ostream& out, const Secret& /*secret*/) { return out << kMask; }

 private:
  std::string text_;
};

}  // namespace firn
