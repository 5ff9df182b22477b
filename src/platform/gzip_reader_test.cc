#include "platform/gzip_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "platform/gzip_test_data.h"

namespace firn {
namespace {

using Outcome = GzipReader::Outcome;

struct Unpacked {
  /// Gives the bytes in pieces of `step`.
  explicit Unpacked(std::string_view packed, std::size_t step = 1 << 20) {
    GzipReader reader;
    while (!packed.empty() && outcome == Outcome::kGood) {
      outcome = reader.put(packed.substr(0, step), [this](std::string_view part) {
        content += part;
        return true;
      });
      packed.remove_prefix(std::min(step, packed.size()));
    }
    complete = reader.complete();
  }

  Outcome outcome = Outcome::kGood;
  bool complete = false;
  std::string content;
};

std::string lines(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    text += std::to_string(i * 7919) + "\n";
  }
  return text;
}

TEST(GzipReader, UnpacksInPiecesOfAnySize) {
  const std::string content = lines(20000);
  for (const std::size_t step : {1U, 7U, 4096U, 1U << 20U}) {
    const Unpacked read(gzip(content), step);
    EXPECT_EQ(read.outcome, Outcome::kGood);
    EXPECT_TRUE(read.complete);
    EXPECT_EQ(read.content, content);
  }
}

TEST(GzipReader, UnpacksMembersOneAfterTheOther) {
  const Unpacked read(gzip("one ") + gzip("") + gzip("two"), 5);
  EXPECT_TRUE(read.complete);
  EXPECT_EQ(read.content, "one two");
}

TEST(GzipReader, UnpacksWhatFillsItsPiecesExactly) {
  for (const std::size_t size : {16384U, 32768U, 16383U, 16385U}) {
    const Unpacked read(gzip(std::string(size, 'x')));
    EXPECT_TRUE(read.complete);
    EXPECT_EQ(read.content.size(), size);
  }
}

TEST(GzipReader, KnowsThatSomethingIsMissing) {
  const std::string packed = gzip(lines(100));
  for (std::size_t size = 0; size < packed.size(); ++size) {
    const Unpacked read(packed.substr(0, size));
    EXPECT_EQ(read.outcome, Outcome::kGood) << size;
    EXPECT_FALSE(read.complete) << size;
  }
}

TEST(GzipReader, RefusesWhatIsDamaged) {
  const std::string packed = gzip(lines(100));
  std::string checksum = packed;
  checksum[packed.size() - 6] ^= 1;
  std::string size = packed;
  size[packed.size() - 2] ^= 1;
  for (const std::string& damaged : {checksum, size, packed + "x and more", std::string("{\"a\":1} is not packed"),
                                     std::string("\x78\x9c\x4b\x04\x00\x00\x62\x00\x62", 9)}) {
    EXPECT_EQ(Unpacked(damaged).outcome, Outcome::kDamaged);
  }
}

TEST(GzipReader, RefusesBytesWithoutContentBeyondReason) {
  std::string empty;
  while (empty.size() < 200000) {
    empty += gzip("");
  }
  EXPECT_EQ(Unpacked(empty, 4096).outcome, Outcome::kDamaged);
}

TEST(GzipReader, StopsABombWhenTold) {
  GzipReader reader;
  std::size_t size = 0;
  const auto outcome = reader.put(gzip(std::string(50U << 20U, '0')), [&](std::string_view part) {
    size += part.size();
    return size < 100000;
  });
  EXPECT_EQ(outcome, Outcome::kStopped);
  EXPECT_LT(size, 120000U);
}

}  // namespace
}  // namespace firn
