#include "load/schedule.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/cron.h"
#include "base/local_time.h"
#include "base/time.h"
#include "platform/time_zone.h"

namespace firn {
namespace {

using std::chrono::days;
using std::chrono::minutes;

const std::vector<std::string> kZones{"UTC", "Africa/Nairobi", "Europe/Berlin", "America/St_Johns",
                                      "Australia/Lord_Howe"};

Schedule schedule(const std::string& cron, const std::string& zone) {
  return {CronExpression::parse(cron).value(), TimeZone::load(zone).value()};
}

/// Its firings after a moment, in UTC.
std::vector<std::string> firings(const Schedule& schedule, const std::string& after, int count) {
  std::vector<std::string> all;
  for (auto time = parse_timestamp(after); time && count > 0; --count) {
    time = schedule.next_after(*time);
    all.push_back(time ? format_timestamp(*time).substr(5, 11) : "never");
  }
  return all;
}

using Times = std::vector<std::string>;

TEST(Schedule, IsThatOfItsZone) {
  EXPECT_EQ(firings(schedule("@monthly", "Africa/Nairobi"), "2026-11-26 00:00", 2),
            (Times{"11-30 21:00", "12-31 21:00"}));
  EXPECT_EQ(firings(schedule("0 3 * * mon-fri", "America/St_Johns"), "2026-11-27 06:30", 2),
            (Times{"11-30 06:30", "12-01 06:30"}));
  EXPECT_EQ(schedule("@monthly", "Africa/Nairobi").text(), "@monthly, Africa/Nairobi");
}

TEST(Schedule, FiresStrictlyAfter) {
  const Schedule daily = schedule("0 3 * * *", "UTC");
  EXPECT_EQ(firings(daily, "2026-11-26 02:59:59.999999", 1), Times{"11-26 03:00"});
  EXPECT_EQ(firings(daily, "2026-11-26 03:00", 1), Times{"11-27 03:00"});
  EXPECT_EQ(firings(daily, "2026-11-26 03:00:00.000001", 1), Times{"11-27 03:00"});
  const Schedule often = schedule("* * * * *", "UTC");
  EXPECT_EQ(firings(often, "2026-11-26 02:59:59.999999", 2), (Times{"11-26 03:00", "11-26 03:01"}));
}

// Berlin, 29 March 2026: 02:00 to 03:00 is skipped at 01:00 UTC.
TEST(Schedule, MakesUpForASkippedTimeOnceAtTheEndOfTheGap) {
  EXPECT_EQ(firings(schedule("30 2 * * *", "Europe/Berlin"), "2026-03-28 02:00", 2),
            (Times{"03-29 01:00", "03-30 00:30"}));
  EXPECT_EQ(firings(schedule("*/15 2,3 * * *", "Europe/Berlin"), "2026-03-29 00:00", 3),
            (Times{"03-29 01:00", "03-29 01:15", "03-29 01:30"}));
  // Lord Howe skips half an hour.
  EXPECT_EQ(firings(schedule("15 2 * * *", "Australia/Lord_Howe"), "2026-10-03 00:00", 2),
            (Times{"10-03 15:30", "10-04 15:15"}));
  // Cairo skips midnight.
  EXPECT_EQ(firings(schedule("@daily", "Africa/Cairo"), "2026-04-23 00:00", 2), (Times{"04-23 22:00", "04-24 21:00"}));
}

// Berlin, 25 October 2026: 02:00 to 03:00 is shown from 00:00 UTC and again from 01:00 UTC.
TEST(Schedule, FiresOnceForATimeThatIsShownTwice) {
  const Schedule daily = schedule("30 2 * * *", "Europe/Berlin");
  EXPECT_EQ(firings(daily, "2026-10-24 12:00", 2), (Times{"10-25 00:30", "10-26 01:30"}));
  EXPECT_EQ(firings(daily, "2026-10-25 01:10", 1), Times{"10-26 01:30"}) << "also when asked in the second hour";
  EXPECT_EQ(firings(schedule("0,30 2,3 * * *", "Europe/Berlin"), "2026-10-25 00:00", 2),
            (Times{"10-25 00:30", "10-25 02:00"}));
}

TEST(Schedule, OfEveryHourGoesOnByTheClock) {
  EXPECT_EQ(firings(schedule("30 * * * *", "Europe/Berlin"), "2026-03-29 00:00", 2),
            (Times{"03-29 00:30", "03-29 01:30"}));
  EXPECT_EQ(firings(schedule("*/30 * * * *", "Europe/Berlin"), "2026-10-25 00:00", 4),
            (Times{"10-25 00:30", "10-25 01:00", "10-25 01:30", "10-25 02:00"}));
  EXPECT_EQ(firings(schedule("45 * * * *", "Australia/Lord_Howe"), "2026-04-04 14:00", 3),
            (Times{"04-04 14:45", "04-04 15:15", "04-04 16:15"}));
}

TEST(Schedule, FindsWhatIsFarAwayAcrossManyChanges) {
  const auto next = schedule("0 * 29 feb */7", "Europe/Berlin").next_after(*parse_timestamp("2088-02-29 23:00"));
  EXPECT_EQ(next, parse_timestamp("2128-02-28 23:00"));
}

TEST(Schedule, EndsWithTheYear9999) {
  EXPECT_EQ(firings(schedule("@yearly", "UTC"), "9999-01-01 00:00", 1), Times{"never"});
}

/// The firings as somebody would note them who looks at the clock each minute, and at the expression.
class Watcher {
 public:
  Watcher(const CronExpression& cron, const TimeZone& zone, Timestamp start)
      : cron_(cron), zone_(zone), latest_(shown(start)) {}

  /// Whether it fires at this minute, the next one each time.
  bool fires(Timestamp now) {
    const LocalMinutes time = shown(now);
    if (cron_.every_hour()) {
      return cron_.matches(time);
    }
    bool fires = false;
    for (; latest_ < time; latest_ += minutes(1)) {
      fires = fires || cron_.matches(latest_ + minutes(1));
    }
    return fires;
  }

 private:
  [[nodiscard]] LocalMinutes shown(Timestamp now) const { return std::chrono::floor<minutes>(zone_.local(now)); }

  const CronExpression& cron_;
  const TimeZone& zone_;
  LocalMinutes latest_;  ///< that was ever shown
};

std::string random_cron() {
  const auto minute = *rc::gen::element<std::string>("0", "30", "*/15", "*", "5,45", "10-40/10", "59");
  const auto hour = *rc::gen::element<std::string>("*", "2", "1-3", "*/2", "0", "3", "0-23", "1,2", "23");
  const auto day = *rc::gen::element<std::string>("*", "*", "1", "*/2", "25-31", "29");
  const auto month = *rc::gen::element<std::string>("*", "*", "3,10", "apr-nov");
  const auto weekday = *rc::gen::element<std::string>("*", "*", "sun", "sat,7", "mon-fri");
  return minute + " " + hour + " " + day + " " + month + " " + weekday;
}

/// Some days around a change of the clocks, if there is one.
Timestamp random_start(const TimeZone& zone) {
  const Timestamp some = Timestamp(std::chrono::sys_days(std::chrono::year{2000} / 1 / 1)) +
                         minutes(*rc::gen::inRange(0, 60 * 365 * 24 * 60));
  const Timestamp near = zone.next_change(some).value_or(some);
  return near - days(2) + minutes(*rc::gen::inRange(0, 24 * 60));
}

RC_GTEST_PROP(Schedule, FiresAsOneWouldWhoLooksAtTheClockEachMinute, ()) {
  const auto zone = TimeZone::load(*rc::gen::elementOf(kZones)).value();
  const auto cron = CronExpression::parse(random_cron()).value();
  const Timestamp start = random_start(zone);
  const Timestamp end = start + days(4);
  const Schedule schedule(cron, zone);
  Watcher watcher(cron, zone, start);
  auto next = schedule.next_after(start);
  for (Timestamp now = start + minutes(1); now < end; now += minutes(1)) {
    const bool fires = watcher.fires(now);
    RC_ASSERT(fires == (next == now));
    // Where one asks from does not matter.
    RC_ASSERT(schedule.next_after(now - Duration(1)) == next);
    next = fires ? schedule.next_after(now) : next;
  }
}

}  // namespace
}  // namespace firn
