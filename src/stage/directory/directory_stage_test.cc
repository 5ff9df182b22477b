// What only the directory stage promises; what every stage does is in tests/contract/stage_contract_test.cc.
#include "stage/directory/directory_stage.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "stage/object_metadata.h"
#include "tests/support/simulated_file_system.h"

namespace firn {
namespace {

ObjectMetadata metadata_of(const std::string& content) {
  ObjectMetadata metadata;
  metadata.rows = 3;
  metadata.range = {Position::make(1, 2, 3), Position::make(1, 2, 9)};
  metadata.bytes = content.size();
  metadata.content_digest = sha256("rows of " + content);
  metadata.file_digest = sha256(content);
  metadata.definition = "0123456789abcdef";
  return metadata;
}

class DirectoryStageTest : public testing::Test {
 protected:
  DirectoryStageTest() { write("content"); }

  void write(const std::string& content) { EXPECT_TRUE(replace_file(files, "/local", content)); }
  Result<PutOutcome> put(const std::string& content = "content") {
    return stage.put(key, "/local", metadata_of(content));
  }

  SimulatedFileSystem files;
  DirectoryStage stage{files, "/stage", "prefix"};
  const ObjectKey key{"forms/2026-03/000001/a.csv.zst"};
  const std::string path = "/stage/prefix/forms/2026-03/000001/a.csv.zst";
};

TEST_F(DirectoryStageTest, WritesTheObjectBelowRootAndPrefixWithItsMetadataBesideIt) {
  EXPECT_EQ(put(), PutOutcome::kCreated);
  EXPECT_EQ(stage.location(key), path);
  EXPECT_EQ(files.content(path), "content");
  EXPECT_EQ(files.content(path + ".meta.json"), encode_metadata(metadata_of("content")));
}

TEST_F(DirectoryStageTest, KeepsAnObjectThatWasPutOverALossOfPower) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    SCOPED_TRACE(seed);
    EXPECT_TRUE(put());
    files.crash(seed);
    EXPECT_TRUE(stage.head(key));
    EXPECT_EQ(files.content(path), "content");
  }
}

/// Files among which another program puts an object while ours is being copied.
class SharedFiles final : public FileSystem {
 public:
  SharedFiles(FileSystem& files, std::string object) : files_(files), object_(std::move(object)) {}

  Result<std::unique_ptr<File>> create_or_truncate(const std::string& path) override {
    if (path.starts_with("/stage/.tmp/")) {
      EXPECT_TRUE(replace_file(files_, object_, "another program's"));
    }
    return files_.create_or_truncate(path);
  }
  Result<std::unique_ptr<File>> create(const std::string& path) override { return files_.create(path); }
  Result<std::unique_ptr<File>> open(const std::string& path) override { return files_.open(path); }
  Status rename(const std::string& from, const std::string& to) override { return files_.rename(from, to); }
  Status rename_no_replace(const std::string& from, const std::string& to) override {
    return files_.rename_no_replace(from, to);
  }
  Status remove(const std::string& path) override { return files_.remove(path); }
  Status create_directories(const std::string& path) override { return files_.create_directories(path); }
  Status sync_directory(const std::string& path) override { return files_.sync_directory(path); }
  Result<std::vector<std::string>> list(const std::string& path) override { return files_.list(path); }
  Result<bool> exists(const std::string& path) override { return files_.exists(path); }
  Result<std::uint64_t> free_bytes(const std::string& path) override { return files_.free_bytes(path); }
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override { return files_.lock(path); }

 private:
  FileSystem& files_;
  std::string object_;
};

TEST_F(DirectoryStageTest, NeverReplacesWhatAnotherProgramPutMeanwhile) {
  SharedFiles shared(files, path);
  DirectoryStage late(shared, "/stage", "prefix");
  EXPECT_EQ(late.put(key, "/local", metadata_of("content")).error().kind, ErrorKind::kConflict);
  EXPECT_EQ(files.content(path), "another program's");
}

TEST_F(DirectoryStageTest, AReaderNeverSeesAPartWhereverPowerIsLost) {
  for (std::uint64_t calls = 0; calls < 40; ++calls) {
    SCOPED_TRACE(calls);
    SimulatedFileSystem disk(calls);
    DirectoryStage cut_off(disk, "/stage", "");
    ASSERT_TRUE(replace_file(disk, "/local", "content"));
    disk.stop_after(calls);
    static_cast<void>(cut_off.put(key, "/local", metadata_of("content")));
    disk.crash(calls);
    const auto head = cut_off.head(key);
    EXPECT_TRUE(head || head.error().kind == ErrorKind::kNotFound) << head.error().message();
    EXPECT_TRUE(!head || disk.content("/stage/" + key.str()) == "content");
    EXPECT_TRUE(cut_off.put(key, "/local", metadata_of("content")));
    EXPECT_EQ(disk.content("/stage/" + key.str()), "content");
  }
}

TEST_F(DirectoryStageTest, RemovingRepeatsCleanlyWhereverPowerIsLost) {
  for (std::uint64_t calls = 0; calls < 12; ++calls) {
    SCOPED_TRACE(calls);
    ASSERT_TRUE(put());
    files.stop_after(calls);
    static_cast<void>(stage.remove(std::vector{key}));
    files.crash(calls);
    const auto head = stage.head(key);
    EXPECT_TRUE(head || head.error().kind == ErrorKind::kNotFound) << head.error().message();
    EXPECT_TRUE(stage.remove(std::vector{key}));
    EXPECT_FALSE(files.content(path + ".meta.json").has_value());
  }
}

TEST_F(DirectoryStageTest, LeavesNothingBehindWhenTheFileIsDamaged) {
  write("damaged");
  EXPECT_EQ(put().error().kind, ErrorKind::kDamaged);
  EXPECT_TRUE(files.list("/stage/.tmp").value().empty());
}

TEST_F(DirectoryStageTest, LeavesNothingBehindWhenTheDiskIsFull) {
  files.set_free_bytes(3);
  EXPECT_EQ(put().error().kind, ErrorKind::kNoSpace);
  EXPECT_TRUE(files.list("/stage/.tmp").value().empty());
}

TEST_F(DirectoryStageTest, FindsAnObjectThatWasCutShort) {
  put();
  ASSERT_TRUE(files.create_or_truncate(path));
  EXPECT_EQ(stage.head(key).error().kind, ErrorKind::kDamaged);
}

TEST_F(DirectoryStageTest, FindsAnObjectWithoutMetadata) {
  put();
  ASSERT_TRUE(files.remove(path + ".meta.json"));
  EXPECT_EQ(stage.head(key).error().kind, ErrorKind::kDamaged);
}

TEST_F(DirectoryStageTest, FindsMetadataThatCannotBeRead) {
  put();
  ASSERT_TRUE(replace_file(files, path + ".meta.json", "{}"));
  EXPECT_EQ(stage.head(key).error().kind, ErrorKind::kDamaged);
}

TEST_F(DirectoryStageTest, DoesNotListWhatItDidNotPut) {
  put();
  ASSERT_TRUE(replace_file(files, "/stage/prefix/forms/notes.txt", "a person's"));
  ASSERT_TRUE(replace_file(files, "/stage/prefix/forms/half.csv.zst.meta.json", "without its object"));
  EXPECT_EQ(stage.list("", {}, 10).value().objects.size(), 1U);
}

TEST_F(DirectoryStageTest, SaysWhenAFolderCannotBeListed) {
  put();
  files.fail_nth(FileCall::kList, "2026-03");
  EXPECT_FALSE(stage.list("", {}, 10));
}

TEST(ObjectMetadataJson, ReadsWhatItWrites) {
  ObjectMetadata metadata = metadata_of("content");
  metadata.replaces = ObjectKey("forms/a1.csv.zst");
  const ObjectMetadata read = decode_metadata(encode_metadata(metadata)).value();
  EXPECT_EQ(encode_metadata(read), encode_metadata(metadata));
  EXPECT_EQ(read.replaces, metadata.replaces);
  EXPECT_EQ(read.range, metadata.range);
}

TEST(ObjectMetadataJson, RefusesWhatIsNotMetadata) {
  std::string text = encode_metadata(metadata_of("content"));
  EXPECT_FALSE(decode_metadata(text.substr(0, 20)));
  EXPECT_FALSE(decode_metadata("[]"));
  text.replace(text.find("content_sha256"), 14, "content_sha999");
  EXPECT_FALSE(decode_metadata(text));
  EXPECT_FALSE(decode_metadata(R"({"rows":-1})"));
}

}  // namespace
}  // namespace firn
