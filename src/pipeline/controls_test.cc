#include "pipeline/controls.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <string>

#include "observe/log.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_catalog.h"

namespace firn {
namespace {

/// A process over a catalog that outlives it.
struct Process {
  explicit Process(Catalog& catalog)
      : scheduler(catalog, clock, alarms, log, 1), controls(catalog, scheduler, alarms, clock) {}
  ManualClock clock;
  Log log{clock, LogLevel::kError, LogFormat::kLogfmt, stderr};
  Alarms alarms{clock, log};
  Scheduler scheduler;
  Controls controls;
};

const RepeaterName kForms("forms");

TEST(Controls, APauseOutlivesTheProcess) {
  MemoryCatalog catalog;
  ASSERT_TRUE(Process(catalog).controls.pause(kForms, "load"));
  Process next(catalog);
  EXPECT_FALSE(next.scheduler.is_paused(kForms, "load"));
  ASSERT_TRUE(next.controls.load({kForms}));
  EXPECT_TRUE(next.scheduler.is_paused(kForms, "load"));
  EXPECT_FALSE(next.scheduler.is_paused(kForms, "pack"));
  ASSERT_TRUE(next.controls.resume(kForms, "load"));
  EXPECT_FALSE(next.scheduler.is_paused(kForms, "load"));
  Process last(catalog);
  ASSERT_TRUE(last.controls.load({kForms}));
  EXPECT_FALSE(last.scheduler.is_paused(kForms, "load"));
}

TEST(Controls, WhatIsNotConfiguredAnyMoreIsLeftAlone) {
  MemoryCatalog catalog;
  ASSERT_TRUE(Process(catalog).controls.drain(kForms));
  Process next(catalog);
  ASSERT_TRUE(next.controls.load({RepeaterName("visits")}));
  EXPECT_FALSE(next.controls.is_draining(kForms));
  EXPECT_TRUE(next.alarms.list().empty());
}

TEST(Controls, ADrainOutlivesTheProcessAndIsLoud) {
  MemoryCatalog catalog;
  ASSERT_TRUE(Process(catalog).controls.drain(kForms));
  Process next(catalog);
  ASSERT_TRUE(next.controls.load({kForms}));
  EXPECT_TRUE(next.controls.is_draining(kForms));
  EXPECT_EQ(next.alarms.list().size(), 1U);
  ASSERT_TRUE(next.controls.end_drain(kForms));
  EXPECT_FALSE(next.controls.is_draining(kForms));
  EXPECT_TRUE(next.alarms.list().empty());
}

}  // namespace
}  // namespace firn
