#include "platform/time_zone.h"

#include <absl/time/time.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "base/ascii_text.h"
#include "base/nearest.h"

namespace firn {
namespace {

constexpr std::string_view kUtc = "UTC";

std::string database_folder() {
  // Where the library looks too.
  const char* folder = std::getenv("TZDIR");  // NOLINT(concurrency-mt-unsafe): nothing changes the environment
  return folder == nullptr || *folder == '\0' ? "/usr/share/zoneinfo" : folder;
}

/// Whether a zone could be called so. It keeps the library from paths, from its own names like "localtime", and from
/// the other copies of the database in the folders posix and right.
bool is_zone_name(std::string_view name) {
  bool at_start = true;
  for (const char c : name) {
    const bool is_capital = c >= 'A' && c <= 'Z';
    const bool is_inner = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '+';
    if (!is_capital && (at_start || (!is_inner && c != '/'))) {
      return false;
    }
    at_start = c == '/';
  }
  return !at_start;
}

/// The names of all zones; empty without a database.
std::vector<std::string> all_names() {
  namespace fs = std::filesystem;
  std::vector<std::string> names{std::string(kUtc)};
  const fs::path root = database_folder();
  std::error_code error;
  for (fs::recursive_directory_iterator at(root, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().lexically_relative(root).string();
    std::error_code unknown;
    if (is_zone_name(name) && at->is_regular_file(unknown)) {
      names.push_back(name);
    }
  }
  std::ranges::sort(names);
  return names;
}

/// The name that was probably meant; the city alone is enough.
std::optional<std::string> meant(const std::string& name, const std::vector<std::string>& names) {
  const std::string ending = "/" + lower_ascii(name);
  std::optional<std::string> shortest;
  for (const std::string& each : names) {
    if (("/" + lower_ascii(each)).ends_with(ending) && (!shortest || each.size() < shortest->size())) {
      shortest = each;
    }
  }
  return shortest ? shortest : nearest(name, names);
}

std::unexpected<Error> unknown_zone(const std::string& name) {
  const std::vector<std::string> names = all_names();
  if (names.size() == 1) {
    return fail(Error{ErrorKind::kConfiguration, "read", "time zone", fmt::format("\"{}\" is not there", name),
                      fmt::format("install the package tzdata: there are no time zones in {}", database_folder())});
  }
  const auto found = meant(name, names);
  return fail(Error{ErrorKind::kConfiguration, "read", "time zone", fmt::format("there is no time zone \"{}\"", name),
                    found ? fmt::format("did you mean \"{}\"?", *found)
                          : "use a name of the IANA's database, like \"Africa/Nairobi\" or \"UTC\""});
}

absl::Time to_absl(Timestamp moment) { return absl::FromUnixMicros(to_micros(moment)); }
Timestamp from_absl(absl::Time moment) { return timestamp_from_micros(absl::ToUnixMicros(moment)); }

absl::CivilSecond civil(LocalMinutes time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  return absl::CivilSecond(static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                           static_cast<unsigned>(date.day()), 0, (time - day).count());
}

}  // namespace

struct TimeZone::Rules {
  absl::TimeZone zone;

  [[nodiscard]] Duration offset(Timestamp moment) const {
    return std::chrono::seconds(zone.At(to_absl(moment)).offset);
  }
};

Result<TimeZone> TimeZone::load(const std::string& name) {
  auto rules = std::make_shared<Rules>();
  if (!is_zone_name(name) || !absl::LoadTimeZone(name, &rules->zone)) {
    return unknown_zone(name);
  }
  return TimeZone(name, std::move(rules));
}

LocalTime TimeZone::local(Timestamp moment) const {
  return LocalTime(moment.time_since_epoch() + rules_->offset(moment));
}

Timestamp TimeZone::first_at(LocalMinutes time) const {
  const absl::TimeZone::TimeInfo found = rules_->zone.At(civil(time));
  return from_absl(found.kind == absl::TimeZone::TimeInfo::SKIPPED ? found.trans : found.pre);
}

std::optional<Timestamp> TimeZone::next_change(Timestamp moment) const {
  absl::TimeZone::CivilTransition change;
  if (!rules_->zone.NextTransition(to_absl(moment), &change)) {
    return std::nullopt;
  }
  // `from` is what clocks would have shown at the change without it.
  return from_absl(absl::FromCivil(change.from, absl::UTCTimeZone())) - rules_->offset(moment);
}

}  // namespace firn
