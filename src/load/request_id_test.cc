#include "load/request_id.h"

#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <string>

namespace firn {
namespace {

TEST(RequestId, IsARandomUuid) {
  const std::regex uuid("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  EXPECT_TRUE(std::regex_match(make_request_id(), uuid));
}

TEST(RequestId, IsNewEachTime) {
  std::set<std::string> ids;
  for (int i = 0; i < 100; ++i) {
    ids.insert(make_request_id());
  }
  EXPECT_EQ(ids.size(), 100U);
}

}  // namespace
}  // namespace firn
