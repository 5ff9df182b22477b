#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "load/schedule.h"
#include "load/trigger_step.h"
#include "model/batch.h"
#include "model/period.h"
#include "model/position.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_catalog.h"

namespace firn {

struct LifeSettings {
  std::uint64_t threshold = 0;  ///< bytes; 0: none
  Duration max_age{0};          ///< 0: none
  std::string cron{};           ///< empty: no schedule
  std::string zone = "UTC";
  Period period = Period::kMonth;
};

/// What happens to a machine that runs Firn.
struct LifeEvent {
  enum class Kind {
    kForms,     ///< `amount` come at once
    kSetClock,  ///< by `by`, forwards or backwards
    kSleep,     ///< the machine, for `by`
    kOff,       ///< Firn, for `by`
    kSettings,  ///< a restart with `settings`
    kIngest,    ///< an operator asks
    kPause,     ///< the triggers
    kResume,
    kPack,  ///< reads `amount` records a look from now on: 0 none, kQuick all there are
    kLoad,  ///< closed batches are submitted from now on when `amount` is not 0
    /// In a life that has restarts: now (0), or just before (1) or after (2) its next cut is committed, but that of a
    /// period; never while a request waits, which is lost then.
    kRestart,
  };
  static constexpr std::uint64_t kQuick = 1'000'000;
  Duration after{0};  ///< since the event before
  Kind kind = Kind::kForms;
  std::uint64_t amount = 0;
  Duration by{0};
  LifeSettings settings{};
};

/// The life of one repeater's triggers, the real TriggerStep between a journal and a pack of a few lines each: forms
/// come, events happen, and the step looks whenever something may be due. Whatever it decides is held against what the
/// life knows by itself. Time passes in hops: at least to each moment at which something is due, and `late` more.
class TriggerLife {
 public:
  struct Cut {
    Position at;
    TriggerCause cause = TriggerCause::kOperator;
    Timestamp opened_at;  ///< of the batch that is cut
    std::uint64_t bytes = 0;
    bool operator==(const Cut&) const = default;
  };
  static constexpr std::uint64_t kChunkBytes = 100;    ///< at which a chunk is sealed
  static constexpr std::uint64_t kLargestRecord = 50;  ///< so that a chunk has less than the sum of both

  TriggerLife(const LifeSettings& settings, Duration late, bool has_restarts);

  void live(const LifeEvent& event);
  void pass(Duration time);

  [[nodiscard]] const std::vector<Cut>& cuts() const { return cuts_; }
  /// The first rule that was broken; empty while none was.
  [[nodiscard]] const std::string& fault() const { return fault_; }
  [[nodiscard]] Timestamp now() const { return clock_.now(); }

 private:
  struct Form {
    Timestamp received_at;
    Duration steady{};           ///< when it came
    std::uint64_t bytes = 0;     ///< of its row; 0: it makes none
    bool is_settled = false;     ///< decided, and in no chunk
    std::uint64_t set_back = 0;  ///< how often the clock had been set back
  };

  void act(const LifeEvent& event);
  void receive(std::uint64_t count);
  void restart(std::uint64_t when);
  void start(const LifeSettings& settings);
  bool settle();
  bool run_trigger();
  bool pack();
  bool read_on(Position end);
  bool seal(const Batch& batch);
  bool submit();
  void commit(const std::vector<Transition>& transitions);

  [[nodiscard]] Duration until_due() const;
  [[nodiscard]] const Form* oldest() const;
  [[nodiscard]] std::optional<Timestamp> next_moment() const;
  [[nodiscard]] bool is_overdue(const Form& form) const;
  [[nodiscard]] std::uint64_t uningested();
  [[nodiscard]] Position end() const { return Position::make(0, 0, forms_.size()); }
  void check_cut(const CutBatch& cut, const Batch& open);
  void check_cause(const CutBatch& cut);
  void check_size(TriggerCause cause, std::uint64_t bytes);
  void check_waiting();
  void check_standing_pack(bool overdue);
  void check_uningested();
  void check_idle(const StepOutcome& outcome);
  void require(bool holds, const std::string& rule);

  MemoryCatalog catalog_;
  ManualClock clock_;
  const Duration late_;
  const bool has_restarts_;
  LifeSettings settings_;
  std::optional<Schedule> schedule_;
  std::string words_;
  std::unique_ptr<TriggerStep> trigger_;
  std::vector<Form> forms_;
  std::vector<Cut> cuts_;
  std::string fault_;

  // What the machine does.
  bool is_paused_ = false;
  bool loads_ = true;
  std::uint64_t speed_ = LifeEvent::kQuick;
  std::uint64_t crash_ = 0;
  // What pack has read and not decided.
  std::uint64_t budget_ = 0;
  Position from_;
  Position read_to_;
  std::uint64_t range_bytes_ = 0;
  Duration begun_{};
  // What is known of the past.
  Position covered_;                      ///< by the last cut
  Timestamp counts_from_;                 ///< the latest at which all was cut, or the schedule was set
  std::uint64_t set_back_ = 0;            ///< how often the clock was
  std::uint64_t requests_ = 0;            ///< that no cut has served
  bool is_exempt_ = false;                ///< the open batch may be too large: nobody watched it, or watched for more
  std::optional<Duration> waits_since_;   ///< steady time of the first look with a form that no cut covers
  std::optional<Duration> stands_since_;  ///< steady time of the first look with an overdue chunk and a still pack
};

}  // namespace firn
