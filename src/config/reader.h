#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "config/config.h"
#include "config/document.h"

namespace firn {

/// Everything that reading a configuration has found so far.
struct ConfigReport {
  std::string file;
  std::vector<ConfigError> errors;
  std::vector<ConfigError> warnings;
  std::vector<Setting> settings;

  void error(ConfigPlace place, std::string message, std::string hint = "");
  /// The same at the place of a setting that was read before.
  void error_at(const std::string& key, std::string message, std::string hint = "");
  void warn_at(const std::string& key, std::string message, std::string hint = "");

 private:
  [[nodiscard]] ConfigError at(const std::string& key, std::string message, std::string hint) const;
};

/// A value that is missing in the file is the standard one; without a standard one that is an error.
struct SizeRule {
  std::optional<std::uint64_t> standard;
  std::uint64_t least = 0;
  std::uint64_t most = 0;
};
struct DurationRule {
  std::optional<Duration> standard;
  Duration least{};
  Duration most{};
};

struct NumberRule {
  std::optional<std::uint64_t> standard;
  std::uint64_t least = 0;
  std::uint64_t most = 0;
};

struct DecimalRule {
  std::optional<double> standard;
  double least = 0;
  double most = 0;
};

struct ListRule {
  std::size_t most = 0;     ///< elements
  std::size_t longest = 0;  ///< bytes of an element
};

/// Takes the settings of one section, one by one, and notes what is wrong with them. After an error a getter returns
/// some valid value, or an empty text or path, so that reading goes on. finish() then reports the names that nobody
/// asked for.
class SectionReader {
 public:
  /// `node` may be null: the section is missing and everything has its standard value. `path` is the section's name
  /// ("repeater.forms", empty for the top); `place` is where a missing setting is reported.
  SectionReader(const ConfigNode* node, ConfigPlace place, std::string path, ConfigReport& report);

  std::string text(std::string_view key, const std::optional<std::string>& standard);
  /// One of the words.
  std::string word(std::string_view key, const std::optional<std::string>& standard,
                   const std::vector<std::string>& words);
  std::uint64_t size(std::string_view key, const SizeRule& rule);
  /// A whole number, written without quotes.
  std::uint64_t number(std::string_view key, const NumberRule& rule);
  /// A number, maybe with a fraction, written without quotes.
  double decimal(std::string_view key, const DecimalRule& rule);
  /// true or false, written without quotes.
  bool flag(std::string_view key, bool standard);
  Duration duration(std::string_view key, const DurationRule& rule);
  /// The same, or nothing for this word.
  std::optional<Duration> duration_or(std::string_view key, std::string_view word, const DurationRule& rule);
  /// A list of texts, none of them empty and the list neither; shown only when it is in the file. Empty when missing or
  /// wrong.
  std::vector<std::string> texts(std::string_view key, const ListRule& rule);
  /// Relative to `folder`; returned absolute.
  std::string path(std::string_view key, const std::optional<std::string>& standard, const std::string& folder);
  /// A text that is not shown: noted as masked. Nothing when missing.
  std::optional<std::string> hidden_text(std::string_view key);

  /// A section or a list of sections inside this one; null when missing or wrong (then reported).
  const ConfigMember* section(std::string_view key);
  const ConfigMember* list_of_sections(std::string_view key);

  /// Says that the value which takes effect for a setting that is not in this section is one of another file.
  void note_from(std::string_view key, std::string value, const std::string& from);

  /// Reports something wrong with one setting, or with the section as a whole.
  void refuse(std::string_view key, std::string message, std::string hint = "");
  void refuse_section(std::string message, std::string hint = "");
  [[nodiscard]] bool has(std::string_view key) const;
  /// The full name of a setting.
  [[nodiscard]] std::string name_of(std::string_view key) const;
  [[nodiscard]] ConfigPlace place() const { return place_; }

  void finish();

 private:
  const ConfigMember* find(std::string_view key);
  /// The text in the file; nothing when missing or not a text (then reported).
  std::optional<std::string> given(std::string_view key, bool required, std::string_view example);
  /// A length of time within its limits; nothing after an error.
  std::optional<Duration> checked_duration(std::string_view key, const std::string& value, const DurationRule& rule,
                                           std::string_view hint);
  void note(std::string_view key, std::string value);

  const ConfigNode* node_;
  ConfigPlace place_;
  std::string path_;
  ConfigReport& report_;
  std::set<std::string, std::less<>> known_;
};

}  // namespace firn
