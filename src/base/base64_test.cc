#include "base/base64.h"

#include <gtest/gtest.h>

#include <optional>

namespace firn {
namespace {

TEST(Base64, GivesTheKnownAnswersOfRfc4648) {
  EXPECT_EQ(to_base64(""), "");
  EXPECT_EQ(to_base64("f"), "Zg==");
  EXPECT_EQ(to_base64("fo"), "Zm8=");
  EXPECT_EQ(to_base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(from_base64("Zg=="), "f");
  EXPECT_EQ(from_base64("Zm9vYmFy"), "foobar");
  EXPECT_EQ(from_base64(""), "");
}

TEST(Base64, RefusesEverythingElse) {
  for (const char* text : {"Zg=", "Zg", "Z===", "Zg==\n", " Zg=", "Zh==", "Zm8=Zg=="}) {
    EXPECT_EQ(from_base64(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace firn
