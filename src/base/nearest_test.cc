#include "base/nearest.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace firn {
namespace {

TEST(Nearest, FindsSwappedMissingAndWrongLetters) {
  const std::vector<std::string> words{"chunk_age", "chunk_size", "threshold"};
  EXPECT_EQ(nearest("chunk_aeg", words), "chunk_age");
  EXPECT_EQ(nearest("treshold", words), "threshold");
  EXPECT_EQ(nearest("Chunk_Size", words), "chunk_size");
  EXPECT_EQ(nearest("database", words), std::nullopt);
  EXPECT_EQ(nearest("", words), std::nullopt);
}

}  // namespace
}  // namespace firn
