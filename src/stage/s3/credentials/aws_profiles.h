#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace firn {

/// One profile of the AWS configuration files.
struct AwsProfile {
  std::map<std::string, std::string> settings;
  std::string place;  ///< file and line where it begins

  /// Empty when it is not set.
  [[nodiscard]] std::string get(const std::string& name) const {
    const auto found = settings.find(name);
    return found == settings.end() ? "" : found->second;
  }
};

using AwsProfiles = std::map<std::string, AwsProfile>;

/// Which of the two files it is: sections are `[profile NAME]` (but `[default]`) in the one, `[NAME]` in the other.
enum class AwsFile { kConfig, kCredentials };

/// Adds what the text says to `profiles`; a setting that is there is replaced ("Configuration and credential file
/// settings" in the AWS CLI user guide). Nested settings and sections of other kinds are left out. kInvalidInput names
/// the line.
Status read_aws_profiles(std::string_view text, const std::string& path, AwsFile file, AwsProfiles& profiles);

}  // namespace firn
