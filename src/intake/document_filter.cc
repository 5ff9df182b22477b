#include "intake/document_filter.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "intake/document_facts.h"
#include "intake/document_peek.h"
#include "model/filter.h"
#include "model/record.h"
#include "model/table.h"

namespace firn {
namespace {

/// The field's value; empty when it is missing or not certain.
std::string_view value_of(const DocumentFacts& facts, FilterField field, const Envelope& envelope) {
  const FieldValue& stated = facts[field];
  if (stated.state() == FieldValue::State::kUnclear) {
    return {};
  }
  if (field == FilterField::kDomain && !envelope.domain.empty()) {
    // A contradiction is for quarantine.
    return stated.text().empty() || stated.text() == envelope.domain ? std::string_view(envelope.domain)
                                                                     : std::string_view();
  }
  return field == FilterField::kAppId && stated.text().empty() ? std::string_view(envelope.app_id)
                                                               : std::string_view(stated.text());
}

}  // namespace

DocumentFilter::DocumentFilter(Kind kind, std::vector<FilterRule> rules) : rules_(std::move(rules)), order_{kind, 0} {
  for (FilterRule& rule : rules_) {
    std::ranges::sort(rule.values);
    order_.fields = static_cast<FilterFields>(order_.fields | bit_of(rule.field));
  }
}

std::optional<std::size_t> DocumentFilter::drops(const DocumentPeek& peek, const Envelope& envelope,
                                                 std::string_view body) const {
  if (!peek.understood || !judge(peek.facts, envelope)) {
    return std::nullopt;
  }
  // The look was a quick one, and a dropped document cannot be brought back.
  const DocumentPeek whole = check_document(body, order_);
  return whole.understood ? judge(whole.facts, envelope) : std::nullopt;
}

std::optional<std::size_t> DocumentFilter::judge(const DocumentFacts& facts, const Envelope& envelope) const {
  const auto found = std::ranges::find_if(rules_, [&](const FilterRule& rule) {
    const std::string_view value = value_of(facts, rule.field, envelope);
    return !value.empty() && std::ranges::binary_search(rule.values, value) != rule.only;
  });
  return found == rules_.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - rules_.begin()));
}

}  // namespace firn
