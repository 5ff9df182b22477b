#include "pipeline/scheduler.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/step.h"
#include "observe/alarms.h"
#include "observe/log.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_catalog.h"

namespace firn {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

/// Gives prepared outcomes, then idles.
class ScriptedStep final : public Step {
 public:
  explicit ScriptedStep(std::string name) : name_(std::move(name)) {}
  [[nodiscard]] std::string_view name() const override { return name_; }
  StepOutcome run() override {
    ++runs;
    if (outcomes.empty()) {
      return StepOutcome::idle();
    }
    StepOutcome next = std::move(outcomes.front());
    outcomes.pop_front();
    return next;
  }
  std::deque<StepOutcome> outcomes;
  int runs = 0;

 private:
  std::string name_;
};

Error passing() { return {ErrorKind::kUnavailable, "put", "chunk", "the stage does not answer", ""}; }
Error lasting() { return {ErrorKind::kDamaged, "read", "journal", "a block is damaged", "run `firn journal salvage`"}; }

class SchedulerTest : public ::testing::Test {
 protected:
  SchedulerTest() {
    scheduler_.add(forms_, pack_);
    scheduler_.add(forms_, stage_);
    run_all();
    pack_.runs = stage_.runs = 0;
  }

  void run_all() {
    while (scheduler_.run_one()) {
    }
  }
  StepView view(std::string_view step) {
    for (auto& v : scheduler_.views()) {
      if (v.step == step) {
        return v;
      }
    }
    return {};
  }

  RepeaterName forms_{"forms"};
  ManualClock clock_;
  MemoryCatalog catalog_;
  Log log_{clock_, LogLevel::kError, LogFormat::kLogfmt, stderr};
  Alarms alarms_{clock_, log_};
  Scheduler scheduler_{catalog_, clock_, alarms_, log_, 1};
  ScriptedStep pack_{"pack"};
  ScriptedStep stage_{"stage"};
};

TEST_F(SchedulerTest, AnIdleStepWaitsUntilItIsWoken) {
  EXPECT_FALSE(scheduler_.next_due());
  scheduler_.wake(forms_, "pack");
  run_all();
  EXPECT_EQ(pack_.runs, 1);
  EXPECT_EQ(stage_.runs, 0);
}

TEST_F(SchedulerTest, AStepThatNamesATimeRunsThenAndNotBefore) {
  pack_.outcomes.push_back(StepOutcome::idle_for(seconds(5)));
  scheduler_.wake(forms_, "pack");
  run_all();
  EXPECT_EQ(scheduler_.next_due(), Duration(seconds(5)));
  clock_.advance(seconds(4));
  run_all();
  EXPECT_EQ(pack_.runs, 1);
  clock_.advance(seconds(1));
  run_all();
  EXPECT_EQ(pack_.runs, 2);
}

TEST_F(SchedulerTest, CommitsWhatAStepReturnsAndWakesTheOthers) {
  pack_.outcomes.push_back(StepOutcome::done({OpenFirstBatch{forms_, "2026-03", clock_.now()}}));
  scheduler_.wake(forms_, "pack");
  run_all();
  EXPECT_EQ(catalog_.batches({.repeater = forms_})->size(), 1U);
  EXPECT_EQ(stage_.runs, 1);
}

TEST_F(SchedulerTest, APassingFailureIsRepeatedWithGrowingWaits) {
  for (int i = 0; i < 3; ++i) {
    stage_.outcomes.push_back(StepOutcome::failed(passing()));
  }
  scheduler_.wake(forms_, "stage");
  run_all();
  EXPECT_EQ(view("stage").state, StepView::State::kRetrying);
  EXPECT_EQ(view("stage").reason, passing().message());
  Duration waited(0);
  while (stage_.runs < 4) {
    const Duration wait = scheduler_.next_due().value();
    EXPECT_LE(wait, Duration(seconds(60)));
    waited += wait;
    clock_.advance(wait);
    run_all();
  }
  EXPECT_LE(waited, Duration(milliseconds(100 + 200 + 400)));
  EXPECT_EQ(view("stage").state, StepView::State::kIdle);
  EXPECT_EQ(view("stage").reason, "");
}

TEST_F(SchedulerTest, AFailureIsNotHurriedByWaking) {
  stage_.outcomes.push_back(StepOutcome::failed(passing()));
  scheduler_.wake(forms_, "stage");
  run_all();
  scheduler_.wake(forms_);
  run_all();
  EXPECT_EQ(stage_.runs, 1);
}

TEST_F(SchedulerTest, AFailureIsHurriedByAPerson) {
  stage_.outcomes.push_back(StepOutcome::failed(passing()));
  scheduler_.wake(forms_, "stage");
  run_all();
  scheduler_.retry_now(forms_);
  run_all();
  EXPECT_EQ(stage_.runs, 2);
}

TEST_F(SchedulerTest, FailuresStayCountedAndShownWhileTheNextAttemptIsUnderWay) {
  for (int i = 0; i < 8; ++i) {
    stage_.outcomes.push_back(StepOutcome::attempt(StepOutcome::done()));
    stage_.outcomes.push_back(StepOutcome::attempt(StepOutcome::idle_for(milliseconds(1))));
    stage_.outcomes.push_back(StepOutcome::failed(passing()));
  }
  scheduler_.wake(forms_, "stage");
  while (stage_.runs < 23) {
    run_all();
    clock_.advance(scheduler_.next_due().value());
  }
  EXPECT_EQ(view("stage").state, StepView::State::kRetrying);
  EXPECT_EQ(view("stage").reason, passing().message());
  EXPECT_EQ(view("stage").attempts, 7U);
  run_all();
  EXPECT_EQ(view("stage").attempts, 8U);
  EXPECT_LE(scheduler_.next_due().value(), Duration(milliseconds(12'800)));
}

TEST_F(SchedulerTest, AnAttemptUnderWayIsWokenLikeAnyOther) {
  stage_.outcomes.push_back(StepOutcome::failed(passing()));
  stage_.outcomes.push_back(StepOutcome::attempt(StepOutcome::idle_for(minutes(1))));
  scheduler_.wake(forms_, "stage");
  run_all();
  clock_.advance(seconds(1));
  run_all();
  EXPECT_EQ(stage_.runs, 2);
  scheduler_.wake(forms_);
  run_all();
  EXPECT_EQ(stage_.runs, 3);
  EXPECT_EQ(view("stage").reason, "");
}

TEST_F(SchedulerTest, ABlockedStepRaisesAnAlarmThatGoesWhenItIsMended) {
  stage_.outcomes.push_back(StepOutcome::failed(lasting()));
  scheduler_.wake(forms_, "stage");
  run_all();
  ASSERT_EQ(alarms_.list().size(), 1U);
  EXPECT_EQ(alarms_.list().front().object, "forms/stage");
  EXPECT_EQ(view("stage").state, StepView::State::kBlocked);
  clock_.advance(minutes(1));
  run_all();
  EXPECT_TRUE(alarms_.list().empty());
}

TEST_F(SchedulerTest, AStepThatFailsAgainAndAgainRaisesAnAlarmUntilItWorks) {
  for (int i = 0; i < 10; ++i) {
    stage_.outcomes.push_back(StepOutcome::failed(passing()));
  }
  scheduler_.wake(forms_, "stage");
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(alarms_.list().empty()) << i;
    run_all();
    clock_.advance(seconds(59));
  }
  ASSERT_EQ(alarms_.list().size(), 1U);
  EXPECT_EQ(alarms_.list().front().name, "pipeline.retrying");
  clock_.advance(minutes(1));
  run_all();
  EXPECT_TRUE(alarms_.list().empty());
}

TEST_F(SchedulerTest, AFailedCommitIsRepeatedByTheStepItself) {
  const Transition open = OpenFirstBatch{forms_, "2026-03", clock_.now()};
  pack_.outcomes.push_back(StepOutcome::done({open}));
  pack_.outcomes.push_back(StepOutcome::done({open}));
  scheduler_.wake(forms_, "pack");
  run_all();
  EXPECT_EQ(view("pack").state, StepView::State::kRetrying);
  clock_.advance(seconds(60));
  run_all();
  EXPECT_EQ(view("pack").state, StepView::State::kIdle);
  EXPECT_EQ(catalog_.batches({.repeater = forms_})->size(), 1U);
}

TEST_F(SchedulerTest, RunsNothingAfterStop) {
  scheduler_.stop();
  scheduler_.wake(forms_);
  EXPECT_FALSE(scheduler_.run_one());
}

TEST_F(SchedulerTest, APausedStepBeginsNothingUntilItIsResumed) {
  scheduler_.pause(forms_, "pack");
  scheduler_.wake(forms_);
  run_all();
  EXPECT_EQ(pack_.runs, 0);
  EXPECT_EQ(stage_.runs, 1);
  EXPECT_EQ(view("pack").state, StepView::State::kPaused);
  EXPECT_FALSE(scheduler_.next_due()) << "a paused step keeps nobody awake";
  scheduler_.resume(forms_, "pack");
  run_all();
  EXPECT_EQ(pack_.runs, 1);
}

TEST_F(SchedulerTest, AStepMayBePausedBeforeItIsThere) {
  ScriptedStep load("load");
  scheduler_.pause(forms_, "load");
  scheduler_.add(forms_, load);
  run_all();
  EXPECT_EQ(load.runs, 0);
}

}  // namespace
}  // namespace firn
