#include "stage/stage_probe.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/memory_stage.h"
#include "tests/support/simulated_file_system.h"

namespace firn {
namespace {

class StageProbeTest : public testing::Test {
 protected:
  StageProbeTest() { EXPECT_TRUE(files_.create_directories("/tmp")); }
  std::vector<ProbeResult> probe() { return probe_stage(stage_, files_, "/tmp", "_firn/probe"); }

  SimulatedFileSystem files_;
  MemoryStage stage_{files_};
};

TEST_F(StageProbeTest, TriesEverythingAndLeavesNothing) {
  std::vector<std::string> tried;
  for (const ProbeResult& result : probe()) {
    EXPECT_FALSE(result.error) << result.action;
    tried.push_back(result.action);
  }
  EXPECT_EQ(tried, (std::vector<std::string>{"write", "write once", "look at", "list", "read", "remove"}));
  EXPECT_EQ(stage_.objects(), 0U);
  EXPECT_TRUE(files_.list("/tmp").value().empty());
}

TEST_F(StageProbeTest, SaysWhatDoesNotWork) {
  stage_.fail_next({ErrorKind::kPermission, "put", "object", "access denied", "allow s3:PutObject"});
  const auto results = probe();
  ASSERT_EQ(results.size(), 1U);
  EXPECT_EQ(results.front().action, "write");
  EXPECT_EQ(results.front().error->hint, "allow s3:PutObject");
}

}  // namespace
}  // namespace firn
