#include "base/bytes.h"

#include <gtest/gtest.h>

#include <string>

namespace firn {
namespace {

TEST(Crc32c, GivesTheKnownAnswersOfRfc3720) {
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAU);
  EXPECT_EQ(crc32c(std::string(32, '\xFF')), 0x62A8AB43U);
  EXPECT_EQ(crc32c("123456789"), 0xE3069283U);
}

TEST(Crc32c, ContinuesFromAnEarlierPart) { EXPECT_EQ(crc32c("6789", crc32c("12345")), crc32c("123456789")); }

TEST(ByteReader, TakesWhatWasPut) {
  std::string bytes;
  put_u32(bytes, 0x01020304U);
  put_u64(bytes, ~0ULL);
  put_text(bytes, "form");
  EXPECT_EQ(bytes.substr(0, 4), std::string("\x04\x03\x02\x01", 4));
  ByteReader in(bytes);
  EXPECT_EQ(in.u32(), 0x01020304U);
  EXPECT_EQ(in.u64(), ~0ULL);
  EXPECT_EQ(in.text(), "form");
  EXPECT_EQ(in.remaining(), 0U);
}

TEST(ByteReader, GivesNothingMoreAfterTheFirstThatDoesNotFit) {
  std::string bytes;
  put_u32(bytes, 10);
  bytes += "short";
  ByteReader in(bytes);
  EXPECT_FALSE(in.text());
  EXPECT_FALSE(in.u8());
}

TEST(Hex, GoesThereAndBack) {
  EXPECT_EQ(to_hex(std::string("\x00\xAB", 2)), "00ab");
  EXPECT_EQ(from_hex("00AB"), std::string("\x00\xAB", 2));
  EXPECT_FALSE(from_hex("0"));
  EXPECT_FALSE(from_hex("0g"));
}

TEST(EqualConstantTime, ComparesContentAndLength) {
  EXPECT_TRUE(equal_constant_time("secret", "secret"));
  EXPECT_FALSE(equal_constant_time("secret", "secre"));
  EXPECT_FALSE(equal_constant_time("secret", ""));
  EXPECT_FALSE(equal_constant_time("", "secret"));
  EXPECT_FALSE(equal_constant_time("aaaa", "aa"));
  EXPECT_TRUE(equal_constant_time("", ""));
}

}  // namespace
}  // namespace firn
