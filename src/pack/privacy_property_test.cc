// The privacy rules against an obvious model: a tree of values, changed by walking through all of its paths.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/json.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/privacy.h"
#include "pack/privacy_filter.h"

namespace firn {
namespace {

namespace json = boost::json;

const std::vector<std::string> kNames{"a", "b", "c", "d"};

json::value random_value(int depth) {
  switch (*rc::gen::inRange(0, depth > 0 ? 7 : 5)) {
    case 0:
      return json::value(
          *rc::gen::element<std::string>("", "Asha", "1990-05-17", "12.34 56.78 9 1", "\"quoted\\", "हिन्दी", "x\ty"));
    case 1:
      return json::value(*rc::gen::inRange(-1000, 3000));
    case 2:
      return json::value(*rc::gen::arbitrary<bool>());
    case 3:
      return nullptr;
    case 4:
      return "plain";
    case 5: {
      json::array list;
      for (int count = *rc::gen::inRange(0, 4); count > 0; --count) {
        list.push_back(random_value(depth - 1));
      }
      return list;
    }
    default: {
      json::object object;
      for (const std::string& name : kNames) {
        if (*rc::gen::arbitrary<bool>()) {
          object[name] = random_value(depth - 1);
        }
      }
      return object;
    }
  }
}

PrivacyRule random_rule() {
  PrivacyRule rule;
  rule.path = "$";
  const int length = *rc::gen::inRange(1, 4);
  for (int i = 0; i < length; ++i) {
    const std::string step = *rc::gen::element<std::string>("a", "b", "c", "*", "**");
    rule.path += "." + (step == "**" && i + 1 == length ? "a" : step);
  }
  rule.steps = *parse_privacy_path(rule.path);
  rule.action = *rc::gen::element(PrivacyAction::kDrop, PrivacyAction::kHash, PrivacyAction::kTruncate,
                                  PrivacyAction::kYear, PrivacyAction::kRoundGeopoint);
  rule.amount = *rc::gen::inRange<std::uint32_t>(1, 4);
  return rule;
}

/// The model: what is left of a value, or nothing.
class Model {
 public:
  explicit Model(const PrivacyPolicy& policy) : policy_(policy) {}

  std::optional<json::value> keep(const json::value& value, std::vector<std::string>& members) const {
    if (const PrivacyRule* rule = rule_for(members)) {
      return treat(*rule, value);
    }
    if (const json::object* object = value.if_object()) {
      json::object left;
      for (const auto& [name, member] : *object) {
        members.emplace_back(name);
        if (auto kept = keep(member, members)) {
          left[name] = *std::move(kept);
        }
        members.pop_back();
      }
      return left;
    }
    if (const json::array* list = value.if_array()) {
      json::array left;
      for (const json::value& element : *list) {
        left.push_back(keep(element, members).value_or(nullptr));
      }
      return left;
    }
    return value;
  }

 private:
  [[nodiscard]] const PrivacyRule* rule_for(const std::vector<std::string>& members) const {
    const PrivacyRule* first = nullptr;
    for (const PrivacyRule& rule : policy_.rules) {
      if (path_names(rule.steps, members)) {
        if (rule.action == PrivacyAction::kDrop) {
          return &rule;
        }
        first = first == nullptr ? &rule : first;
      }
    }
    return first;
  }

  [[nodiscard]] std::optional<json::value> treat(const PrivacyRule& rule, const json::value& value) const {
    if (rule.action == PrivacyAction::kDrop || value.is_object()) {
      return std::nullopt;
    }
    if (value.is_null() || (value.is_string() && value.as_string().empty())) {
      return value;
    }
    if (const json::array* list = value.if_array()) {
      json::array left;
      for (const json::value& element : *list) {
        left.push_back(treat(rule, element).value_or(nullptr));
      }
      return left;
    }
    const std::string text = value.is_string() ? std::string(value.as_string()) : json::serialize(value);
    std::string out;
    return treat_privately(rule, policy_.key, text, out) ? std::optional<json::value>(out) : std::nullopt;
  }

  const PrivacyPolicy& policy_;
};

RC_GTEST_PROP(PrivacyProperty, LeavesWhatTheModelLeaves, ()) {
  json::object root;
  for (const std::string& name : kNames) {
    root[name] = random_value(4);
  }
  PrivacyPolicy policy;
  policy.key = "a key of sixteen";
  for (int count = *rc::gen::inRange(0, 5); count > 0; --count) {
    policy.rules.push_back(random_rule());
  }
  PrivacyFilter filter(policy);
  const auto left = filter.apply(json::serialize(root));
  RC_ASSERT(left.has_value());
  std::vector<std::string> members;
  RC_ASSERT(json::parse(*left) == *Model(policy).keep(root, members));
}

}  // namespace
}  // namespace firn
