#include "config/filter_section.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/config.h"
#include "config/document.h"
#include "config/filter_config.h"
#include "config/reader.h"
#include "model/filter.h"
#include "model/table.h"

namespace firn {
namespace {

constexpr ListRule kLists{.most = 1000, .longest = 255};

/// What the lists of one field are called.
struct FieldName {
  FilterField field;
  std::string_view plural;
};

constexpr std::array<FieldName, kFilterFields> kFields{{{FilterField::kDomain, "domains"},
                                                        {FilterField::kXmlns, "xmlns"},
                                                        {FilterField::kAppId, "app_ids"},
                                                        {FilterField::kCaseType, "case_types"},
                                                        {FilterField::kUser, "users"}}};

void read_device_logs(SectionReader& section, Kind kind, FilterConfig& filter) {
  constexpr std::string_view kKey = "device_logs";
  if (kind != Kind::kForm) {
    if (section.has(kKey)) {
      section.refuse(kKey, fmt::format("\"{}\" has no meaning for the kind \"{}\"", kKey, to_string(kind)),
                     "only forms can be device logs; remove the setting");
    }
    return;
  }
  if (section.word(kKey, "drop", {"drop", "keep"}) == "drop") {
    filter.rules.push_back({std::string(kKey), FilterField::kXmlns, false, {std::string(kDeviceLogXmlns)}});
  }
}

/// The list of that name, when the file has one and it fits the kind.
void read_list(SectionReader& section, Kind kind, FilterRule rule, FilterConfig& filter) {
  if (!section.has(rule.name)) {
    section.texts(rule.name, kLists);  // so that the name is known
    return;
  }
  if ((filter_fields(kind) & bit_of(rule.field)) == 0) {
    section.refuse(
        rule.name,
        fmt::format("documents of the kind \"{}\" have nothing that \"{}\" could look at", to_string(kind), rule.name),
        "remove the setting; docs/configuration.md lists what each kind has");
    return;
  }
  rule.values = section.texts(rule.name, kLists);
  if (!rule.values.empty()) {
    filter.rules.push_back(std::move(rule));
  }
}

/// A value that is let in by one list and kept out by another is a mistake, whatever would win.
void refuse_contradictions(SectionReader& section, const FilterConfig& filter) {
  for (const FilterRule& only : filter.rules) {
    for (const FilterRule& drop : filter.rules) {
      const bool opposed = only.only && !drop.only && only.field == drop.field;
      const auto both = std::ranges::find_if(only.values, [&](const std::string& value) {
        return std::ranges::find(drop.values, value) != drop.values.end();
      });
      if (opposed && both != only.values.end()) {
        section.refuse(only.name, fmt::format("\"{}\" is in \"{}\", but \"{}\" drops it", *both, only.name, drop.name),
                       drop.name == "device_logs" ? "set device_logs = \"keep\"" : "remove it from one of the lists");
      }
    }
  }
}

}  // namespace

FilterConfig read_filter(SectionReader& repeater, Kind kind, ConfigReport& report) {
  const ConfigMember* member = repeater.section("filter");
  SectionReader section(member == nullptr ? nullptr : &member->value,
                        member == nullptr ? repeater.place() : member->place, repeater.name_of("filter"), report);
  FilterConfig filter;
  read_device_logs(section, kind, filter);
  for (const auto& [field, plural] : kFields) {
    read_list(section, kind, {fmt::format("only_{}", plural), field, true, {}}, filter);
    read_list(section, kind, {fmt::format("not_{}", plural), field, false, {}}, filter);
  }
  refuse_contradictions(section, filter);
  section.finish();
  return filter;
}

}  // namespace firn
