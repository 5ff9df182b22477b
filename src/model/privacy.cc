#include "model/privacy.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/enum_names.h"

namespace firn {
namespace {

constexpr EnumNames<PrivacyAction, 5> kActions{{{{PrivacyAction::kDrop, "drop"},
                                                 {PrivacyAction::kHash, "hash"},
                                                 {PrivacyAction::kTruncate, "truncate"},
                                                 {PrivacyAction::kYear, "year"},
                                                 {PrivacyAction::kRoundGeopoint, "round_geopoint"}}}};

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_-@#").contains(c);
}

/// Takes `.name`, `.*` or `.**` off the front.
std::optional<PrivacyStep> take_dotted(std::string_view& text) {
  text.remove_prefix(1);
  for (const auto& [word, type] :
       {std::pair{"**", PrivacyStep::Type::kDeep}, std::pair{"*", PrivacyStep::Type::kAny}}) {
    if (text.starts_with(word)) {
      text.remove_prefix(std::string_view(word).size());
      return PrivacyStep{type, {}};
    }
  }
  const auto end = std::ranges::find_if_not(text, is_plain);
  const auto length = static_cast<std::size_t>(end - text.begin());
  if (length == 0) {
    return std::nullopt;
  }
  PrivacyStep step{PrivacyStep::Type::kName, std::string(text.substr(0, length))};
  text.remove_prefix(length);
  return step;
}

/// Takes `["name"]` off the front; the name has no quote in it.
std::optional<PrivacyStep> take_quoted(std::string_view& text) {
  const std::size_t end = text.find("\"]", 2);
  if (end == std::string_view::npos || end == 2) {
    return std::nullopt;
  }
  PrivacyStep step{PrivacyStep::Type::kName, std::string(text.substr(2, end - 2))};
  text.remove_prefix(end + 2);
  return step;
}

bool names_from(const std::vector<PrivacyStep>& path, std::size_t step, const std::vector<std::string>& members,
                std::size_t member) {
  if (step == path.size()) {
    return member == members.size();
  }
  if (path[step].type == PrivacyStep::Type::kDeep) {
    return names_from(path, step + 1, members, member) ||
           (member < members.size() && names_from(path, step, members, member + 1));
  }
  const bool fits =
      member < members.size() && (path[step].type == PrivacyStep::Type::kAny || path[step].name == members[member]);
  return fits && names_from(path, step + 1, members, member + 1);
}

/// What HQ repeats of `$.form.meta` (corehq.form_processor.models.forms, `XFormPhoneMetadata`).
constexpr std::array<std::string_view, 12> kMetadata{
    "appVersion", "app_build_version", "commcare_version", "deprecatedID", "deviceID", "drift",
    "geo_point",  "location",          "timeEnd",          "timeStart",    "userID",   "username"};

bool names_in_meta(const std::vector<PrivacyStep>& path, const std::string& name) {
  return path_names(path, {"form", "meta"}) || path_names(path, {"form", "meta", name}) ||
         path_names(path, {"form", "meta", name, "#text"});
}

}  // namespace

std::string_view to_string(PrivacyAction action) { return kActions.name(action); }
std::optional<PrivacyAction> parse_privacy_action(std::string_view text) { return kActions.parse(text); }

std::optional<std::vector<PrivacyStep>> parse_privacy_path(std::string_view text) {
  constexpr std::string_view kList = "[*]";
  if (!text.starts_with('$')) {
    return std::nullopt;
  }
  text.remove_prefix(1);
  std::vector<PrivacyStep> steps;
  while (!text.empty()) {
    if (text.starts_with(kList)) {
      text.remove_prefix(kList.size());
      continue;
    }
    std::optional<PrivacyStep> step;
    if (text.starts_with('.')) {
      step = take_dotted(text);
    } else if (text.starts_with("[\"")) {
      step = take_quoted(text);
    }
    if (!step) {
      return std::nullopt;
    }
    steps.push_back(*std::move(step));
  }
  const bool ends_well = !steps.empty() && steps.back().type != PrivacyStep::Type::kDeep;
  return ends_well ? std::optional(std::move(steps)) : std::nullopt;
}

bool path_names(const std::vector<PrivacyStep>& path, const std::vector<std::string>& members) {
  return names_from(path, 0, members, 0);
}

void add_rules_for_metadata(PrivacyPolicy& policy) {
  std::vector<PrivacyRule> added;
  for (const std::string_view repeated : kMetadata) {
    const std::string name(repeated);
    const auto is_named = [&](const PrivacyRule& rule) { return path_names(rule.steps, {"metadata", name}); };
    if (std::ranges::any_of(policy.rules, is_named)) {
      continue;
    }
    for (const PrivacyRule& rule : policy.rules) {
      if (names_in_meta(rule.steps, name)) {
        PrivacyRule& twin = added.emplace_back(rule);
        twin.steps = {{PrivacyStep::Type::kName, "metadata"}, {PrivacyStep::Type::kName, name}};
      }
    }
  }
  policy.rules.insert(policy.rules.end(), added.begin(), added.end());
}

}  // namespace firn
