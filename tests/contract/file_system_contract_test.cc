// What every FileSystem does, whichever it is. What only the simulation promises is in simulated_file_system_test.cc.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "platform/file_system.h"
#include "tests/support/simulated_file_system.h"
#include "tests/support/temporary_directory.h"

namespace firn {
namespace {

using Names = std::vector<std::string>;

class FileSystemContract : public testing::TestWithParam<const char*> {
 protected:
  FileSystemContract()
      : files_(std::string(GetParam()) == "posix" ? make_posix_file_system()
                                                  : std::make_unique<SimulatedFileSystem>()) {
    EXPECT_TRUE(files_->create_directories(folder_.path()));
  }

  [[nodiscard]] std::string at(const std::string& name) const { return folder_ / name; }

  void write(const std::string& name, std::string_view bytes) {
    auto file = files_->create_or_truncate(at(name));
    ASSERT_TRUE(file) << file.error().message();
    ASSERT_TRUE((*file)->append(bytes));
  }
  std::string read(const std::string& name) { return read_file(*files_, at(name), 1000).value_or("(nothing)"); }
  Names list(const std::string& name = "") { return files_->list(at(name)).value_or(Names{"(nothing)"}); }

  TemporaryDirectory folder_;
  std::unique_ptr<FileSystem> files_;
};

template <typename T>
ErrorKind kind_of(const Result<T>& result) {
  EXPECT_FALSE(result) << "it should have failed";
  return result ? ErrorKind::kInternal : result.error().kind;
}

TEST_P(FileSystemContract, CreatesAFileThatIsAppendedAndRead) {
  auto file = files_->create(at("log")).value();
  EXPECT_TRUE(file->append("two "));
  EXPECT_TRUE(file->append(""));
  EXPECT_TRUE(file->append("parts"));
  EXPECT_TRUE(file->sync());
  EXPECT_EQ(file->size(), 9U);
  EXPECT_EQ(file->read_at(0, 9), "two parts");
}

TEST_P(FileSystemContract, ReadsFewerBytesOnlyAtTheEnd) {
  write("log", "0123456789");
  const auto file = files_->open(at("log")).value();
  EXPECT_EQ(file->read_at(2, 3), "234");
  EXPECT_EQ(file->read_at(8, 100), "89");
  EXPECT_EQ(file->read_at(10, 1), "");
  EXPECT_EQ(file->read_at(1'000'000, 1), "");
  EXPECT_EQ(file->read_at(0, 0), "");
}

TEST_P(FileSystemContract, KeepsBytesOfEveryValue) {
  std::string bytes(256, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<char>(i);
  }
  write("log", bytes);
  EXPECT_EQ(read("log"), bytes);
}

TEST_P(FileSystemContract, ShowsAReaderWhatAnotherHandleAppends) {
  auto writer = files_->create(at("log")).value();
  const auto reader = files_->open(at("log")).value();
  EXPECT_TRUE(writer->append("new"));
  EXPECT_EQ(reader->size(), 3U);
  EXPECT_EQ(reader->read_at(0, 10), "new");
}

TEST_P(FileSystemContract, DoesNotCreateOverAFileOrAFolder) {
  write("log", "kept");
  ASSERT_TRUE(files_->create_directories(at("folder")));
  EXPECT_EQ(kind_of(files_->create(at("log"))), ErrorKind::kAlreadyExists);
  EXPECT_EQ(kind_of(files_->create(at("folder"))), ErrorKind::kAlreadyExists);
  EXPECT_EQ(read("log"), "kept");
}

TEST_P(FileSystemContract, EmptiesAFileWhenAskedTo) {
  write("log", "a long old content");
  write("log", "new");
  EXPECT_EQ(read("log"), "new");
}

TEST_P(FileSystemContract, DoesNotMakeFoldersForAFile) {
  EXPECT_EQ(kind_of(files_->create(at("no/log"))), ErrorKind::kNotFound);
  EXPECT_EQ(kind_of(files_->create_or_truncate(at("no/log"))), ErrorKind::kNotFound);
  EXPECT_EQ(kind_of(files_->lock(at("no/lock"))), ErrorKind::kNotFound);
}

TEST_P(FileSystemContract, OpensForReadingOnly) {
  write("log", "kept");
  EXPECT_FALSE(files_->open(at("log")).value()->append("more"));
  EXPECT_EQ(read("log"), "kept");
}

TEST_P(FileSystemContract, SaysWhichPathIsMissing) {
  const auto opened = files_->open(at("none"));
  EXPECT_EQ(kind_of(opened), ErrorKind::kNotFound);
  EXPECT_EQ(opened.error().object, at("none"));
  EXPECT_EQ(kind_of(files_->remove(at("none"))), ErrorKind::kNotFound);
  EXPECT_EQ(kind_of(files_->list(at("none"))), ErrorKind::kNotFound);
  EXPECT_EQ(kind_of(files_->rename(at("none"), at("other"))), ErrorKind::kNotFound);
  EXPECT_EQ(kind_of(files_->rename_no_replace(at("none"), at("other"))), ErrorKind::kNotFound);
  EXPECT_EQ(kind_of(files_->sync_directory(at("none"))), ErrorKind::kNotFound);
  EXPECT_EQ(kind_of(files_->free_bytes(at("none"))), ErrorKind::kNotFound);
}

TEST_P(FileSystemContract, RenamesOverTheTarget) {
  write("a", "new");
  write("b", "old");
  EXPECT_TRUE(files_->rename(at("a"), at("b")));
  EXPECT_EQ(list(), Names{"b"});
  EXPECT_EQ(read("b"), "new");
}

TEST_P(FileSystemContract, RenamesWithoutReplacing) {
  write("a", "new");
  EXPECT_TRUE(files_->rename_no_replace(at("a"), at("b")));
  EXPECT_EQ(list(), Names{"b"});
  EXPECT_EQ(read("b"), "new");
}

TEST_P(FileSystemContract, ChangesNothingWhenTheTargetMustNotBeReplaced) {
  write("a", "new");
  write("b", "old");
  EXPECT_EQ(kind_of(files_->rename_no_replace(at("a"), at("b"))), ErrorKind::kAlreadyExists);
  EXPECT_EQ(read("a"), "new");
  EXPECT_EQ(read("b"), "old");
}

TEST_P(FileSystemContract, KeepsARemovedFileForThoseWhoHaveItOpen) {
  write("log", "still here");
  const auto file = files_->open(at("log")).value();
  EXPECT_TRUE(files_->remove(at("log")));
  EXPECT_EQ(files_->exists(at("log")), false);
  EXPECT_EQ(file->read_at(0, 100), "still here");
}

TEST_P(FileSystemContract, DoesNotRemoveFolders) {
  ASSERT_TRUE(files_->create_directories(at("folder")));
  EXPECT_FALSE(files_->remove(at("folder")));
  EXPECT_EQ(files_->exists(at("folder")), true);
}

TEST_P(FileSystemContract, MakesFoldersWithTheirParentsOnceAndAgain) {
  EXPECT_TRUE(files_->create_directories(at("a/b/c")));
  EXPECT_TRUE(files_->create_directories(at("a/b/c")));
  EXPECT_TRUE(files_->create_directories(at("a/b/d/")));
  EXPECT_EQ(list("a/b"), (Names{"c", "d"}));
  EXPECT_TRUE(files_->sync_directory(at("a/b")));
}

TEST_P(FileSystemContract, DoesNotMakeAFolderWhereAFileIs) {
  write("a", "");
  EXPECT_FALSE(files_->create_directories(at("a")));
  EXPECT_FALSE(files_->create_directories(at("a/b")));
}

TEST_P(FileSystemContract, ListsNamesOfOneFolderInOrder) {
  write("b", "");
  write("a", "");
  ASSERT_TRUE(files_->create_directories(at("c/below")));
  write("c/file", "");
  EXPECT_EQ(list(), (Names{"a", "b", "c"}));
  EXPECT_EQ(list("c"), (Names{"below", "file"}));
  EXPECT_EQ(list("c/below"), Names{});
}

TEST_P(FileSystemContract, KnowsWhatExists) {
  write("a", "");
  EXPECT_EQ(files_->exists(at("a")), true);
  EXPECT_EQ(files_->exists(at("")), true);
  EXPECT_EQ(files_->exists(at("b")), false);
  EXPECT_EQ(files_->exists(at("a/b")), false);
}

TEST_P(FileSystemContract, HasFreeSpace) { EXPECT_GT(files_->free_bytes(folder_.path()).value(), 0U); }

TEST_P(FileSystemContract, LocksOnceUntilTheLockIsGone) {
  auto lock = files_->lock(at("lock"));
  ASSERT_TRUE(lock);
  const auto second = files_->lock(at("lock"));
  EXPECT_EQ(kind_of(second), ErrorKind::kBusy);
  EXPECT_NE(second.error().hint.find("another firn"), std::string::npos);
  lock->reset();
  EXPECT_TRUE(files_->lock(at("lock")));
}

TEST_P(FileSystemContract, ReadsAWholeFileUpToALimit) {
  write("small", "12345");
  EXPECT_EQ(read_file(*files_, at("small"), 5), "12345");
  EXPECT_EQ(kind_of(read_file(*files_, at("small"), 4)), ErrorKind::kInvalidInput);
  EXPECT_EQ(kind_of(read_file(*files_, at("none"), 4)), ErrorKind::kNotFound);
  EXPECT_FALSE(read_file(*files_, folder_.path(), 1'000'000));
}

TEST_P(FileSystemContract, ReplacesASmallFile) {
  EXPECT_TRUE(replace_file(*files_, at("state"), "first"));
  EXPECT_TRUE(replace_file(*files_, at("state"), "second"));
  EXPECT_EQ(read("state"), "second");
  EXPECT_EQ(list(), Names{"state"});
  EXPECT_EQ(kind_of(replace_file(*files_, at("no/state"), "third")), ErrorKind::kNotFound);
}

INSTANTIATE_TEST_SUITE_P(All, FileSystemContract, testing::Values("posix", "simulated"),
                         [](const auto& implementation) { return std::string(implementation.param); });

}  // namespace
}  // namespace firn
