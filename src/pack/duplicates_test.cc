#include "pack/duplicates.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/time.h"

namespace firn {
namespace {

std::optional<Timestamp> version(int day) {
  return day == 0 ? std::nullopt : std::optional(timestamp_from_micros(day * 86'400'000'000LL));
}

VersionEntry entry(std::uint64_t offset, int day, const std::string& content) {
  VersionEntry made;
  made.position = Position(offset);
  made.version = version(day);
  made.digest = digest128(content);
  return made;
}

VersionClaim claim(int day, const std::string& content) { return {version(day), digest128(content), false, false}; }

TEST(Duplicates, TheFirstOfADocumentIsARow) {
  EXPECT_EQ(judge(claim(1, "A"), {}, {}), Verdict::kRow);
  EXPECT_EQ(judge(claim(0, "A"), {}, {}), Verdict::kRow);
}

TEST(Duplicates, AVersionThatIsThereIsADuplicate) {
  const std::vector entries{entry(1, 1, "A"), entry(2, 2, "B")};
  EXPECT_EQ(judge(claim(1, "A"), entries, {}), Verdict::kDuplicate);
  EXPECT_EQ(judge(claim(1, "A"), {}, entries), Verdict::kDuplicate);
}

TEST(Duplicates, ALateOldVersionIsKept) {
  const std::vector entries{entry(1, 5, "E"), entry(2, 7, "G")};
  EXPECT_EQ(judge(claim(6, "F"), entries, {}), Verdict::kRow);
  EXPECT_EQ(judge(claim(1, "A"), entries, {}), Verdict::kRow);
}

TEST(Duplicates, ANewVersionOfTheSameContentIsKept) {
  const std::vector entries{entry(1, 1, "A")};
  EXPECT_EQ(judge(claim(2, "A"), entries, {}), Verdict::kRow);
}

TEST(Duplicates, TheSameVersionWithOtherContentIsAConflict) {
  const std::vector entries{entry(1, 1, "A")};
  EXPECT_EQ(judge(claim(1, "B"), entries, {}), Verdict::kConflict);
  EXPECT_EQ(judge(claim(1, "B"), {}, entries), Verdict::kConflict);
}

TEST(Duplicates, WithoutVersionTheNewestDecides) {
  const std::vector known{entry(1, 0, "A"), entry(2, 0, "B")};
  EXPECT_EQ(judge(claim(0, "B"), known, {}), Verdict::kDuplicate);
  EXPECT_EQ(judge(claim(0, "A"), known, {}), Verdict::kRow);
  const std::vector pending{entry(3, 0, "C")};
  EXPECT_EQ(judge(claim(0, "B"), known, pending), Verdict::kRow);
  EXPECT_EQ(judge(claim(0, "C"), known, pending), Verdict::kDuplicate);
}

TEST(Duplicates, TheNewestMayHaveAVersion) {
  const std::vector known{entry(1, 1, "A")};
  EXPECT_EQ(judge(claim(0, "A"), known, {}), Verdict::kDuplicate);
}

TEST(Duplicates, ARecordSentAgainIsNoRowWhenAnotherTookThePlace) {
  VersionClaim again = claim(1, "A");
  again.replaces = true;
  EXPECT_EQ(judge(again, {}, {}), Verdict::kRow);
  again.already_replaced = true;
  EXPECT_EQ(judge(again, {}, {}), Verdict::kDuplicate);
}

TEST(Duplicates, ARecordSentAgainIsADuplicateLikeAnyOther) {
  const std::vector known{entry(1, 1, "A")};
  VersionClaim again = claim(1, "A");
  again.replaces = true;
  EXPECT_EQ(judge(again, known, {}), Verdict::kDuplicate);
  again.digest = claim(1, "B").digest;
  EXPECT_EQ(judge(again, {}, known), Verdict::kConflict);
}

}  // namespace
}  // namespace firn
