// What only the real file system does or can be made to do; the rest is in tests/contract.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <functional>
#include <string>

#include "platform/file_system.h"
#include "platform/link_rename.h"
#include "platform/system_error.h"
#include "tests/support/temporary_directory.h"

namespace firn {
namespace {

mode_t mode_of(const std::string& path) {
  struct stat info{};
  EXPECT_EQ(::stat(path.c_str(), &info), 0);
  return info.st_mode & 0777U;
}

/// Runs `act` in a process of its own, so that limits and rights that it gives up come back; true when it says so.
bool in_child(const std::function<bool()>& act) {
  const auto child = ::fork();
  if (child == 0) {
    ::_exit(act() ? 0 : 1);
  }
  int status = -1;
  return ::waitpid(child, &status, 0) == child && status == 0;
}

class PosixFileSystemTest : public testing::Test {
 protected:
  TemporaryDirectory folder_;
  std::unique_ptr<FileSystem> files_ = make_posix_file_system();
};

TEST_F(PosixFileSystemTest, GivesFilesAndFoldersToTheirOwnerOnly) {
  ASSERT_TRUE(files_->create_directories(folder_ / "a/b"));
  ASSERT_TRUE(files_->create(folder_ / "a/new"));
  ASSERT_TRUE(files_->create_or_truncate(folder_ / "a/other"));
  ASSERT_TRUE(files_->lock(folder_ / "a/lock"));
  EXPECT_EQ(mode_of(folder_ / "a"), 0700U);
  EXPECT_EQ(mode_of(folder_ / "a/b"), 0700U);
  EXPECT_EQ(mode_of(folder_ / "a/new"), 0600U);
  EXPECT_EQ(mode_of(folder_ / "a/other"), 0600U);
  EXPECT_EQ(mode_of(folder_ / "a/lock"), 0600U);
}

TEST_F(PosixFileSystemTest, SaysThatTheDiskIsFull) {
  const auto file = files_->create_or_truncate("/dev/full").value();
  const auto full = file->append("x");
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().kind, ErrorKind::kNoSpace);
  EXPECT_EQ(full.error().message(),
            "append to /dev/full: No space left on device (free some space on this file system)");
}

TEST_F(PosixFileSystemTest, FailsAnAppendThatFitsOnlyInPart) {
  EXPECT_TRUE(in_child([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1000, 1000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const auto file = files_->create(folder_ / "limited").value();
    const auto status = file->append(std::string(1500, 'x'));
    return !status && status.error().kind == ErrorKind::kNoSpace && file->size() == 1000U;
  }));
}

TEST_F(PosixFileSystemTest, SaysThatAccessIsDenied) {
  EXPECT_TRUE(in_child([&] {
    // Root may do everything; anybody else may not do this.
    const bool other = ::getuid() != 0 || ::setresuid(65534, 65534, 65534) == 0;
    const auto listed = files_->list("/proc/1/fd");
    const auto locked = files_->lock("/etc/passwd");
    return other && !listed && listed.error().kind == ErrorKind::kPermission && !listed.error().hint.empty() &&
           !locked && locked.error().kind == ErrorKind::kPermission;
  }));
}

TEST_F(PosixFileSystemTest, AcceptsAFolderWhoseParentItMayNotOpen) {
  ASSERT_TRUE(files_->create_directories(folder_ / "closed/mine"));
  EXPECT_TRUE(in_child([&] {
    ::chmod(folder_.path().c_str(), 0711);
    ::chmod((folder_ / "closed").c_str(), 0311);
    const bool other = ::getuid() != 0 || ::setresuid(65534, 65534, 65534) == 0;
    return other && files_->create_directories(folder_ / "closed/mine").has_value();
  }));
}

TEST_F(PosixFileSystemTest, ReportsASyncThatTheFileCannotDo) {
  const auto file = files_->create_or_truncate("/dev/null").value();
  const auto status = file->sync();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ(status.error().object, "/dev/null");
}

TEST_F(PosixFileSystemTest, ReportsAReadThatFails) {
  EXPECT_EQ(files_->open(folder_.path()).value()->read_at(0, 1).error().kind, ErrorKind::kUnavailable);
}

TEST_F(PosixFileSystemTest, SeesALockOfAnotherProcess) {
  const auto lock = files_->lock(folder_ / "lock");
  ASSERT_TRUE(lock);
  EXPECT_TRUE(in_child([&] {
    const auto second = make_posix_file_system()->lock(folder_ / "lock");
    return !second && second.error().kind == ErrorKind::kBusy;
  }));
}

TEST_F(PosixFileSystemTest, FreesTheLockOfADeadProcess) {
  EXPECT_TRUE(in_child([&] { return files_->lock(folder_ / "lock").has_value(); }));
  EXPECT_TRUE(files_->lock(folder_ / "lock"));
}

TEST_F(PosixFileSystemTest, DoesNotLendItsFilesToOtherPrograms) {
  const auto file = files_->create(folder_ / "held").value();
  const auto lock = files_->lock(folder_ / "lock").value();
  const auto command = "ls -l /proc/self/fd | grep -q " + folder_.path();
  EXPECT_TRUE(in_child([&] {
    ::execl("/bin/sh", "sh", "-c", ("! " + command).c_str(), nullptr);
    return false;
  }));
}

TEST_F(PosixFileSystemTest, RenamesByALinkWhereTheKernelCannotRefuse) {
  ASSERT_TRUE(files_->create(folder_ / "a").value()->append("new"));
  ASSERT_TRUE(files_->create(folder_ / "taken"));
  EXPECT_EQ(rename_by_link(folder_ / "a", folder_ / "taken").error().kind, ErrorKind::kAlreadyExists);
  EXPECT_EQ(files_->exists(folder_ / "a"), true);
  EXPECT_TRUE(rename_by_link(folder_ / "a", folder_ / "b"));
  EXPECT_EQ(read_file(*files_, folder_ / "b", 10), "new");
  EXPECT_EQ(files_->exists(folder_ / "a"), false);
  EXPECT_EQ(rename_by_link(folder_ / "a", folder_ / "c").error().kind, ErrorKind::kNotFound);
}

TEST(SystemError, GivesEachCodeItsKind) {
  const auto kind = [](int code) { return system_error(code, "do", "it").kind; };
  EXPECT_EQ(kind(ENOENT), ErrorKind::kNotFound);
  EXPECT_EQ(kind(EEXIST), ErrorKind::kAlreadyExists);
  EXPECT_EQ(kind(ENOSPC), ErrorKind::kNoSpace);
  EXPECT_EQ(kind(EDQUOT), ErrorKind::kNoSpace);
  EXPECT_EQ(kind(EFBIG), ErrorKind::kNoSpace);
  EXPECT_EQ(kind(EACCES), ErrorKind::kPermission);
  EXPECT_EQ(kind(EPERM), ErrorKind::kPermission);
  EXPECT_EQ(kind(EIO), ErrorKind::kUnavailable);
  EXPECT_EQ(kind(EROFS), ErrorKind::kUnavailable);
  EXPECT_EQ(kind(EMFILE), ErrorKind::kUnavailable);
  EXPECT_EQ(kind(EBADF), ErrorKind::kUnavailable);
}

TEST(Paths, AreJoinedAndTakenApart) {
  EXPECT_EQ(join("a", "b"), "a/b");
  EXPECT_EQ(join("a/", "b"), "a/b");
  EXPECT_EQ(join("/", "b"), "/b");
  EXPECT_EQ(join("", "b"), "b");
  EXPECT_EQ(parent_directory("a/b"), "a");
  EXPECT_EQ(parent_directory("a/b/"), "a");
  EXPECT_EQ(parent_directory("a//b"), "a");
  EXPECT_EQ(parent_directory("/a"), "/");
  EXPECT_EQ(parent_directory("//a"), "/");
  EXPECT_EQ(parent_directory("/"), "/");
  EXPECT_EQ(parent_directory("a"), ".");
  EXPECT_EQ(parent_directory("a/"), ".");
  EXPECT_EQ(parent_directory(""), ".");
}

}  // namespace
}  // namespace firn
