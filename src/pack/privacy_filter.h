#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/privacy.h"
#include "pack/document_row.h"

namespace firn {

/// Applies a repeater's privacy rules to documents (docs/privacy.md). Used by one thread; keeps its buffers.
///
/// A rule treats texts, and numbers, true and false by their text; null and the empty text stay, since they say
/// nothing. A list is treated element by element. What an action cannot treat (an object, a text that is no date, ...)
/// is removed with its member, or becomes null in a list; with `deidentified` the document is rejected instead. Names
/// of members are not values and stay.
class PrivacyFilter {
 public:
  explicit PrivacyFilter(const PrivacyPolicy& policy);
  ~PrivacyFilter();
  PrivacyFilter(const PrivacyFilter&) = delete;
  PrivacyFilter& operator=(const PrivacyFilter&) = delete;

  /// `text` is a minified JSON document, correct and nested no deeper than kMaxJsonDepth. The result is one as well; it
  /// lives until the next call. Rejected with kPrivacyRule and the rule's path.
  std::expected<std::string_view, Rejection> apply(std::string_view text);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// What an action makes of a text that is not empty; false when it cannot treat it. For tests and the filter.
bool treat_privately(const PrivacyRule& rule, std::string_view key, std::string_view text, std::string& out);

}  // namespace firn
