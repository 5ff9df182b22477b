#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "model/filter.h"

namespace firn {

/// One field of a document, as far as it was understood.
class FieldValue {
 public:
  enum class State : std::uint8_t {
    kMissing,  ///< not there, null or empty
    kUnclear,  ///< there, but not as one text, or there more than once
    kFound,
  };

  [[nodiscard]] State state() const { return state_; }
  /// Empty unless it was found.
  [[nodiscard]] const std::string& text() const { return text_; }

  /// A second value makes the field unclear.
  void set(std::string_view text) {
    if (seen_) {
      spoil();
      return;
    }
    seen_ = true;
    text_ = text;
    state_ = text.empty() ? State::kMissing : State::kFound;
  }
  void spoil() {
    seen_ = true;
    text_.clear();
    state_ = State::kUnclear;
  }

 private:
  State state_ = State::kMissing;
  bool seen_ = false;
  std::string text_;
};

/// The fields that filters look at.
class DocumentFacts {
 public:
  [[nodiscard]] FieldValue& operator[](FilterField field) { return values_[static_cast<std::size_t>(field)]; }
  [[nodiscard]] const FieldValue& operator[](FilterField field) const {
    return values_[static_cast<std::size_t>(field)];
  }

 private:
  std::array<FieldValue, kFilterFields> values_;
};

}  // namespace firn
