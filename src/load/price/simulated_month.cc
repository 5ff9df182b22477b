#include "load/price/simulated_month.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "load/price/cloud_services.h"
#include "load/price/load_time.h"
#include "load/price/snowpipe.h"
#include "load/price/staging.h"
#include "load/price/warehouse.h"

namespace firn {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr double kBytesPerGigabyte = 1e9;
constexpr Duration kFirstHour = hours(8);
constexpr Duration kMonth = hours(24) * static_cast<int>(kPlanDays);
// April has 30 days: a monthly schedule fires at its end.
constexpr Timestamp kBegin = std::chrono::sys_days(std::chrono::year(2026) / std::chrono::April / 1);

double to_seconds(Duration d) { return std::chrono::duration<double>(d).count(); }
Duration from_seconds(double count) { return Duration(std::llround(count * 1e6)); }

}  // namespace

SimulatedMonth::SimulatedMonth(const PlanFacts& facts, const Prices& prices, const PlanWay& way, TriggerPolicy policy)
    : facts_(facts),
      prices_(prices),
      way_(way),
      policy_(std::move(policy)),
      begin_(kBegin),
      now_(kBegin),
      cut_at_(kBegin) {}

MonthResult SimulatedMonth::run() {
  for (; now_ <= begin_ + kMonth || !waiting_.empty(); now_ += minutes(1)) {
    receive();
    seal_if_due();
    if (const auto cause = decide_trigger(policy_, facts_now())) {
      load(*cause);
    }
  }
  suspend();
  const bool is_copy = way_.method != PlanMethod::kSnowpipe;
  const double services = cloud_services_credits(prices_, is_copy ? static_cast<double>(result_.loads) : 0);
  credits_ += kPlanDays * billed_cloud_services_credits(prices_, services / kPlanDays, credits_ / kPlanDays);
  result_.dollars = firn::dollars(prices_, credits_) + staging_dollars_;
  result_.usual = from_seconds(age_sum_ / static_cast<double>(std::max<std::uint64_t>(1, result_.forms)));
  return result_;
}

/// All that have come, at a time since the month began.
std::uint64_t SimulatedMonth::forms_by(Duration time) const {
  const auto days = std::min<std::int64_t>(time / hours(24), static_cast<std::int64_t>(kPlanDays));
  const double worked = std::clamp(to_seconds(time - days * hours(24) - kFirstHour) / 3600 / kWorkingHours, 0.0, 1.0);
  const double of_day = time < kMonth ? worked : 0;
  return static_cast<std::uint64_t>((static_cast<double>(days) + of_day) * facts_.forms_per_day);
}

void SimulatedMonth::receive() {
  const std::uint64_t come = forms_by(now_ - begin_) - result_.forms;
  if (come == 0) {
    return;
  }
  if (unsealed_forms_ == 0) {
    unsealed_since_ = now_;
  }
  waiting_.push_back({now_, come});
  unsealed_forms_ += come;
  result_.forms += come;
}

void SimulatedMonth::seal_if_due() {
  const double largest = facts_.chunk_size_gigabytes * facts_.compression * kBytesPerGigabyte;
  const bool is_old = now_ - unsealed_since_ >= facts_.chunk_age;
  if (unsealed_forms_ > 0 && (is_old || bytes(unsealed_forms_) >= largest)) {
    seal();
  }
}

void SimulatedMonth::seal() {
  sealed_.push_back({bytes(unsealed_forms_) / kBytesPerGigabyte, now_});
  sealed_forms_ += std::exchange(unsealed_forms_, 0);
}

TriggerFacts SimulatedMonth::facts_now() const {
  TriggerFacts facts;
  facts.uningested_bytes = static_cast<std::uint64_t>(bytes(sealed_forms_));
  facts.now = now_;
  facts.since = cut_at_;
  if (!waiting_.empty()) {
    facts.oldest = waiting_.front().at;
  }
  return facts;
}

/// A threshold cuts at the last sealed chunk, time at the journal's end.
void SimulatedMonth::load(TriggerCause cause) {
  if (cause != TriggerCause::kThreshold && unsealed_forms_ > 0) {
    seal();
  }
  const auto files = std::exchange(sealed_, {});
  const double largest = std::ranges::max(files, {}, &File::gigabytes).gigabytes;
  const double seconds =
      load_seconds(facts_.speed, {.count = static_cast<double>(files.size()), .gigabytes_each = largest});
  pay(files, seconds);
  count_ages(std::exchange(sealed_forms_, 0), seconds);
  cut_at_ = now_;
  ++result_.loads;
}

void SimulatedMonth::pay(const std::vector<File>& files, double seconds) {
  double gigabytes = 0;
  for (const File& file : files) {
    gigabytes += file.gigabytes;
    staging_dollars_ +=
        staging_dollars(prices_, {.count = 1,
                                  .compressed_gigabytes = file.gigabytes / facts_.compression,
                                  .hours_kept = to_seconds(facts_.keep_staged + (now_ - file.sealed_at)) / 3600,
                                  .encryption = facts_.encryption,
                                  .other_region = facts_.other_region});
  }
  if (way_.method == PlanMethod::kSnowpipe) {
    credits_ += snowpipe_credits(prices_, gigabytes);
  } else {
    keep_awake(seconds);
  }
}

/// A load that comes while the warehouse is awake only makes it sleep later.
void SimulatedMonth::keep_awake(double seconds) {
  const bool is_asleep = now_ >= awake_until_;
  if (is_asleep) {
    suspend();
    awake_since_ = now_;
  }
  const double wakes = is_asleep ? facts_.speed.resume_seconds : 0;
  const double idles = idle_tail_seconds(way_.suspended_at_once ? 0 : facts_.auto_suspend_seconds);
  awake_until_ = std::max(awake_until_, now_ + from_seconds(wakes + seconds + idles));
}

void SimulatedMonth::suspend() {
  const double awake = to_seconds(awake_until_ - awake_since_);
  if (awake > 0) {
    credits_ += cold_copy_credits(prices_, way_.warehouse, 1, awake, awake + prices_.warehouse_minimum_seconds);
  }
  awake_since_ = awake_until_;
}

/// From the load on a form takes as long as plan_setting() says.
void SimulatedMonth::count_ages(std::uint64_t forms, double load_seconds) {
  const PlanSetting plan = plan_setting(facts_, prices_, way_, hours(1));
  const bool is_copy = way_.method != PlanMethod::kSnowpipe;
  const Duration more = is_copy ? from_seconds(load_seconds - plan.load_seconds) : Duration(0);
  const Duration usual = plan.typical - plan.interval / 2 + more;
  const Duration worst = plan.worst - plan.interval + more;
  while (forms > 0 && !waiting_.empty()) {
    const Arrival first = waiting_.front();
    const std::uint64_t taken = std::min(forms, first.forms);
    age_sum_ += to_seconds(now_ - first.at + usual) * static_cast<double>(taken);
    result_.worst = std::max(result_.worst, now_ - first.at + worst);
    forms -= taken;
    waiting_.front().forms -= taken;
    if (waiting_.front().forms == 0) {
      waiting_.pop_front();
    }
  }
}

}  // namespace firn
