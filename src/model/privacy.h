#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace firn {

/// What becomes of a value that a rule names (docs/privacy.md).
enum class PrivacyAction {
  kDrop,           ///< the member disappears
  kHash,           ///< HMAC-SHA-256 of its text, in lower-case hexadecimal
  kTruncate,       ///< its first characters
  kYear,           ///< of a date or a time
  kRoundGeopoint,  ///< "latitude longitude ..." becomes both, rounded
};

std::string_view to_string(PrivacyAction action);
std::optional<PrivacyAction> parse_privacy_action(std::string_view text);

/// One part of a path.
struct PrivacyStep {
  enum class Type {
    kName,  ///< the member of that name
    kAny,   ///< `*`: every member
    kDeep,  ///< `**`: any number of members, none too
  };
  Type type = Type::kName;
  std::string name;
  auto operator<=>(const PrivacyStep&) const = default;
};

/// Reads `$.form.**.patient.*`: `$`, then names, `*` or `**`, each with a dot before it; a name with other characters
/// than letters, digits and `_-@#` is written `["so"]`. Lists are not named: a path goes through them, because one
/// repeat is an object and several are a list. `[*]` may be written for them. Nothing when the text is no such path, or
/// ends with
/// `**`.
std::optional<std::vector<PrivacyStep>> parse_privacy_path(std::string_view text);

/// True when the path names the value at these member names, from the top.
bool path_names(const std::vector<PrivacyStep>& path, const std::vector<std::string>& members);

struct PrivacyRule {
  std::string path;  ///< as it was written, for people
  std::vector<PrivacyStep> steps;
  PrivacyAction action = PrivacyAction::kDrop;
  std::uint32_t amount = 0;  ///< of kTruncate: characters; of kRoundGeopoint: decimals
};

/// What is removed from the documents of a repeater before anything is written into a chunk.
struct PrivacyPolicy {
  std::vector<PrivacyRule> rules;  ///< of several that name a value the first counts, but kDrop before all others
  std::string key;                 ///< for kHash; a secret
  bool deidentified = false;       ///< a document with a value that its rule cannot treat is no row
  [[nodiscard]] bool empty() const { return rules.empty(); }
};

/// True when the path leads through the member `name` of the document to something that it would not name without it,
/// one level higher.
bool path_leads_through(const std::vector<PrivacyStep>& path, const std::string& name);

/// HQ repeats in `$.metadata` of a form what `$.form.meta` says, objects as a text (commcare-hq,
/// corehq/form_processor/utils/metadata.py). Adds a rule for what is repeated to each that names something there; for a
/// part of an object one that drops the whole text.
void add_rules_for_metadata(PrivacyPolicy& policy);

}  // namespace firn
