#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "config/config.h"
#include "pipeline/s3_access.h"

namespace firn {

/// One thing that was looked at.
struct LiveFinding {
  enum class Kind { kGood, kWarning, kWrong };
  Kind kind = Kind::kGood;
  std::string what;   ///< like `credentials`
  std::string found;  ///< for people: what was found, what is wrong
  std::string hint;   ///< what to do; may be empty
};

/// That it failed, for people.
LiveFinding wrong_finding(std::string what, const Error& error);

struct LiveReport {
  std::string connection;
  std::string place;
  std::vector<LiveFinding> findings;
};

/// Which credentials each bucket is reached with, and until when they are good.
std::vector<LiveReport> check_credentials(const Config& config, const S3Access::Surroundings& surroundings);

/// Tries every stage of the configuration: credentials, bucket, owner, then a probe object that is written, looked at,
/// listed, read and removed. Nothing is written where the owner is another data directory.
std::vector<LiveReport> check_live(const Config& config, const S3Access::Surroundings& surroundings);

/// True when no finding is wrong.
bool is_good(const std::vector<LiveReport>& reports);

}  // namespace firn
