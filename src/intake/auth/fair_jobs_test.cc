#include "intake/auth/fair_jobs.h"

#include <gtest/gtest.h>

#include <string>

#include "base/digest.h"

namespace firn {
namespace {

class FairJobsTest : public ::testing::Test {
 protected:
  /// The name of what did not get in or gave way; empty when all are kept.
  std::string put(const std::string& address, const std::string& user) {
    const std::string name = address + "." + user;
    return name_of(jobs_.put({digest128(name), digest128(address)}, [this, name] { name_ = name; }));
  }

  std::string take_all() {
    std::string all;
    while (!jobs_.empty()) {
      all += name_of(jobs_.take()) + " ";
    }
    return all;
  }

 private:
  std::string name_of(FairJobs::Work work) {
    name_.clear();
    if (work) {
      work();
    }
    return name_;
  }

  FairJobs jobs_{4, 2};
  std::string name_;
};

TEST_F(FairJobsTest, TakesFromOneAddressAfterTheOther) {
  EXPECT_EQ(put("x", "a"), "");
  EXPECT_EQ(put("x", "b"), "");
  EXPECT_EQ(put("x", "c"), "");
  EXPECT_EQ(put("y", "a"), "");
  EXPECT_EQ(take_all(), "x.a y.a x.b x.c ");
  EXPECT_EQ(put("z", "a"), "");
  EXPECT_EQ(take_all(), "z.a ");
}

TEST_F(FairJobsTest, BoundsTheJobsOfOneClient) {
  EXPECT_EQ(put("x", "a"), "");
  EXPECT_EQ(put("x", "a"), "");
  EXPECT_EQ(put("x", "a"), "x.a");
  EXPECT_EQ(take_all(), "x.a x.a ");
  EXPECT_EQ(put("x", "a"), "") << "the room is given back";
}

TEST_F(FairJobsTest, TheAddressWithMostGivesWay) {
  for (const char* user : {"a", "b", "c"}) {
    EXPECT_EQ(put("x", user), "");
  }
  EXPECT_EQ(put("y", "a"), "");
  EXPECT_EQ(put("z", "a"), "x.c");
  EXPECT_EQ(put("x", "d"), "x.d") << "it has most already";
  EXPECT_EQ(put("v", "a"), "x.b");
  EXPECT_EQ(put("w", "a"), "w.a") << "nobody has two";
  EXPECT_EQ(put("y", "b"), "y.b");
  EXPECT_EQ(take_all(), "x.a y.a z.a v.a ");
}

}  // namespace
}  // namespace firn
