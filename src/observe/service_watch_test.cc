#include "observe/service_watch.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdio>
#include <optional>
#include <string>

#include "tests/support/manual_clock.h"
#include "tests/support/notify_receiver.h"

namespace firn {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

TEST(ServiceManager, IsReadFromItsVariables) {
  EXPECT_FALSE(service_manager("", "", "", 7).watchdog);
  EXPECT_EQ(service_manager("/run/x", "2000000", "", 7).watchdog, std::optional<Duration>(2s));
  EXPECT_EQ(service_manager("/run/x", "2000000", "7", 7).watchdog, std::optional<Duration>(2s));
  EXPECT_FALSE(service_manager("/run/x", "2000000", "8", 7).watchdog);
  EXPECT_FALSE(service_manager("/run/x", "2 s", "", 7).watchdog);
  EXPECT_FALSE(service_manager("/run/x", "0", "", 7).watchdog);
}

class ServiceWatchTest : public ::testing::Test {
 protected:
  ServiceWatch::Watched watched() {
    return {[this] { return Health{{{"firn-http", stuck_ ? Duration(31s) : Duration(0), 30s}}}; },
            [] { return std::string("running"); }};
  }
  ManualClock clock_;
  Log log_{clock_, LogLevel::kError, LogFormat::kLogfmt, stderr};
  NotifyReceiver receiver_;
  std::atomic<bool> stuck_ = false;
};

TEST_F(ServiceWatchTest, TellsReadinessStatusAndTheEnd) {
  ServiceWatch watch({receiver_.address(), std::nullopt}, watched(), log_);
  EXPECT_EQ(receiver_.next(), "READY=1");
  EXPECT_EQ(receiver_.next(), "STATUS=running");
  watch.stopping();
  EXPECT_EQ(receiver_.next(), "STOPPING=1");
}

TEST_F(ServiceWatchTest, ServesTheWatchdogOnlyWhileTheHealthIsGood) {
  ServiceWatch watch({receiver_.address(), Duration(20ms)}, watched(), log_);
  for (int i = 0; i < 3; ++i) {
    receiver_.wait_for("WATCHDOG=1");
  }
  stuck_ = true;
  receiver_.wait_for("STATUS=firn-http has made no progress for 31s");
  stuck_ = false;
  // While it was stuck no WATCHDOG=1 may stand between the two.
  EXPECT_EQ(receiver_.next(), "WATCHDOG=1");
  EXPECT_EQ(receiver_.next(), "STATUS=running");
}

TEST_F(ServiceWatchTest, RunsWithoutAServiceManager) {
  ServiceWatch watch({"", std::nullopt}, watched(), log_);
  watch.stopping();
}

}  // namespace
}  // namespace firn
