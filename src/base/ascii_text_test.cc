#include "base/ascii_text.h"

#include <gtest/gtest.h>

namespace firn {
namespace {

TEST(AsciiText, ChangesTheCapitalsOfAsciiOnly) {
  EXPECT_EQ(lower_ascii("AZ[@az0-É"), "az[@az0-É");
  EXPECT_EQ(lower_ascii(""), "");
}

TEST(AsciiText, IsEqualWhateverTheCase) {
  EXPECT_TRUE(equal_ignoring_case("Content-MD5", "content-md5"));
  EXPECT_FALSE(equal_ignoring_case("a", "ab"));
  EXPECT_FALSE(equal_ignoring_case("[", "{"));
}

}  // namespace
}  // namespace firn
