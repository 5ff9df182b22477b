#include "stage/s3/credentials/aws_profiles.h"

#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace firn {
namespace {

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r");
  return begin == std::string_view::npos ? "" : text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

/// Without what follows a `#` or `;` behind a space.
std::string_view without_comment(std::string_view text) {
  for (std::size_t i = 1; i < text.size(); ++i) {
    if ((text[i] == '#' || text[i] == ';') && (text[i - 1] == ' ' || text[i - 1] == '\t')) {
      return text.substr(0, i);
    }
  }
  return text;
}

/// The name of the profile; empty for a section of another kind.
std::string profile_name(std::string_view section, AwsFile file) {
  constexpr std::string_view kWord = "profile";
  section = trim(section);
  if (file == AwsFile::kCredentials || section == "default") {
    return std::string(section);
  }
  const bool is_profile = section.starts_with(kWord) && section.size() > kWord.size() &&
                          (section[kWord.size()] == ' ' || section[kWord.size()] == '\t');
  std::string_view name = is_profile ? trim(section.substr(kWord.size())) : "";
  if (name.size() >= 2 && (name.front() == '"' || name.front() == '\'') && name.back() == name.front()) {
    name = name.substr(1, name.size() - 2);
  }
  return std::string(name);
}

Error wrong_line(const std::string& path, std::size_t line, std::string reason) {
  return {ErrorKind::kInvalidInput, "read", fmt::format("{}:{}", path, line), std::move(reason),
          "correct the line; it is not shown because it may hold a secret"};
}

/// Reads one line after the other; `profile` is where settings go, null before the first section and in other ones.
struct Reading {
  const std::string& path;
  AwsFile file;
  AwsProfiles& profiles;
  AwsProfile* profile = nullptr;
  bool in_section = false;

  Status section(std::string_view line, std::size_t number) {
    const std::size_t end = line.find(']');
    if (end == std::string_view::npos) {
      return fail(wrong_line(path, number, "the section's ] is missing"));
    }
    in_section = true;
    const std::string name = profile_name(line.substr(1, end - 1), file);
    profile = name.empty() ? nullptr : &profiles[name];
    if (profile != nullptr && profile->place.empty()) {
      profile->place = fmt::format("{}:{}", path, number);
    }
    return {};
  }

  Status setting(std::string_view line, std::size_t number) {
    const std::size_t equals = line.find('=');
    if (!in_section || equals == std::string_view::npos || trim(line.substr(0, equals)).empty()) {
      return fail(
          wrong_line(path, number, in_section ? "it is no NAME = VALUE" : "it stands before the first section"));
    }
    if (profile != nullptr) {
      profile->settings[std::string(trim(line.substr(0, equals)))] = trim(without_comment(line.substr(equals + 1)));
    }
    return {};
  }
};

}  // namespace

Status read_aws_profiles(std::string_view text, const std::string& path, AwsFile file, AwsProfiles& profiles) {
  Reading reading{path, file, profiles};
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    const std::string_view whole = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const std::string_view line = trim(whole);
    const bool is_nested = !whole.empty() && (whole.front() == ' ' || whole.front() == '\t');
    if (line.empty() || line.front() == '#' || line.front() == ';' || is_nested) {
      continue;
    }
    FIRN_TRY(line.front() == '[' ? reading.section(line, number) : reading.setting(line, number));
  }
  return {};
}

}  // namespace firn
