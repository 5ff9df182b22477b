#include "pipeline/instance.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/simulated_file_system.h"

namespace firn {
namespace {

class InstanceTest : public testing::Test {
 protected:
  InstanceTest() { EXPECT_TRUE(files_.create_directories("/data")); }
  SimulatedFileSystem files_;
};

TEST_F(InstanceTest, IsMadeOnceAndKept) {
  EXPECT_EQ(known_instance(files_, "/data").value(), "");
  const std::string made = instance_of(files_, "/data").value();
  EXPECT_EQ(made.size(), 36U);
  files_.crash(1);
  EXPECT_EQ(instance_of(files_, "/data").value(), made);
  EXPECT_EQ(known_instance(files_, "/data").value(), made);
}

TEST_F(InstanceTest, ADamagedOneIsNotReplaced) {
  ASSERT_TRUE(replace_file(files_, "/data/instance", "<html>"));
  EXPECT_EQ(instance_of(files_, "/data").error().kind, ErrorKind::kDamaged);
}

}  // namespace
}  // namespace firn
