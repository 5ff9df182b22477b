#include "pipeline/certificate_watch.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>

#include "observe/alarms.h"
#include "observe/log.h"
#include "platform/file_system.h"
#include "tests/support/certificates.h"
#include "tests/support/manual_clock.h"
#include "tests/support/temporary_directory.h"

namespace firn {
namespace {

using std::chrono::days;

class CertificateWatchTest : public testing::Test {
 protected:
  /// A certificate that is good from now on.
  void write(Duration life) {
    CertificateWishes wishes;
    wishes.not_before = clock_.now();
    wishes.not_after = clock_.now() + life;
    write_certificate(make_certificate(wishes), where_.certificate, where_.private_key);
  }
  void open() {
    source_ = TlsSource::open(where_, *files_).value();
    watch_ = std::make_unique<CertificateWatch>(std::vector{source_}, clock_, alarms_, log_);
  }
  /// The names of the alarms that stand after a look.
  std::string look() {
    EXPECT_EQ(watch_->run().result, StepResult::kIdle);
    std::string names;
    for (const Alarm& alarm : alarms_.list()) {
      EXPECT_EQ(alarm.object, where_.certificate);
      EXPECT_EQ(alarm.count, 1U) << "told once";
      names += alarm.name + " ";
    }
    return names;
  }

  TemporaryDirectory directory_;
  TlsFiles where_{directory_ / "tls.pem", directory_ / "tls.key", ""};
  std::unique_ptr<FileSystem> files_ = make_posix_file_system();
  ManualClock clock_;
  Log log_{clock_, LogLevel::kError, LogFormat::kLogfmt, stderr};
  Alarms alarms_{clock_, log_};
  std::shared_ptr<TlsSource> source_;
  std::unique_ptr<CertificateWatch> watch_;
};

TEST_F(CertificateWatchTest, TakesANewCertificateAndTellsOfOneThatCannotBeUsed) {
  write(days(90));
  open();
  const auto first = source_->current();
  EXPECT_EQ(look(), "");
  std::ofstream(where_.certificate) << "half a";
  EXPECT_EQ(look(), "tls.certificate_unusable ");
  EXPECT_EQ(look(), "tls.certificate_unusable ");
  EXPECT_EQ(source_->current(), first);
  write(days(80));
  EXPECT_EQ(look(), "");
  EXPECT_NE(source_->current(), first);
}

TEST_F(CertificateWatchTest, TellsThreeWeeksBeforeTheEnd) {
  write(days(90));
  open();
  clock_.advance(days(69));
  EXPECT_EQ(look(), "");
  clock_.advance(Duration(1));
  EXPECT_EQ(look(), "tls.certificate_expires ");
  EXPECT_NE(alarms_.list().front().text.find("ends at"), std::string::npos);
  write(days(90));
  EXPECT_EQ(look(), "");
}

TEST_F(CertificateWatchTest, TellsOfACertificateThatIsNotGoodYet) {
  const Timestamp begin = clock_.now();
  write(days(90));
  open();
  clock_.set(begin - days(1));
  EXPECT_EQ(look(), "tls.certificate_unusable ");
  clock_.set(begin);
  EXPECT_EQ(look(), "");
}

TEST_F(CertificateWatchTest, TellsInTheLastQuarterOfAShortLifeAndWhenItIsOver) {
  write(days(6));
  open();
  clock_.advance(days(4));
  EXPECT_EQ(look(), "");
  clock_.advance(days(1));
  EXPECT_EQ(look(), "tls.certificate_expires ");
  clock_.advance(days(2));
  watch_->run();
  EXPECT_NE(alarms_.list().front().text.find("ended at"), std::string::npos);
}

}  // namespace
}  // namespace firn
