#include "config/trigger_section.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/cron.h"
#include "base/time.h"
#include "config/config.h"
#include "config/reader.h"
#include "model/period.h"
#include "platform/time_zone.h"

namespace firn {
namespace {

constexpr std::uint64_t kKilo = 1000;
constexpr std::uint64_t kGiga = 1'000'000'000;
constexpr std::uint64_t kMost = 1'000'000 * kGiga;
constexpr Duration kMonth = std::chrono::days(30);

std::optional<ScheduleConfig> read_schedule(SectionReader& section) {
  const std::string text = section.text("schedule", "");
  if (text.empty()) {
    if (section.has("time_zone")) {
      section.refuse("time_zone", "\"time_zone\" has no effect without \"schedule\"",
                     "add schedule = \"@monthly\", or remove it");
    }
    return std::nullopt;
  }
  auto cron = CronExpression::parse(text);
  if (!cron) {
    section.refuse("schedule", fmt::format("\"{}\" is not a schedule: {}", text, cron.error().reason),
                   cron.error().hint);
  }
  auto zone = TimeZone::load(section.text("time_zone", "UTC"));
  if (!zone) {
    section.refuse("time_zone", zone.error().reason, zone.error().hint);
  }
  return cron && zone ? std::optional(ScheduleConfig{*cron, *zone}) : std::nullopt;
}

}  // namespace

void read_triggers(SectionReader& section, RepeaterConfig& repeater) {
  repeater.threshold = section.size("threshold", {kGiga, kKilo, kMost});
  repeater.max_age = section.duration("max_age", {kMonth, std::chrono::minutes(1), kMonth});
  repeater.schedule = read_schedule(section);
  repeater.period = parse_period(section.word("period", "month", {"month", "week", "day"})).value_or(Period::kMonth);
}

}  // namespace firn
