#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "model/names.h"
#include "model/position.h"

namespace firn {

/// Why a record could not become a row. The name is stable: people search for it.
enum class QuarantineReason {
  kNotJson,       ///< the body is not well-formed JSON, or not UTF-8
  kTooDeep,       ///< nested deeper than 256
  kDuplicateKey,  ///< an object has a key twice
  kNumberRange,   ///< a number that a double or a 64-bit integer cannot hold
  kWrongKind,     ///< not a document of the repeater's kind
  kMissingId,
  kInvalidId,          ///< empty, longer than 255 bytes, or with control characters
  kMissingDomain,      ///< neither the body nor the path names one
  kDomainMismatch,     ///< the body and the path name different ones
  kInvalidTimestamp,   ///< not a time, or outside the years 1 to 9999
  kRowTooLarge,        ///< longer than the destination takes (128 MB)
  kNotXml,             ///< the body is not well-formed XML
  kHasDoctype,         ///< XML with a document type declaration, where entities could be declared
  kUnknownEncoding,    ///< XML in an encoding that is not known here
  kEncodingMismatch,   ///< XML that declares another encoding than its first bytes show
  kTooManyElements,    ///< XML with more than 250,000
  kTooManyAttributes,  ///< more than 256 in one element
  kNameTooLong,        ///< a name or namespace in XML longer than 1,024 bytes
  kPrivacyRule,        ///< of a repeater marked de-identified: a rule names a value that it cannot treat
  kRefused,            ///< the destination refused the row
  kJournalDamage,      ///< a range of the journal that could not be read; see `firn journal salvage`
};

std::string_view to_string(QuarantineReason reason);
std::optional<QuarantineReason> parse_quarantine_reason(std::string_view text);

enum class QuarantineState {
  kOpen,       ///< waits for a person
  kRetried,    ///< sent again; `replaced_by` names the new record
  kDiscarded,  ///< given up by a person; the bytes are gone
};

std::string_view to_string(QuarantineState state);
std::optional<QuarantineState> parse_quarantine_state(std::string_view text);

/// A record in quarantine. Its bytes lie in `quarantine/<repeater>/<position>` (docs/formats/quarantine.md).
struct QuarantinedRecord {
  RepeaterName repeater;
  Position position;
  Position last;  ///< equal to `position` but for a damaged range
  QuarantineReason reason = QuarantineReason::kNotJson;
  std::string detail;       ///< the place: JSON path, line and column, byte; never the value found there
  std::string domain;       ///< empty when unknown
  std::string document_id;  ///< empty when unknown
  std::uint64_t bytes = 0;
  Timestamp received_at;
  Timestamp quarantined_at;
  QuarantineState state = QuarantineState::kOpen;
  std::optional<Position> replaced_by;
};

}  // namespace firn
