#include "intake/auth/verdict_cache.h"

#include <gtest/gtest.h>

#include <string>

#include "base/digest.h"

namespace firn {
namespace {

class VerdictCacheTest : public ::testing::Test {
 protected:
  void put(const std::string& shown, const std::string& id) { cache_.put(digest128(shown), {id}); }
  /// The credential, `wrong`, or nothing.
  [[nodiscard]] std::string find(const std::string& shown) const {
    const auto* verdict = cache_.find(digest128(shown));
    return verdict == nullptr ? "" : verdict->credential_id.empty() ? "wrong" : verdict->credential_id;
  }

  VerdictCache cache_{2};
};

TEST_F(VerdictCacheTest, WrongOnesPushNoRightOneOut) {
  put("a", "hq");
  for (const char* guess : {"x", "y", "z"}) {
    put(guess, "");
  }
  EXPECT_EQ(find("a"), "hq");
  EXPECT_EQ(find("x"), "") << "the oldest went";
  EXPECT_EQ(find("z"), "wrong");
}

TEST_F(VerdictCacheTest, WhatIsKnownAnewCountsAsNew) {
  put("a", "hq");
  put("b", "old");
  cache_.forget([](const std::string& id) { return id != "hq"; });
  EXPECT_EQ(find("a"), "");
  put("a", "hq");
  put("c", "hq");
  EXPECT_EQ(find("b"), "") << "the oldest went";
  EXPECT_EQ(find("a"), "hq");
}

TEST_F(VerdictCacheTest, AVerdictMayChange) {
  put("a", "");
  put("a", "hq");
  put("x", "");
  put("y", "");
  EXPECT_EQ(find("a"), "hq");
  EXPECT_EQ(find("x"), "wrong");
}

}  // namespace
}  // namespace firn
