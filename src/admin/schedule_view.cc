#include "admin/schedule_view.h"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <utility>

#include "admin/find_line.h"
#include "admin/json.h"
#include "base/units.h"
#include "load/schedule.h"
#include "load/trigger_facts.h"
#include "pipeline/repeater_line.h"

namespace firn {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

object trigger(std::string_view name, const std::optional<Timestamp>& at, const std::string& why) {
  return {{"trigger", name}, {"at", json_time(at)}, {"why", why}};
}

object threshold_view(const RepeaterConfig& config, const TriggerFacts& facts) {
  const double share = static_cast<double>(facts.uningested_bytes) / static_cast<double>(config.threshold);
  return trigger("threshold", std::nullopt,
                 fmt::format("{} of {} are packed and not ingested ({:.0f} %)", human_size(facts.uningested_bytes),
                             format_size(config.threshold), share * 100));
}

object max_age_view(const RepeaterConfig& config, const TriggerView& view, const TriggerTimes& times) {
  const std::string age = format_duration(config.max_age);
  if (!view.facts.oldest) {
    return trigger("max_age", std::nullopt, fmt::format("nothing waits; {} after the next record", age));
  }
  return trigger("max_age", times.max_age,
                 fmt::format("{} after the oldest record that waits, of {}", age, format_iso8601(*view.facts.oldest)));
}

object schedule_trigger_view(const RepeaterConfig& config, const TriggerView& view, const TriggerTimes& times,
                             const TriggerPolicy& policy) {
  if (!config.schedule) {
    return trigger("schedule", std::nullopt, "no schedule is set");
  }
  const auto at = view.facts.oldest ? times.schedule : policy.schedule(view.facts.now);
  const std::string words = Schedule(config.schedule->cron, config.schedule->time_zone).text();
  return trigger("schedule", at, words + (view.facts.oldest ? "" : ", if something waits by then"));
}

Result<object> line_view(RepeaterLine& line) {
  object out{{"repeater", line.name().str()}, {"paused", line.is_trigger_paused()}};
  const auto view = line.trigger_view();
  if (!view) {
    return fail(Error(view.error()));
  }
  const TriggerTimes times = trigger_times(line.trigger_policy(), view->facts);
  out["open_batch"] = view->open ? value(view->open->directory()) : value();
  out["opened_at"] = view->open ? json_time(view->open->opened_at) : value();
  out["triggers"] = array{threshold_view(line.config(), view->facts), max_age_view(line.config(), *view, times),
                          schedule_trigger_view(line.config(), *view, times, line.trigger_policy())};
  return out;
}

}  // namespace

Result<object> schedule_view(Daemon& daemon, const std::string& repeater) {
  FIRN_ASSIGN(const auto lines, find_lines(daemon, repeater));
  array repeaters;
  for (RepeaterLine* line : lines) {
    if (!line->makes_rows()) {
      continue;
    }
    auto view = line_view(*line);
    if (!view && !repeater.empty()) {
      return fail(std::move(view).error());
    }
    if (view) {
      repeaters.push_back(*std::move(view));
    }
  }
  return object{{"repeaters", std::move(repeaters)}};
}

}  // namespace firn
