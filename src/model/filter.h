#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/table.h"

namespace firn {

/// What a filter looks at in a document (docs/configuration.md says where it stands in each kind).
enum class FilterField : std::uint8_t { kDomain, kXmlns, kAppId, kCaseType, kUser };

inline constexpr std::size_t kFilterFields = 5;

/// The fields that something is about, as bits.
using FilterFields = std::uint8_t;
constexpr FilterFields bit_of(FilterField field) {
  return static_cast<FilterFields>(1U << static_cast<unsigned>(field));
}

/// One list of a repeater's filter.
struct FilterRule {
  std::string name;  ///< the setting's, e.g. `only_xmlns`; it is in answers and in the status
  FilterField field = FilterField::kDomain;
  bool only = false;                ///< true: what is not in the list is dropped; false: what is in it
  std::vector<std::string> values;  ///< compared byte by byte
};

/// The fields that documents of this kind can have.
FilterFields filter_fields(Kind kind);

/// The xmlns of the logs that phones send as forms; HQ's own repeaters never forward them.
inline constexpr std::string_view kDeviceLogXmlns = "http://code.javarosa.org/devicereport";

}  // namespace firn
