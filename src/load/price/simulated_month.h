#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "base/time.h"
#include "load/price/plan.h"
#include "load/trigger_policy.h"
#include "model/batch.h"
#include "model/price/prices.h"

namespace firn {

/// What a month was like. Of tests.
struct MonthResult {
  std::uint64_t forms = 0;
  std::uint64_t loads = 0;
  double dollars = 0;  ///< Snowflake and what staging costs
  Duration usual{0};   ///< mean age of a form when its row appears
  Duration worst{0};
};

/// 30 days, minute by minute: forms come evenly in the working hours of each day, pack seals chunks by size and age,
/// decide_trigger() says when a batch is loaded, and each load is paid for with the functions of load/price. It goes on
/// without new forms until the last one is loaded. Of tests; one object is one month.
class SimulatedMonth {
 public:
  static constexpr double kWorkingHours = 10;

  SimulatedMonth(const PlanFacts& facts, const Prices& prices, const PlanWay& way, TriggerPolicy policy);
  MonthResult run();

 private:
  struct Arrival {
    Timestamp at;
    std::uint64_t forms = 0;
  };
  struct File {
    double gigabytes = 0;
    Timestamp sealed_at;
  };

  void receive();
  void seal_if_due();
  void seal();
  void load(TriggerCause cause);
  void pay(const std::vector<File>& files, double seconds);
  void keep_awake(double seconds);
  void suspend();
  void count_ages(std::uint64_t forms, double load_seconds);
  [[nodiscard]] TriggerFacts facts_now() const;
  [[nodiscard]] double bytes(std::uint64_t forms) const { return static_cast<double>(forms) * facts_.bytes_per_form; }
  [[nodiscard]] std::uint64_t forms_by(Duration time) const;

  const PlanFacts facts_;
  const Prices prices_;
  const PlanWay way_;
  const TriggerPolicy policy_;
  const Timestamp begin_;
  Timestamp now_;
  Timestamp cut_at_;  ///< of the last batch
  std::deque<Arrival> waiting_;
  std::vector<File> sealed_;          ///< of the open batch
  std::uint64_t sealed_forms_ = 0;    ///< in them
  std::uint64_t unsealed_forms_ = 0;  ///< in the chunk that is being written
  Timestamp unsealed_since_;
  Timestamp awake_since_;  ///< the warehouse, the last time
  Timestamp awake_until_;
  double credits_ = 0;
  double staging_dollars_ = 0;
  double age_sum_ = 0;  ///< seconds, of all forms
  MonthResult result_;
};

}  // namespace firn
