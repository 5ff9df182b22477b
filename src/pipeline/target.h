#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/config.h"

namespace firn {

/// Where a repeater's rows go and by which way, in words that the catalog keeps.
struct Target {
  std::string kind;    ///< of documents
  std::string table;   ///< and the destination that it is in
  std::string method;  ///< of loading, with the pipe; empty when the destination has only one
  std::string stage;   ///< where the files lie

  /// e.g. `form documents into table forms of warehouse by COPY, staged in s3 bucket/firn`.
  [[nodiscard]] std::string str() const;
};

/// The method of loading that such words name; nothing when they name none.
std::optional<LoadMethod> method_in(std::string_view bound);

Target target_of(const Config& config, const RepeaterConfig& repeater);

/// What differs between what firn.toml says and what the rows have gone to.
enum class TargetChange {
  kNone,
  kUnnamed,  ///< nothing that is known: an older Firn kept neither the stage nor the pipe
  kMethod,   ///< only by which way
  kPlace,    ///< the table, the destination or the stage
  kKind,     ///< what documents they are
};

/// True when rows that went as `bound` says, in words of Target::str(), are in the target's table.
bool shares_table(const Target& target, std::string_view bound);

/// `bound` is what Target::str() gave when the first row was made, perhaps by an older Firn.
TargetChange compare(const Target& target, std::string_view bound);

}  // namespace firn
