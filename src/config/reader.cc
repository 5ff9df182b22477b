#include "config/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/nearest.h"
#include "base/time.h"
#include "base/units.h"
#include "config/config.h"
#include "config/document.h"
#include "platform/paths.h"

namespace firn {
namespace {

std::string join_words(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    text += fmt::format("{}\"{}\"", text.empty() ? "" : ", ", word);
  }
  return text;
}

/// A list for people: its beginning when it is long.
std::string show_list(const std::vector<std::string>& texts) {
  constexpr std::size_t kShown = 5;
  if (texts.size() <= kShown) {
    return join_words(texts);
  }
  return fmt::format("{} and {} more", join_words({texts.begin(), texts.begin() + kShown}), texts.size() - kShown);
}

bool is_plain(std::string_view text) {
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20U || c == '\x7F'; };
  return !text.empty() && !text.starts_with(' ') && !text.ends_with(' ') && std::ranges::none_of(text, control);
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
  const auto found = nearest(word, candidates);
  return found ? fmt::format("did you mean \"{}\"?", *found) : "";
}

}  // namespace

void ConfigReport::error(ConfigPlace place, std::string message, std::string hint) {
  errors.push_back({file, place.line, place.column, std::move(message), std::move(hint)});
}

void ConfigReport::error_at(const std::string& key, std::string message, std::string hint) {
  errors.push_back(at(key, std::move(message), std::move(hint)));
}

void ConfigReport::warn_at(const std::string& key, std::string message, std::string hint) {
  warnings.push_back(at(key, std::move(message), std::move(hint)));
}

ConfigError ConfigReport::at(const std::string& key, std::string message, std::string hint) const {
  const auto setting = std::ranges::find(settings, key, &Setting::key);
  const ConfigPlace place = setting == settings.end() ? ConfigPlace{} : ConfigPlace{setting->line, setting->column};
  return {file, place.line, place.column, std::move(message), std::move(hint)};
}

SectionReader::SectionReader(const ConfigNode* node, ConfigPlace place, std::string path, ConfigReport& report)
    : node_(node), place_(place), path_(std::move(path)), report_(report) {}

std::string SectionReader::name_of(std::string_view key) const {
  return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
}

bool SectionReader::has(std::string_view key) const { return node_ != nullptr && node_->find(key) != nullptr; }

const ConfigMember* SectionReader::find(std::string_view key) {
  known_.emplace(key);
  return node_ == nullptr ? nullptr : node_->find(key);
}

void SectionReader::note(std::string_view key, std::string value) {
  const ConfigMember* member = find(key);
  const ConfigPlace place = member == nullptr ? place_ : member->value.place;
  report_.settings.push_back({name_of(key), std::move(value), place.line, place.column, member == nullptr});
}

void SectionReader::refuse(std::string_view key, std::string message, std::string hint) {
  const ConfigMember* member = find(key);
  report_.error(member == nullptr ? place_ : member->value.place, std::move(message), std::move(hint));
}

void SectionReader::refuse_section(std::string message, std::string hint) {
  report_.error(place_, std::move(message), std::move(hint));
}

std::optional<std::string> SectionReader::given(std::string_view key, bool required, std::string_view example) {
  const ConfigMember* member = find(key);
  if (member == nullptr) {
    if (required) {
      refuse(key, fmt::format("the setting \"{}\" is missing", name_of(key)), fmt::format("add {} = {}", key, example));
    }
    return std::nullopt;
  }
  if (member->value.type != ConfigNode::Type::kString) {
    refuse(key, fmt::format("\"{}\" must be a text in quotes, not {}", name_of(key), describe(member->value.type)),
           fmt::format("write it like {} = {}", key, example));
    return std::nullopt;
  }
  return member->value.text;
}

std::string SectionReader::text(std::string_view key, const std::optional<std::string>& standard) {
  const auto value = given(key, !standard, "\"...\"");
  if (value && value->empty() && !standard) {
    refuse(key, fmt::format("\"{}\" must not be empty", name_of(key)));
  }
  std::string result = value ? *value : standard.value_or("");
  note(key, result);
  return result;
}

std::string SectionReader::word(std::string_view key, const std::optional<std::string>& standard,
                                const std::vector<std::string>& words) {
  const auto value = given(key, !standard, fmt::format("\"{}\"", words.front()));
  std::string result = value ? *value : standard.value_or(words.front());
  if (std::ranges::find(words, result) == words.end()) {
    std::string hint = did_you_mean(result, words);
    refuse(key, fmt::format("\"{}\" is not a valid {}; valid: {}", result, key, join_words(words)), std::move(hint));
    result = words.front();
  }
  note(key, result);
  return result;
}

std::uint64_t SectionReader::size(std::string_view key, const SizeRule& rule) {
  std::uint64_t result = rule.standard.value_or(rule.least);
  if (const auto value = given(key, !rule.standard, "\"64 MB\"")) {
    const auto parsed = parse_size(*value);
    if (!parsed) {
      refuse(key, fmt::format("\"{}\" is not a size", *value),
             "write a number and a unit, like \"64 MB\" or \"1.5 GiB\"");
    } else if (*parsed < rule.least || *parsed > rule.most) {
      refuse(key, fmt::format("\"{}\" must be from {} to {}, not {}", name_of(key), format_size(rule.least),
                              format_size(rule.most), *value));
    } else {
      result = *parsed;
    }
  }
  note(key, format_size(result));
  return result;
}

std::uint64_t SectionReader::number(std::string_view key, const NumberRule& rule) {
  std::uint64_t result = rule.standard.value_or(rule.least);
  const ConfigMember* member = find(key);
  if (member == nullptr && !rule.standard) {
    refuse(key, fmt::format("the setting \"{}\" is missing", name_of(key)), fmt::format("add {} = {}", key, rule.most));
  } else if (member != nullptr) {
    const ConfigNode& value = member->value;
    const bool whole = value.type == ConfigNode::Type::kInteger;
    if (!whole || value.integer < 0 || static_cast<std::uint64_t>(value.integer) < rule.least ||
        static_cast<std::uint64_t>(value.integer) > rule.most) {
      refuse(key, fmt::format("\"{}\" must be a whole number from {} to {}", name_of(key), rule.least, rule.most),
             fmt::format("write it without quotes, like {} = {}", key, rule.most));
    } else {
      result = static_cast<std::uint64_t>(value.integer);
    }
  }
  note(key, std::to_string(result));
  return result;
}

double SectionReader::decimal(std::string_view key, const DecimalRule& rule) {
  double result = rule.standard.value_or(rule.least);
  const ConfigMember* member = find(key);
  if (member == nullptr && !rule.standard) {
    refuse(key, fmt::format("the setting \"{}\" is missing", name_of(key)), fmt::format("add {} = 1.5", key));
  } else if (member != nullptr) {
    const ConfigNode& value = member->value;
    const bool is_number = value.type == ConfigNode::Type::kInteger || value.type == ConfigNode::Type::kFloat;
    // Written so that "not a number" is refused too.
    if (!is_number || !(value.decimal >= rule.least && value.decimal <= rule.most)) {
      refuse(key, fmt::format("\"{}\" must be a number from {} to {}", name_of(key), rule.least, rule.most),
             fmt::format("write it without quotes, like {} = 1.5", key));
    } else {
      result = value.decimal;
    }
  }
  note(key, fmt::format("{}", result));
  return result;
}

bool SectionReader::flag(std::string_view key, bool standard) {
  bool result = standard;
  if (const ConfigMember* member = find(key)) {
    result = member->value.truth;
    if (member->value.type != ConfigNode::Type::kBoolean) {
      refuse(key, fmt::format("\"{}\" must be true or false, not {}", name_of(key), describe(member->value.type)),
             fmt::format("write it without quotes, like {} = true", key));
    }
  }
  note(key, result ? "true" : "false");
  return result;
}

std::optional<Duration> SectionReader::checked_duration(std::string_view key, const std::string& value,
                                                        const DurationRule& rule, std::string_view hint) {
  const auto parsed = parse_duration(value);
  if (!parsed) {
    refuse(key, fmt::format("\"{}\" is not a length of time", value), std::string(hint));
    return std::nullopt;
  }
  if (*parsed < rule.least || *parsed > rule.most) {
    refuse(key, fmt::format("\"{}\" must be from {} to {}, not {}", name_of(key), format_exact_duration(rule.least),
                            format_exact_duration(rule.most), value));
    return std::nullopt;
  }
  return parsed;
}

Duration SectionReader::duration(std::string_view key, const DurationRule& rule) {
  Duration result = rule.standard.value_or(rule.least);
  if (const auto value = given(key, !rule.standard, "\"1h\"")) {
    result = checked_duration(key, *value, rule, "write it like \"90s\", \"15m\", \"1h\" or \"7d\"").value_or(result);
  }
  note(key, format_exact_duration(result));
  return result;
}

std::optional<Duration> SectionReader::duration_or(std::string_view key, std::string_view word,
                                                   const DurationRule& rule) {
  Duration result = rule.standard.value_or(rule.least);
  if (const auto value = given(key, !rule.standard, fmt::format("\"{}\"", word))) {
    if (*value == word) {
      note(key, *value);
      return std::nullopt;
    }
    const std::string hint = fmt::format("write it like \"1h\" or \"7d\", or write \"{}\"", word);
    result = checked_duration(key, *value, rule, hint).value_or(result);
  }
  note(key, format_exact_duration(result));
  return result;
}

std::vector<std::string> SectionReader::texts(std::string_view key, const ListRule& rule) {
  const ConfigMember* member = find(key);
  if (member == nullptr) {
    return {};
  }
  const std::vector<ConfigNode>& elements = member->value.elements;
  if (member->value.type != ConfigNode::Type::kArray || elements.empty() || elements.size() > rule.most) {
    refuse(key, fmt::format("\"{}\" must be a list of 1 to {} texts", name_of(key), rule.most),
           fmt::format("write it like {} = [\"...\", \"...\"], or leave it out", key));
    return {};
  }
  std::vector<std::string> result;
  for (const ConfigNode& element : elements) {
    if (element.type != ConfigNode::Type::kString || !is_plain(element.text) || element.text.size() > rule.longest) {
      report_.error(element.place,
                    fmt::format("\"{}\" must hold texts of 1 to {} bytes, without control characters, and without "
                                "spaces at their ends",
                                name_of(key), rule.longest));
      return {};
    }
    result.push_back(element.text);
  }
  note(key, show_list(result));
  return result;
}

std::string SectionReader::path(std::string_view key, const std::optional<std::string>& standard,
                                const std::string& folder) {
  const auto value = given(key, !standard, "\"...\"");
  std::string result = value ? *value : standard.value_or("");
  if (value && value->empty()) {
    refuse(key, fmt::format("\"{}\" must not be empty", name_of(key)));
  }
  if (!result.empty()) {
    result = absolute_path(folder, result);
  }
  note(key, result);
  return result;
}

std::optional<std::string> SectionReader::hidden_text(std::string_view key) {
  auto value = given(key, false, "\"${NAME}\"");
  if (value) {
    note(key, std::string(Secret::kMask));
  }
  return value;
}

void SectionReader::note_from(std::string_view key, std::string value, const std::string& from) {
  const auto found = std::ranges::find(report_.settings, name_of(key), &Setting::key);
  if (found != report_.settings.end()) {
    found->is_standard = false;
    found->from = from;
  } else {
    report_.settings.push_back({name_of(key), std::move(value), place_.line, place_.column, false, from});
  }
}

const ConfigMember* SectionReader::section(std::string_view key) {
  const ConfigMember* member = find(key);
  if (member != nullptr && member->value.type != ConfigNode::Type::kTable) {
    refuse(key, fmt::format("\"{}\" must be a section, not {}", name_of(key), describe(member->value.type)),
           fmt::format("write [{}]", name_of(key)));
    return nullptr;
  }
  return member;
}

const ConfigMember* SectionReader::list_of_sections(std::string_view key) {
  const ConfigMember* member = find(key);
  if (member == nullptr) {
    return nullptr;
  }
  const bool right = member->value.type == ConfigNode::Type::kArray &&
                     std::ranges::all_of(member->value.elements,
                                         [](const ConfigNode& e) { return e.type == ConfigNode::Type::kTable; });
  if (!right) {
    refuse(key, fmt::format("\"{}\" must be a list of sections", name_of(key)),
           fmt::format("write each as [[{}]]", name_of(key)));
    return nullptr;
  }
  return member;
}

void SectionReader::finish() {
  if (node_ == nullptr) {
    return;
  }
  const std::vector<std::string> known(known_.begin(), known_.end());
  for (const ConfigMember& member : node_->members) {
    if (!known_.contains(member.key)) {
      report_.error(
          member.place,
          fmt::format("unknown {} \"{}\"", member.value.type == ConfigNode::Type::kTable ? "section" : "setting",
                      name_of(member.key)),
          did_you_mean(member.key, known));
    }
  }
}

}  // namespace firn
