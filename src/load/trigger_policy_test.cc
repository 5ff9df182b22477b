#include "load/trigger_policy.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>

namespace firn {
namespace {

using std::chrono::hours;

constexpr Timestamp kNow = timestamp_from_micros(1'772'323'200'000'000);

TriggerPolicy by_size(std::uint64_t bytes) { return {.threshold_bytes = bytes}; }

TriggerFacts with_bytes(std::uint64_t bytes, bool requested = false) {
  TriggerFacts facts;
  facts.uningested_bytes = bytes;
  facts.requested = requested;
  facts.now = kNow;
  return facts;
}

TriggerFacts waiting_since(Timestamp oldest) {
  TriggerFacts facts;
  facts.now = kNow;
  facts.since = oldest - hours(100);
  facts.oldest = oldest;
  return facts;
}

/// Every day at the hour of kNow.
std::optional<Timestamp> daily(Timestamp after) {
  const auto days = std::chrono::floor<std::chrono::days>(after - kNow.time_since_epoch());
  return kNow + (days.time_since_epoch() + std::chrono::days(1));
}

TEST(TriggerPolicy, WaitsBelowTheThreshold) {
  EXPECT_EQ(decide_trigger(by_size(100), with_bytes(99)), std::nullopt);
  EXPECT_EQ(decide_trigger(by_size(100), with_bytes(100)), TriggerCause::kThreshold);
}

TEST(TriggerPolicy, NeverFiresBySizeWithoutAThreshold) {
  EXPECT_EQ(decide_trigger({}, with_bytes(1'000'000)), std::nullopt);
}

TEST(TriggerPolicy, AnOperatorsWordGoesBeforeTime) {
  EXPECT_EQ(decide_trigger(by_size(100), with_bytes(100, true)), TriggerCause::kThreshold);
  EXPECT_EQ(decide_trigger(by_size(100), with_bytes(99, true)), TriggerCause::kOperator);
  TriggerFacts old = waiting_since(kNow - hours(25));
  old.requested = true;
  EXPECT_EQ(decide_trigger({.max_age = hours(24)}, old), TriggerCause::kOperator);
}

TEST(TriggerPolicy, FiresWhenTheOldestRecordIsOldEnough) {
  EXPECT_EQ(decide_trigger({.max_age = hours(24)}, waiting_since(kNow - hours(24))), TriggerCause::kMaxAge);
  EXPECT_EQ(decide_trigger({.max_age = hours(24)}, waiting_since(kNow - hours(24) + Duration(1))), std::nullopt);
}

TEST(TriggerPolicy, NothingIsDueWhileNothingWaits) {
  TriggerFacts facts = waiting_since(kNow - hours(1000));
  facts.oldest.reset();
  EXPECT_EQ(decide_trigger({.max_age = hours(1), .schedule = daily}, facts), std::nullopt);
}

TEST(TriggerPolicy, ARecordFromAClockThatWentWrongWaitsNoLongerThanOthers) {
  TriggerFacts facts = waiting_since(kNow + hours(24 * 365));
  facts.waited = hours(24);
  EXPECT_EQ(decide_trigger({.max_age = hours(24)}, facts), TriggerCause::kMaxAge);
  facts.waited = hours(23);
  EXPECT_EQ(decide_trigger({.max_age = hours(24)}, facts), std::nullopt);
}

TEST(TriggerPolicy, AScheduleCountsFromTheOldestRecord) {
  EXPECT_EQ(decide_trigger({.schedule = daily}, waiting_since(kNow - hours(1))), TriggerCause::kSchedule);
  EXPECT_EQ(decide_trigger({.schedule = daily}, waiting_since(kNow)), std::nullopt);
  EXPECT_EQ(trigger_times({.schedule = daily}, waiting_since(kNow)).schedule, kNow + hours(24));
}

TEST(TriggerPolicy, AScheduleCountsFromTheLastTrigger) {
  TriggerFacts facts = waiting_since(kNow - hours(1));
  facts.since = kNow;
  EXPECT_EQ(decide_trigger({.schedule = daily}, facts), std::nullopt);
}

}  // namespace
}  // namespace firn
