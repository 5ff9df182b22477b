#include "pack/chunk_writer.h"

#include <gtest/gtest.h>
#include <zstd.h>

#include <cerrno>
#include <string>

#include "tests/support/simulated_file_system.h"

namespace firn {
namespace {

constexpr const char* kPath = "/open.tmp";

/// Text that does not compress to nothing.
std::string noise(std::size_t size, unsigned seed) {
  std::string text(size, ' ');
  for (char& c : text) {
    seed = seed * 1664525U + 1013904223U;
    c = static_cast<char>('!' + (seed >> 24U) % 90U);
  }
  return text;
}

std::string decompress(const std::string& file) {
  std::string content(8U << 20U, '\0');
  content.resize(ZSTD_decompress(content.data(), content.size(), file.data(), file.size()));
  return content;
}

TEST(ChunkWriter, SaysWhatTheFileHolds) {
  SimulatedFileSystem files;
  auto writer = ChunkWriter::create(files, kPath).value();
  ASSERT_TRUE(writer.append("a,1\n"));
  ASSERT_TRUE(writer.append("bcd,2\n"));
  const ChunkFile sums = writer.finish().value();
  const std::string file = files.content(kPath).value();
  EXPECT_EQ(decompress(file), "a,1\nbcd,2\n");
  EXPECT_EQ(sums.rows, 2U);
  EXPECT_EQ(sums.bytes_uncompressed, 10U);
  EXPECT_EQ(sums.bytes_longest_row, 6U);
  EXPECT_EQ(sums.bytes_compressed, file.size());
  EXPECT_EQ(sums.content_digest, sha256("a,1\nbcd,2\n"));
  EXPECT_EQ(sums.file_digest, sha256(file));
}

TEST(ChunkWriter, IsDurableWhenItIsFinished) {
  SimulatedFileSystem files;
  auto writer = ChunkWriter::create(files, kPath).value();
  ASSERT_TRUE(writer.append("a,1\n"));
  ASSERT_TRUE(writer.finish());
  ASSERT_TRUE(files.sync_directory("/"));
  files.crash(7);
  EXPECT_EQ(decompress(files.content(kPath).value()), "a,1\n");
}

TEST(ChunkWriter, KnowsItsSizeWhileItWrites) {
  SimulatedFileSystem files;
  auto writer = ChunkWriter::create(files, kPath).value();
  for (unsigned i = 0; i < 1000; ++i) {
    ASSERT_TRUE(writer.append(noise(4000, i)));
  }
  const auto estimate = static_cast<double>(writer.bytes_compressed());
  const auto size = static_cast<double>(writer.finish().value().bytes_compressed);
  EXPECT_NEAR(estimate / size, 1.0, 0.05);
  EXPECT_EQ(decompress(files.content(kPath).value()).size(), 4'000'000U);
}

TEST(ChunkWriter, GivesTheSameFileForTheSameRows) {
  SimulatedFileSystem files;
  for (const char* path : {"/one", "/two"}) {
    auto writer = ChunkWriter::create(files, path).value();
    ASSERT_TRUE(writer.append(noise(100'000, 1)));
    ASSERT_TRUE(writer.finish());
  }
  EXPECT_EQ(files.content("/one"), files.content("/two"));
}

TEST(ChunkWriter, PassesOnThatTheDiskIsFull) {
  SimulatedFileSystem files;
  auto writer = ChunkWriter::create(files, kPath).value();
  files.set_free_bytes(10);
  ASSERT_TRUE(writer.append(noise(1000, 1)));
  EXPECT_EQ(writer.finish().error().kind, ErrorKind::kNoSpace);
}

TEST(ChunkWriter, PassesOnThatTheSyncFailed) {
  SimulatedFileSystem files;
  auto writer = ChunkWriter::create(files, kPath).value();
  files.fail_nth(FileCall::kSync, "open.tmp");
  ASSERT_TRUE(writer.append("a,1\n"));
  EXPECT_FALSE(writer.finish());
}

}  // namespace
}  // namespace firn
