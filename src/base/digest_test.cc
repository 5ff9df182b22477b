#include "base/digest.h"

#include <gtest/gtest.h>

namespace firn {
namespace {

// Known answer of FIPS 180-4 for "abc".
constexpr const char* kAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(Sha256, GivesTheKnownAnswer) { EXPECT_EQ(to_hex(sha256("abc")), kAbc); }

TEST(Sha256, OfPiecesIsThatOfTheWhole) {
  Sha256Hasher hasher;
  hasher.update("a");
  hasher.update("bc");
  EXPECT_EQ(to_hex(hasher.finish()), kAbc);
}

TEST(Digest128, IsTheFrontOfSha256) {
  EXPECT_EQ(digest128("abc"), truncate(sha256("abc")));
  EXPECT_NE(digest128("abc"), digest128("abd"));
}

}  // namespace
}  // namespace firn
