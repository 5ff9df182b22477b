#include "model/privacy.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <set>
#include <span>
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

/// The text of an element that has attributes.
constexpr std::string_view kText = "#text";

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

/// Adds the parts of the path from which on it names something behind `members`; a `**` may still be open there.
void find_rests(const std::vector<PrivacyStep>& path, std::size_t step, std::span<const std::string> members,
                std::set<std::size_t>& rests) {
  if (members.empty()) {
    rests.insert(step);
    return;
  }
  if (step == path.size()) {
    return;
  }
  const PrivacyStep& here = path[step];
  if (here.type == PrivacyStep::Type::kDeep) {
    find_rests(path, step + 1, members, rests);
    find_rests(path, step, members.subspan(1), rests);
  } else if (here.type == PrivacyStep::Type::kAny || here.name == members.front()) {
    find_rests(path, step + 1, members.subspan(1), rests);
  }
}

std::set<std::size_t> rests_of(const std::vector<PrivacyStep>& path, const std::vector<std::string>& members) {
  std::set<std::size_t> rests;
  find_rests(path, 0, members, rests);
  return rests;
}

using Steps = std::span<const PrivacyStep>;

bool is_deep(const PrivacyStep& step) { return step.type == PrivacyStep::Type::kDeep; }

/// `rule` for `$.metadata` and what follows.
PrivacyRule for_metadata(const PrivacyRule& rule, Steps rest) {
  PrivacyRule twin = rule;
  twin.steps = {{PrivacyStep::Type::kName, "metadata"}};
  twin.steps.insert(twin.steps.end(), rest.begin(), rest.end());
  return twin;
}

/// The rules for `$.metadata` that go with what `rule` names below `$.form.meta` by `rest`. There a member is a text,
/// whatever it is in `$.form.meta`.
void add_for_metadata(const PrivacyRule& rule, Steps rest, std::vector<PrivacyRule>& added) {
  const bool is_open = !rest.empty() && is_deep(rest.front());
  if (rest.empty() || is_open) {
    added.push_back(for_metadata(rule, rest));
  }
  const Steps tail = rest.subspan(is_open ? 1 : 0);
  const bool is_any_text = tail.size() == 1 && tail.front().name == kText;
  if (tail.empty() || (is_open && tail.size() == 1 && !is_any_text)) {
    return;  // what was added names all of it
  }
  const PrivacyStep any{PrivacyStep::Type::kAny, {}};
  PrivacyRule twin = for_metadata(rule, is_any_text ? Steps(&any, 1) : tail.first(1));
  const bool is_its_text = tail.size() == 2 && tail.back().name == kText;
  if (tail.size() > 1 && !is_its_text) {
    twin.action = PrivacyAction::kDrop;
  }
  added.push_back(std::move(twin));
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
    if (!is_deep(*step) || steps.empty() || !is_deep(steps.back())) {  // `**.**` is `**`
      steps.push_back(*std::move(step));
    }
  }
  const bool ends_well = !steps.empty() && steps.back().type != PrivacyStep::Type::kDeep;
  return ends_well ? std::optional(std::move(steps)) : std::nullopt;
}

bool path_names(const std::vector<PrivacyStep>& path, const std::vector<std::string>& members) {
  return names_from(path, 0, members, 0);
}

bool path_leads_through(const std::vector<PrivacyStep>& path, const std::string& name) {
  // With a `**` that is open at the beginning and behind the name, the path names the same in both places.
  return std::ranges::any_of(rests_of(path, {name}), [&](std::size_t rest) { return rest > 0 && rest < path.size(); });
}

void add_rules_for_metadata(PrivacyPolicy& policy) {
  std::vector<PrivacyRule> added;
  for (const PrivacyRule& rule : policy.rules) {
    for (const std::size_t rest : rests_of(rule.steps, {"form", "meta"})) {
      add_for_metadata(rule, std::span(rule.steps).subspan(rest), added);
    }
  }
  policy.rules.insert(policy.rules.end(), added.begin(), added.end());
}

}  // namespace firn
