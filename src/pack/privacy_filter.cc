#include "pack/privacy_filter.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_text.h"
#include "model/privacy.h"
#include "model/quarantine.h"
#include "pack/json_text.h"

namespace firn {
namespace {

/// A rule of which the first `step` parts have named what leads to the value.
struct Reached {
  std::uint32_t rule = 0;
  std::uint32_t step = 0;
  auto operator<=>(const Reached&) const = default;
};

/// A buffer that grew beyond this for one large document is given back.
constexpr std::size_t kKeptBytes = 1U << 20U;

}  // namespace

/// Walks through one document and writes what is kept.
struct PrivacyFilter::State {
  explicit State(const PrivacyPolicy& chosen) : policy(chosen) {}

  const PrivacyPolicy policy;
  std::string_view text;
  std::size_t at = 0;
  std::string out;
  std::vector<Reached> reached;  ///< a stack: what each level of nesting adds lies above the one before
  const PrivacyRule* untreated = nullptr;
  std::string decoded;
  std::string treated;

  void add(Reached next, std::size_t level_begin) {
    const auto level = std::span(reached).subspan(level_begin);
    if (std::ranges::find(level, next) != level.end()) {
      return;
    }
    reached.push_back(next);
    const auto& steps = policy.rules[next.rule].steps;
    if (next.step < steps.size() && steps[next.step].type == PrivacyStep::Type::kDeep) {
      add({next.rule, next.step + 1}, level_begin);
    }
  }

  /// Pushes the level below the one that begins at `begin`, for the member `name`; returns where it begins.
  std::size_t descend(std::size_t begin, std::string_view name) {
    const std::size_t end = reached.size();
    for (std::size_t i = begin; i < end; ++i) {
      const Reached here = reached[i];
      const auto& steps = policy.rules[here.rule].steps;
      if (here.step == steps.size()) {
        continue;
      }
      const PrivacyStep& step = steps[here.step];
      if (step.type == PrivacyStep::Type::kDeep) {
        add(here, end);
      } else if (step.type == PrivacyStep::Type::kAny || step.name == name) {
        add({here.rule, here.step + 1}, end);
      }
    }
    return end;
  }

  /// The rule for the value at this level; null when none names it.
  [[nodiscard]] const PrivacyRule* rule_at(std::size_t begin) const {
    const PrivacyRule* chosen = nullptr;
    for (const Reached& here : std::span(reached).subspan(begin)) {
      const PrivacyRule& rule = policy.rules[here.rule];
      if (here.step < rule.steps.size()) {
        continue;
      }
      const bool drops = rule.action == PrivacyAction::kDrop;
      const bool better = chosen == nullptr || (drops && chosen->action != PrivacyAction::kDrop) ||
                          (drops == (chosen->action == PrivacyAction::kDrop) && &rule < chosen);
      chosen = better ? &rule : chosen;
    }
    return chosen;
  }

  void copy_value() {
    const std::size_t end = json_value_end(text, at);
    out.append(text, at, end - at);
    at = end;
  }

  /// False when the value is removed; nothing was written then.
  bool value(std::size_t begin) {
    if (const PrivacyRule* rule = rule_at(begin)) {
      return treat(*rule);
    }
    if (begin == reached.size()) {
      copy_value();  // no rule leads further down
    } else if (text[at] == '{') {
      object(begin);
    } else if (text[at] == '[') {
      array([&] { return value(begin); });
    } else {
      copy_value();
    }
    return true;
  }

  void object(std::size_t begin) {
    out.push_back(text[at++]);
    const std::size_t first = out.size();
    while (text[at] != '}') {
      const std::size_t before = out.size();
      if (before != first) {
        out.push_back(',');
      }
      const std::size_t key_end = json_value_end(text, at);
      const std::size_t level = descend(begin, decode_json_text(text.substr(at, key_end - at), decoded));
      out.append(text, at, key_end + 1 - at);
      at = key_end + 1;  // behind the colon
      if (!value(level)) {
        out.resize(before);
      }
      reached.resize(level);
      at += text[at] == ',' ? 1U : 0U;
    }
    out.push_back(text[at++]);
  }

  template <typename Element>
  void array(const Element& element) {
    out.push_back(text[at++]);
    while (text[at] != ']') {
      if (!element()) {
        out += "null";
      }
      if (text[at] == ',') {
        out.push_back(text[at++]);
      }
    }
    out.push_back(text[at++]);
  }

  bool treat(const PrivacyRule& rule) {
    const std::size_t end = json_value_end(text, at);
    const std::string_view raw = text.substr(at, end - at);
    if (rule.action == PrivacyAction::kDrop) {
      at = end;
      return false;
    }
    if (raw == "null" || raw == "\"\"") {
      copy_value();
      return true;
    }
    if (raw.front() == '[') {
      array([&] { return treat(rule); });
      return true;
    }
    at = end;
    const std::string_view plain = raw.front() == '"' ? decode_json_text(raw, decoded) : raw;
    treated.clear();
    if (raw.front() == '{' || !treat_privately(rule, policy.key, plain, treated)) {
      untreated = untreated == nullptr ? &rule : untreated;
      return false;
    }
    append_json_text(out, treated);
    return true;
  }
};

PrivacyFilter::PrivacyFilter(const PrivacyPolicy& policy) : state_(std::make_unique<State>(policy)) {}
PrivacyFilter::~PrivacyFilter() = default;

std::expected<std::string_view, Rejection> PrivacyFilter::apply(std::string_view text) {
  State& state = *state_;
  if (state.out.capacity() > kKeptBytes) {
    state.out = {};
  }
  state.text = text;
  state.at = 0;
  state.out.clear();
  state.reached.clear();
  state.untreated = nullptr;
  for (std::uint32_t rule = 0; rule < state.policy.rules.size(); ++rule) {
    state.add({rule, 0}, 0);
  }
  state.value(0);
  if (state.untreated != nullptr && state.policy.deidentified) {
    return std::unexpected(Rejection{QuarantineReason::kPrivacyRule, state.untreated->path, {}, {}});
  }
  return state.out;
}

}  // namespace firn
