#include "model/quarantine.h"

#include <optional>
#include <string_view>

#include "model/enum_names.h"

namespace firn {
namespace {

using Reason = QuarantineReason;
constexpr EnumNames<Reason, 21> kReasons{{{{Reason::kNotJson, "not_json"},
                                           {Reason::kTooDeep, "too_deep"},
                                           {Reason::kDuplicateKey, "duplicate_key"},
                                           {Reason::kNumberRange, "number_range"},
                                           {Reason::kWrongKind, "wrong_kind"},
                                           {Reason::kMissingId, "missing_id"},
                                           {Reason::kInvalidId, "invalid_id"},
                                           {Reason::kMissingDomain, "missing_domain"},
                                           {Reason::kDomainMismatch, "domain_mismatch"},
                                           {Reason::kInvalidTimestamp, "invalid_timestamp"},
                                           {Reason::kRowTooLarge, "row_too_large"},
                                           {Reason::kNotXml, "not_xml"},
                                           {Reason::kHasDoctype, "has_doctype"},
                                           {Reason::kUnknownEncoding, "unknown_encoding"},
                                           {Reason::kEncodingMismatch, "encoding_mismatch"},
                                           {Reason::kTooManyElements, "too_many_elements"},
                                           {Reason::kTooManyAttributes, "too_many_attributes"},
                                           {Reason::kNameTooLong, "name_too_long"},
                                           {Reason::kPrivacyRule, "privacy_rule"},
                                           {Reason::kRefused, "refused"},
                                           {Reason::kJournalDamage, "journal_damage"}}}};

constexpr EnumNames<QuarantineState, 3> kStates{{{{QuarantineState::kOpen, "open"},
                                                  {QuarantineState::kRetried, "retried"},
                                                  {QuarantineState::kDiscarded, "discarded"}}}};

}  // namespace

std::string_view to_string(QuarantineReason reason) { return kReasons.name(reason); }
std::optional<QuarantineReason> parse_quarantine_reason(std::string_view text) { return kReasons.parse(text); }
std::string_view to_string(QuarantineState state) { return kStates.name(state); }
std::optional<QuarantineState> parse_quarantine_state(std::string_view text) { return kStates.parse(text); }

}  // namespace firn
