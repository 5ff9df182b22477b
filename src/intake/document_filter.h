#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "intake/document_facts.h"
#include "intake/document_peek.h"
#include "model/filter.h"
#include "model/record.h"
#include "model/table.h"

namespace firn {

/// Which documents of one repeater are dropped at the door. Only what is understood for certain is dropped: a document
/// that lacks a field passes the rules that look at it, and one that is damaged passes all. Threads: any.
class DocumentFilter {
 public:
  /// Drops nothing.
  explicit DocumentFilter(Kind kind) : DocumentFilter(kind, {}) {}
  /// The rules are asked in this order.
  DocumentFilter(Kind kind, std::vector<FilterRule> rules);

  /// What peek_document() must look for.
  [[nodiscard]] const PeekOrder& order() const { return order_; }

  /// The rule that drops the document, as an index of the constructor's; nothing when it goes on. When the document
  /// names no domain or application, those of the request count.
  [[nodiscard]] std::optional<std::size_t> drops(const DocumentPeek& peek, const Envelope& envelope,
                                                 std::string_view body) const;

  [[nodiscard]] std::size_t rules() const { return rules_.size(); }
  [[nodiscard]] const std::string& rule_name(std::size_t rule) const { return rules_[rule].name; }

 private:
  [[nodiscard]] std::optional<std::size_t> judge(const DocumentFacts& facts, const Envelope& envelope) const;

  std::vector<FilterRule> rules_;  // values sorted
  PeekOrder order_;
};

}  // namespace firn
