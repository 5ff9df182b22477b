#include "pack/quarantine_file.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/simulated_file_system.h"

namespace firn {
namespace {

const RepeaterName kForms("forms");
const Position kPlace = Position::make(1, 0, 7);

class QuarantineFile : public testing::Test {
 protected:
  QuarantineFile() {
    record_.body = std::string("{\"id\":\0\xFF", 8);
    record_.envelope.domain = "demo-health";
    directory_ = quarantine_directory("/data", kForms);
    EXPECT_TRUE(files_.create_directories(directory_));
    EXPECT_TRUE(write_quarantined(files_, directory_, kPlace, record_));
  }
  [[nodiscard]] Result<Record> read() { return read_quarantined(files_, "/data", kForms, kPlace); }

  SimulatedFileSystem files_;
  Record record_;
  std::string directory_;
};

TEST_F(QuarantineFile, GivesTheRecordBackByteByByte) {
  EXPECT_EQ(read().value().body, record_.body);
  EXPECT_EQ(read().value().envelope.domain, "demo-health");
}

TEST_F(QuarantineFile, IsDurableOnceItsFolderIsSynced) {
  ASSERT_TRUE(files_.sync_directory(directory_));
  files_.crash(1);
  EXPECT_EQ(read().value().body, record_.body);
}

TEST_F(QuarantineFile, NoticesEveryChangedByte) {
  const std::string path = join(directory_, kPlace.str());
  for (std::size_t i = 0; i < files_.content(path)->size(); ++i) {
    files_.corrupt(path, i);
    EXPECT_EQ(read().error().kind, ErrorKind::kDamaged) << i;
    files_.corrupt(path, i);
  }
}

TEST_F(QuarantineFile, NoticesAFileOfAnotherPosition) {
  ASSERT_TRUE(files_.rename(join(directory_, kPlace.str()), join(directory_, kPlace.plus(1).str())));
  EXPECT_EQ(read_quarantined(files_, "/data", kForms, kPlace.plus(1)).error().kind, ErrorKind::kDamaged);
  EXPECT_EQ(read().error().kind, ErrorKind::kNotFound);
}

TEST_F(QuarantineFile, NoticesATruncatedFile) {
  const auto file = files_.create_or_truncate(join(directory_, kPlace.str()));
  ASSERT_TRUE((*file)->append("FIRN"));
  EXPECT_EQ(read().error().kind, ErrorKind::kDamaged);
}

}  // namespace
}  // namespace firn
