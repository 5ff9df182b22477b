#include "intake/auth/digest_nonces.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <vector>

namespace firn {
namespace {

const Timestamp kNow = timestamp_from_micros(1772444467118204);

TEST(DigestNonces, TakesEachCountOnce) {
  DigestNonces nonces;
  const std::string nonce = nonces.make(kNow);
  EXPECT_TRUE(nonces.use(nonce, 1, kNow));
  EXPECT_FALSE(nonces.use(nonce, 1, kNow));
  EXPECT_TRUE(nonces.use(nonce, 3, kNow));
  EXPECT_TRUE(nonces.use(nonce, 2, kNow)) << "several connections of one client";
  EXPECT_FALSE(nonces.use(nonce, 2, kNow));
  EXPECT_FALSE(nonces.use(nonce, 3, kNow));
}

TEST(DigestNonces, ForgetsCountsFarBehindTheHighest) {
  DigestNonces nonces;
  const std::string nonce = nonces.make(kNow);
  EXPECT_TRUE(nonces.use(nonce, 100, kNow));
  EXPECT_TRUE(nonces.use(nonce, 37, kNow));
  EXPECT_FALSE(nonces.use(nonce, 36, kNow));
  EXPECT_TRUE(nonces.use(nonce, 0xFFFFFFFF, kNow));
  EXPECT_FALSE(nonces.use(nonce, 100, kNow));
}

TEST(DigestNonces, AreStaleAfterTheirLife) {
  DigestNonces nonces;
  const std::string nonce = nonces.make(kNow);
  EXPECT_TRUE(nonces.use(nonce, 1, kNow + DigestNonces::kLife));
  EXPECT_FALSE(nonces.use(nonce, 2, kNow + DigestNonces::kLife + Duration(1)));
  EXPECT_FALSE(nonces.use(nonce, 3, kNow - Duration(1))) << "not made in the future";
}

TEST(DigestNonces, KnowTheirOwn) {
  DigestNonces nonces;
  const std::string nonce = nonces.make(kNow);
  EXPECT_NE(nonce, nonces.make(kNow));
  for (std::size_t i = 0; i < nonce.size(); ++i) {
    std::string changed = nonce;
    changed[i] = changed[i] == '0' ? '1' : '0';
    EXPECT_FALSE(nonces.use(changed, 1, kNow)) << i;
  }
  for (const std::string& other :
       {std::string(), nonce + "0", nonce + "00", nonce.substr(2), std::string(64, 'z'), DigestNonces().make(kNow)}) {
    EXPECT_FALSE(nonces.use(other, 1, kNow)) << other;
  }
}

TEST(DigestNonces, TakesNoReplayOfANonceThatItHasForgotten) {
  DigestNonces nonces;
  const std::string first = nonces.make(kNow);
  EXPECT_TRUE(nonces.use(first, 1, kNow));
  for (std::size_t i = 0; i < DigestNonces::kMostUsed; ++i) {
    const Timestamp later = kNow + Duration(1 + i);
    EXPECT_TRUE(nonces.use(nonces.make(later), 1, later));
  }
  EXPECT_FALSE(nonces.use(first, 1, kNow + Duration(1000000)));
  EXPECT_FALSE(nonces.use(nonces.make(kNow), 1, kNow + Duration(1000000))) << "as old as a forgotten one: stale";
}

}  // namespace
}  // namespace firn
