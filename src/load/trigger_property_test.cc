// Years in the life of a repeater's triggers, with everything that happens to a machine (tests/support/trigger_life.h).

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "tests/support/trigger_life.h"

namespace firn {

void showValue(const LifeSettings& settings, std::ostream& out) {
  out << "{" << settings.threshold << " bytes, " << format_duration(settings.max_age) << ", '" << settings.cron << "' "
      << settings.zone << ", " << to_string(settings.period) << "}";
}

void showValue(const LifeEvent& event, std::ostream& out) {
  constexpr std::array kNames{"forms", "set clock", "sleep", "off",  "settings", "ingest",
                              "pause", "resume",    "pack",  "load", "restart"};
  out << "\n  " << format_duration(event.after) << " later: " << kNames.at(static_cast<std::size_t>(event.kind)) << " "
      << event.amount << " by " << event.by.count() / 1'000'000 << " s ";
  showValue(event.settings, out);
}

void showValue(const TriggerLife::Cut& cut, std::ostream& out) {
  out << "\n  " << to_string(cut.cause) << " at " << cut.at.str() << " of " << cut.bytes << " bytes, opened "
      << format_timestamp(cut.opened_at);
}

namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using What = LifeEvent::Kind;

/// Seconds to months: each order of magnitude is as likely as the next.
Duration any_time() {
  const auto limit = *rc::gen::element<std::int64_t>(10, 60, 3600, 86400, 86400 * 7, 86400 * 40);
  return seconds(*rc::gen::inRange<std::int64_t>(0, limit)) + Duration(*rc::gen::element(0, 1, 999'999));
}

LifeSettings any_settings() {
  LifeSettings settings;
  settings.threshold = *rc::gen::element<std::uint64_t>(0, 100, 300, 1000, 5000);
  settings.max_age = *rc::gen::element<Duration>(Duration(0), minutes(10), hours(1), hours(24), hours(30 * 24));
  settings.period = *rc::gen::element(Period::kMonth, Period::kWeek, Period::kDay);
  settings.cron = *rc::gen::element<std::string>("", "", "@monthly", "30 2 * * *", "0 3 * * mon-fri", "@weekly",
                                                 "*/15 * * * *", "0 0 29 2 *");
  settings.zone = *rc::gen::element<std::string>("UTC", "Africa/Nairobi", "Europe/Berlin", "America/St_Johns",
                                                 "Australia/Lord_Howe");
  return settings;
}

LifeEvent event_of(What kind) {
  LifeEvent event;
  event.after = any_time();
  event.kind = kind;
  if (kind == What::kForms) {
    event.amount = *rc::gen::element<std::uint64_t>(1, 1, 2, 5, 20, 60);
  } else if (kind == What::kPack) {
    event.amount = *rc::gen::element<std::uint64_t>(0, 1, 5, LifeEvent::kQuick, LifeEvent::kQuick);
  } else if (kind == What::kLoad || kind == What::kRestart) {
    event.amount = *rc::gen::inRange<std::uint64_t>(0, kind == What::kLoad ? 2 : 3);
  } else if (kind == What::kSetClock) {
    event.by = any_time() * *rc::gen::element(-1, 1);
  } else if (kind == What::kSleep || kind == What::kOff) {
    event.by = any_time();
  } else if (kind == What::kSettings) {
    event.settings = any_settings();
  }
  return event;
}

rc::Gen<LifeEvent> any_event(std::vector<What> kinds) {
  return rc::gen::exec([kinds = std::move(kinds)] {
    const bool comes = *rc::gen::inRange(0, 2) == 0;
    return event_of(comes ? What::kForms : *rc::gen::elementOf(kinds));
  });
}

std::vector<LifeEvent> any_events(const std::vector<What>& kinds) {
  return *rc::gen::scale(0.6, rc::gen::container<std::vector<LifeEvent>>(any_event(kinds))).as("events");
}

Duration any_delay() { return seconds(*rc::gen::inRange(0, 60)); }

void assert_no_fault(const TriggerLife& life) {
  if (!life.fault().empty()) {
    RC_FAIL(life.fault());
  }
}

void live_with(const LifeSettings& settings, const std::vector<What>& kinds) {
  TriggerLife life(settings, any_delay(), true);
  for (const LifeEvent& event : any_events(kinds)) {
    life.live(event);
    assert_no_fault(life);
  }
  life.live({.kind = What::kResume});
  life.live({.kind = What::kPack, .amount = LifeEvent::kQuick});
  life.pass(hours(24 * 60));
  assert_no_fault(life);
}

RC_GTEST_PROP(TriggerProperty, KeepsToThePolicyForYears, ()) {
  live_with(*rc::gen::exec(any_settings).as("settings"),
            {What::kSetClock, What::kSleep, What::kOff, What::kSettings, What::kIngest, What::kPause, What::kResume,
             What::kPack, What::kLoad, What::kRestart});
}

RC_GTEST_PROP(TriggerProperty, KeepsToThePolicyWhateverTheClockDoes, ()) {
  LifeSettings settings = *rc::gen::exec(any_settings).as("settings");
  if (*rc::gen::arbitrary<bool>()) {
    settings = {.cron = *rc::gen::element<std::string>("30 2 * * *", "*/15 * * * *")};
  }
  live_with(settings, {What::kSetClock, What::kIngest, What::kIngest});
}

RC_GTEST_PROP(TriggerProperty, KeepsToThePolicyHoweverSlowlyPackReads, ()) {
  live_with(*rc::gen::exec(any_settings).as("settings"),
            {What::kPack, What::kPack, What::kIngest, What::kIngest, What::kLoad, What::kOff});
}

/// Two copies of one life, of which one has restarts more.
RC_GTEST_PROP(TriggerProperty, DecidesTheSameAfterARestartAtAnyPoint, ()) {
  const LifeSettings settings = *rc::gen::exec(any_settings).as("settings");
  const Duration delay = any_delay();
  TriggerLife one(settings, delay, false);
  TriggerLife other(settings, delay, true);
  for (const LifeEvent& event : any_events({What::kSleep, What::kSettings, What::kIngest, What::kPause, What::kResume,
                                            What::kLoad, What::kRestart, What::kRestart, What::kRestart})) {
    one.live(event);
    other.live(event);
    assert_no_fault(one);
    assert_no_fault(other);
    RC_ASSERT(one.cuts() == other.cuts());
  }
}

/// Forms come for weeks while pack stands still or Firn is off; then pack works, quickly or slowly.
RC_GTEST_PROP(TriggerProperty, ABacklogGoesOutInBatchesOfTheThresholdsSize, ()) {
  const std::uint64_t threshold = *rc::gen::element<std::uint64_t>(200, 500, 1500);
  TriggerLife life({.threshold = threshold, .max_age = hours(24)}, any_delay(), false);
  life.live({.kind = What::kPack, .amount = 0});
  for (int bursts = *rc::gen::inRange(5, 15); bursts > 0; --bursts) {
    life.live({.after = hours(12), .kind = What::kForms, .amount = *rc::gen::inRange<std::uint64_t>(1, 30)});
  }
  const std::size_t before = life.cuts().size();
  life.live({.kind = What::kPack, .amount = *rc::gen::element<std::uint64_t>(1, 10, LifeEvent::kQuick)});
  life.pass(hours(48));
  assert_no_fault(life);
  RC_ASSERT(before == 0U);
  RC_ASSERT(!life.cuts().empty());
  for (std::size_t i = 0; i + 1 < life.cuts().size(); ++i) {
    RC_ASSERT(life.cuts()[i].cause == TriggerCause::kThreshold);
  }
  RC_ASSERT(life.cuts().back().cause != TriggerCause::kPeriod);
}

/// However many of its moments have passed.
RC_GTEST_PROP(TriggerProperty, AMissedScheduleFiresOnce, ()) {
  TriggerLife life({.cron = *rc::gen::element<std::string>("@hourly", "30 2 * * *", "@weekly"),
                    .zone = *rc::gen::element<std::string>("Europe/Berlin", "Australia/Lord_Howe"),
                    .period = Period::kMonth},
                   any_delay(), true);
  life.live({.after = minutes(1), .kind = What::kForms, .amount = *rc::gen::inRange<std::uint64_t>(1, 40)});
  const Duration away = hours(24) * *rc::gen::inRange(8, 200);
  life.live({.kind = *rc::gen::arbitrary<bool>() ? What::kSleep : What::kOff, .by = away});
  RC_ASSERT(life.cuts().size() == 1U);
  RC_ASSERT(life.cuts().front().cause == TriggerCause::kSchedule);
  life.live({.after = seconds(1), .kind = What::kRestart});
  RC_ASSERT(life.cuts().size() == 1U);
  assert_no_fault(life);
}

}  // namespace
}  // namespace firn
