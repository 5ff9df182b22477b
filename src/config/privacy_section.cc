#include "config/privacy_section.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/config.h"
#include "config/document.h"
#include "config/privacy_config.h"
#include "config/reader.h"
#include "config/secrets.h"
#include "model/privacy.h"
#include "model/table.h"

namespace firn {
namespace {

constexpr std::size_t kMostRules = 200;
constexpr std::size_t kShortestKey = 16;
constexpr std::uint32_t kMostCharacters = 1000;
constexpr std::uint32_t kMostDecimals = 6;

using Members = std::vector<std::string>;

/// What identifies documents and orders their versions, and what the request repeats: no rule may change it.
std::vector<Members> kept_members(Kind kind) {
  std::vector<Members> kept{{"domain"}, {"_id"}, {"doc_type"}};
  switch (kind) {
    case Kind::kForm:
      kept.insert(kept.end(), {{"id"}, {"received_on"}, {"server_modified_on"}, {"app_id"}, {"form"}});
      break;
    case Kind::kCase:
      kept.insert(kept.end(), {{"case_id"}, {"server_date_modified"}, {"properties"}});
      break;
    case Kind::kUser:
      kept.insert(kept.end(), {{"id"}});
      break;
    case Kind::kLocation:
      kept.insert(kept.end(), {{"location_id"}, {"last_modified"}});
      break;
    case Kind::kDataSource:
      kept.insert(kept.end(), {{"data_source_id"}, {"doc_id"}, {"data"}});
      break;
    case Kind::kFormStub:
    case Kind::kAppChange:
      break;
  }
  return kept;
}

void read_path(SectionReader& section, Kind kind, PrivacyRule& rule) {
  rule.path = section.text("path", std::nullopt);
  auto steps = parse_privacy_path(rule.path);
  if (!steps) {
    if (!rule.path.empty()) {
      section.refuse(
          "path", fmt::format("\"{}\" is not a path", rule.path),
          "write it like \"$.form.patient.name\"; * is any one name, ** any depth, and the last part a name");
    }
    return;
  }
  rule.steps = *std::move(steps);
  for (const Members& kept : kept_members(kind)) {
    if (path_names(rule.steps, kept)) {
      section.refuse("path",
                     fmt::format("the path \"{}\" names $.{}, which every row of the kind \"{}\" needs", rule.path,
                                 kept.front(), to_string(kind)),
                     "name what lies further down, for example \"$.form.**.NAME\"");
      return;
    }
  }
}

/// A whole number that belongs to one action; 0 for another.
std::uint32_t read_amount(SectionReader& section, const char* key, bool wanted, const NumberRule& rule) {
  if (wanted) {
    return static_cast<std::uint32_t>(section.number(key, rule));
  }
  if (section.has(key)) {
    section.refuse(key, fmt::format("\"{}\" belongs to another action", key), "remove it");
  }
  return 0;
}

PrivacyRule read_rule(SectionReader& section, Kind kind) {
  PrivacyRule rule;
  read_path(section, kind, rule);
  rule.action =
      parse_privacy_action(section.word("action", std::nullopt, {"drop", "hash", "truncate", "year", "round_geopoint"}))
          .value_or(PrivacyAction::kDrop);
  const bool cuts = rule.action == PrivacyAction::kTruncate;
  const bool rounds = rule.action == PrivacyAction::kRoundGeopoint;
  const std::uint32_t characters = read_amount(section, "characters", cuts, {{}, 1, kMostCharacters});
  const std::uint32_t decimals = read_amount(section, "decimals", rounds, {{}, 0, kMostDecimals});
  rule.amount = cuts ? characters : decimals;
  section.finish();
  return rule;
}

void read_key(SectionReader& section, const SecretSources& secrets, PrivacyPolicy& policy) {
  const bool needed =
      std::ranges::any_of(policy.rules, [](const PrivacyRule& rule) { return rule.action == PrivacyAction::kHash; });
  const bool given = section.has("key") || section.has("key_file");
  if (needed) {
    policy.key = read_secret(section, "key", secrets).reveal();
    if (!policy.key.empty() && policy.key.size() < kShortestKey) {
      section.refuse(section.has("key_file") ? "key_file" : "key",
                     fmt::format("the key has {} bytes; what it hashes could be guessed", policy.key.size()),
                     "make one with: openssl rand -hex 32");
    }
  } else if (given) {
    section.refuse(section.has("key_file") ? "key_file" : "key",
                   "no rule of this repeater hashes, so the key has no use",
                   "add a rule with action = \"hash\", or remove it");
  }
}

}  // namespace

PrivacyConfig read_privacy(SectionReader& repeater, Kind kind, const SecretSources& secrets, ConfigReport& report) {
  PrivacyConfig privacy;
  const ConfigMember* member = repeater.section("privacy");
  if (member == nullptr) {
    return privacy;
  }
  SectionReader section(&member->value, member->place, repeater.name_of("privacy"), report);
  if (!makes_rows(kind)) {
    section.refuse_section(
        fmt::format("documents of the kind \"{}\" make no rows, so nothing is kept of them", to_string(kind)),
        "remove the section");
  }
  PrivacyPolicy& policy = privacy.policy;
  if (const ConfigMember* list = section.list_of_sections("rule")) {
    for (std::size_t i = 0; i < list->value.elements.size() && i < kMostRules; ++i) {
      const ConfigNode& element = list->value.elements[i];
      SectionReader rule(&element, element.place, fmt::format("{}[{}]", section.name_of("rule"), i + 1), report);
      policy.rules.push_back(read_rule(rule, kind));
    }
    if (list->value.elements.size() > kMostRules) {
      section.refuse("rule", fmt::format("there are more than {} rules", kMostRules),
                     "use * and ** to name more at once");
    }
  }
  if (policy.rules.empty()) {
    section.refuse_section("there is no rule, so nothing would be removed",
                           fmt::format("add [[{}]] with path and action", section.name_of("rule")));
  }
  policy.deidentified = section.flag("deidentified", false);
  read_key(section, secrets, policy);
  section.finish();
  return privacy;
}

}  // namespace firn
