#include "pack/chunk_reader.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "pack/chunk_writer.h"
#include "tests/support/simulated_file_system.h"

namespace firn {
namespace {

constexpr const char* kPath = "/chunk";
constexpr std::uint64_t kLongest = 1'000'000;

class ChunkReaderTest : public testing::Test {
 protected:
  void write(const std::vector<std::string>& rows) {
    auto writer = ChunkWriter::create(files, kPath).value();
    for (const std::string& row : rows) {
      ASSERT_TRUE(writer.append(row));
    }
    ASSERT_TRUE(writer.finish());
  }
  Result<std::vector<std::string>> read(std::uint64_t longest = kLongest) {
    FIRN_ASSIGN(auto reader, ChunkReader::open(files, kPath, longest));
    std::vector<std::string> rows;
    while (true) {
      FIRN_ASSIGN(const bool more, reader.next());
      if (!more) {
        return rows;
      }
      rows.emplace_back(reader.row());
    }
  }
  ErrorKind failure(std::uint64_t longest = kLongest) {
    const auto rows = read(longest);
    return rows ? ErrorKind::kInternal : rows.error().kind;
  }

  SimulatedFileSystem files;
};

TEST_F(ChunkReaderTest, GivesTheRowsAsTheyWereWritten) {
  const std::vector<std::string> rows{"\"a\",1\n", "\"b\n\"\"c\n\",2\n", ",3\n"};
  write(rows);
  EXPECT_EQ(read().value(), rows);
  write({});
  EXPECT_TRUE(read().value().empty());
}

TEST_F(ChunkReaderTest, KnowsWhichLinesARowTakesUp) {
  write({"1\n", "\"a\n\nb\",2\n", "3\n"});
  auto reader = ChunkReader::open(files, kPath, kLongest).value();
  std::vector<std::vector<std::uint64_t>> lines;
  while (reader.next().value()) {
    lines.emplace_back();
    for (std::uint64_t line = 0; line < 8; ++line) {
      if (reader.has_line(line)) {
        lines.back().push_back(line);
      }
    }
  }
  EXPECT_EQ(lines, (std::vector<std::vector<std::uint64_t>>{{1}, {2, 3, 4}, {5}}));
}

TEST_F(ChunkReaderTest, ReadsRowsLongerThanItsPieces) {
  std::vector<std::string> rows;
  for (std::size_t i = 0; i < 40; ++i) {
    std::string text(i * 20'000, 'x');
    for (std::size_t at = i; at + 2 < text.size(); at += 977) {
      text.replace(at, 2, "\"\"");
    }
    rows.push_back("\"" + text + "\n\"," + std::to_string(i) + "\n");
  }
  write(rows);
  EXPECT_EQ(read().value(), rows);
}

TEST_F(ChunkReaderTest, TakesALongerRowThanTheManifestsForDamage) {
  write({"\"" + std::string(900'000, 'x') + "\"\n"});
  EXPECT_EQ(failure(1000), ErrorKind::kDamaged);
}

TEST_F(ChunkReaderTest, FindsDamage) {
  write({"1\n", "\"no end\n"});
  EXPECT_EQ(failure(), ErrorKind::kDamaged);
  write({"1\n", "2\n"});
  const std::string whole = files.content(kPath).value();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    ASSERT_TRUE(files.create_or_truncate(kPath).value()->append(whole.substr(0, size)));
    EXPECT_EQ(failure(), ErrorKind::kDamaged) << size;
  }
  ASSERT_TRUE(files.remove(kPath));
  EXPECT_EQ(failure(), ErrorKind::kNotFound);
}

TEST(ParseRow, TakesARowApart) {
  EXPECT_EQ(parse_row("\"a\"\"b\",,\"\",\"x\ny,z\",12\n"),
            (std::vector<RowField>{"a\"b", std::nullopt, "", "x\ny,z", "12"}));
  EXPECT_EQ(parse_row("7\n"), (std::vector<RowField>{"7"}));
}

TEST(ParseRow, RefusesWhatIsNotOneRow) {
  for (const char* text : {"", "a", "\"a", "\"a\"", "\"a\"b\n", "a\nb\n", "a\nb"}) {
    EXPECT_FALSE(parse_row(text)) << text;
  }
}

}  // namespace
}  // namespace firn
