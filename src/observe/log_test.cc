#include "observe/log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <string>
#include <vector>

#include "tests/support/manual_clock.h"

namespace firn {
namespace {

using std::chrono_literals::operator""s;

constexpr auto kAt = ManualClock::kStart;

std::string line(LogFormat format, std::initializer_list<LogField> fields) {
  return format_log_line(format, timestamp_from_micros(kAt), LogLevel::kInfo, "chunk.staged", fields);
}

TEST(LogLine, IsLogfmtWithQuotesWhereNeeded) {
  EXPECT_EQ(
      line(LogFormat::kLogfmt, {{"key", "a/b"}, {"why", "two \"words\""}, {"none", ""}}),
      "time=2026-03-01T00:00:00.000000Z level=info event=chunk.staged key=a/b why=\"two \\\"words\\\"\" none=\"\"");
}

TEST(LogLine, IsJson) {
  EXPECT_EQ(line(LogFormat::kJson, {{"k", "a\nb"}}),
            R"({"time":"2026-03-01T00:00:00.000000Z","level":"info","event":"chunk.staged","k":"a\u000ab"})");
}

TEST(LogLine, CannotBeForged) {
  for (const LogFormat format : {LogFormat::kLogfmt, LogFormat::kJson}) {
    const std::string forged = line(format, {{"object", "x\nlevel=error event=fake \x1b[2J\xE2\x80\xA8\xC2\x9B"}});
    for (const char c : forged) {
      EXPECT_GE(static_cast<unsigned char>(c), 0x20) << forged;
    }
    EXPECT_EQ(forged.find("\xC2\x9B"), std::string::npos);
    EXPECT_EQ(forged.find("\xE2\x80\xA8"), std::string::npos);
  }
  EXPECT_EQ(line(LogFormat::kLogfmt, {{"object", "a event=fake"}}).find(" event=fake\""),
            line(LogFormat::kLogfmt, {}).size() + std::string(" object=\"a").size());
}

TEST(LogLine, IsBounded) {
  const std::string text(100'000, '\x01');
  for (const LogFormat format : {LogFormat::kLogfmt, LogFormat::kJson}) {
    const std::string cut =
        line(format, {{"a", text}, {"b", text}, {"c", text}, {"d", text}, {"e", text}, {"f", text}});
    EXPECT_LT(cut.size(), Log::kLongestLine);
    EXPECT_EQ(cut.ends_with('}'), format == LogFormat::kJson);
  }
}

/// A log into a pipe.
class LogTest : public ::testing::Test {
 protected:
  LogTest() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK), 0);
    read_ = ends[0];
    ::fcntl(ends[1], F_SETFL, 0);  // as standard error is: it would block
    out_ = ::fdopen(ends[1], "w");
  }
  ~LogTest() override {
    std::fclose(out_);
    close_reader();
  }
  void close_reader() {
    if (read_ >= 0) {
      ::close(read_);
      read_ = -1;
    }
  }
  std::string text() const {
    std::string all;
    std::array<char, 4096> part{};
    for (ssize_t count = 0; (count = ::read(read_, part.data(), part.size())) > 0;) {
      all.append(part.data(), static_cast<std::size_t>(count));
    }
    return all;
  }
  static std::size_t lines_of(const std::string& text, const std::string& event) {
    std::size_t count = 0;
    for (std::size_t at = 0; (at = text.find("event=" + event + " ", at)) != std::string::npos; ++at) {
      ++count;
    }
    return count;
  }

  ManualClock clock_;
  int read_ = -1;
  std::FILE* out_ = nullptr;
};

TEST_F(LogTest, LimitsEachEventAndObjectAndTellsWhatItKeptBack) {
  Log log(clock_, LogLevel::kInfo, LogFormat::kLogfmt, out_);
  clock_.advance(5s);
  for (int i = 0; i < 100; ++i) {
    log.write(LogLevel::kInfo, "step.retry", {{"repeater", "forms"}});
    log.write(LogLevel::kInfo, "step.retry", {{"repeater", "cases"}, {"n", std::to_string(i)}});
  }
  log.write(LogLevel::kInfo, "other.event", {{"repeater", "forms"}});
  const std::string first = text();
  EXPECT_EQ(lines_of(first, "step.retry"), 2 * Log::kMostLines);
  EXPECT_EQ(lines_of(first, "other.event"), 1U);
  EXPECT_EQ(log.losses().suppressed, 200 - 2 * Log::kMostLines);
  clock_.advance(Log::kWindow + 1s);
  log.tell_suppressed();
  const std::string told = text();
  EXPECT_NE(told.find("event=log.suppressed of=step.retry object=forms lines=80"), std::string::npos) << told;
  log.write(LogLevel::kInfo, "step.retry", {{"repeater", "forms"}});
  EXPECT_EQ(lines_of(text(), "step.retry"), 1U);
}

TEST_F(LogTest, KeepsABoundedTableOfObjects) {
  Log log(clock_, LogLevel::kInfo, LogFormat::kLogfmt, out_);
  std::size_t lines = 0;
  for (std::size_t i = 0; i < Log::kMaxObjects + 1000; ++i) {
    log.write(LogLevel::kInfo, "alarm.raised", {{"object", std::to_string(i)}});
    lines += lines_of(text(), "alarm.raised");
  }
  EXPECT_EQ(lines, Log::kMaxObjects + Log::kMostLines);
}

TEST_F(LogTest, NeverWaitsForAReaderAndTellsWhatWasDropped) {
  Log log(clock_, LogLevel::kInfo, LogFormat::kLogfmt, out_);
  for (int i = 0; i < 5000; ++i) {  // more than a pipe holds; a log that waited would hang here
    log.write(LogLevel::kInfo, "chunk.staged", {{"key", std::to_string(i)}, {"pad", std::string(900, 'x')}});
  }
  EXPECT_GT(log.losses().dropped, 0U);
  text();
  log.write(LogLevel::kInfo, "daemon.stopped", {{"a", "b"}});
  EXPECT_NE(text().find("event=log.dropped lines=" + std::to_string(log.losses().dropped)), std::string::npos);
}

TEST_F(LogTest, LivesOnWhenNobodyReads) {
  ::signal(SIGPIPE, SIG_IGN);  // as the daemon does
  Log log(clock_, LogLevel::kInfo, LogFormat::kLogfmt, out_);
  close_reader();
  log.write(LogLevel::kError, "daemon.failed", {{"reason", "x"}});
  EXPECT_EQ(log.losses().dropped, 1U);
}

}  // namespace
}  // namespace firn
