#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "platform/fd.h"
#include "platform/file_system.h"
#include "platform/link_rename.h"
#include "platform/system_error.h"

namespace firn {
namespace {

constexpr mode_t kFileMode = 0600;
constexpr mode_t kDirectoryMode = 0700;

/// The failed state for the call that has just set errno.
std::unexpected<Error> failed(const char* operation, const std::string& object) {
  return fail(system_error(errno, operation, object));
}

/// Calls again while a signal interrupts it.
template <typename Call>
auto uninterrupted(const Call& call) {
  auto result = call();
  while (result < 0 && errno == EINTR) {
    result = call();
  }
  return result;
}

Fd open_fd(const std::string& path, int flags) {
  return Fd(uninterrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC, kFileMode); }));
}

class PosixFile final : public File {
 public:
  PosixFile(Fd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  Status append(std::string_view bytes) override {
    while (!bytes.empty()) {
      const auto written = uninterrupted([&] { return ::write(fd_.get(), bytes.data(), bytes.size()); });
      if (written < 0) {
        return failed("append to", path_);
      }
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
  }

  Result<std::string> read_at(std::uint64_t offset, std::size_t size) override {
    FIRN_ASSIGN(const auto end, this->size());
    if (offset >= end) {
      return std::string();
    }
    std::string bytes;
    int error = 0;
    bytes.resize_and_overwrite(std::min<std::uint64_t>(size, end - offset),
                               [&](char* to, std::size_t wanted) { return read_into(to, wanted, offset, error); });
    if (error != 0) {
      return fail(system_error(error, "read", path_));
    }
    return bytes;
  }

  // The size changes with every append, so fdatasync writes the inode as well; only times are left out.
  Status sync() override {
    if (uninterrupted([&] { return ::fdatasync(fd_.get()); }) < 0) {
      return failed("sync", path_);
    }
    return {};
  }

  [[nodiscard]] Result<std::uint64_t> size() const override {
    struct stat info{};
    if (::fstat(fd_.get(), &info) < 0) {
      return failed("look at", path_);
    }
    return static_cast<std::uint64_t>(info.st_size);
  }

 private:
  /// The bytes read, fewer than `wanted` at the end of the file or when `error` was set.
  std::size_t read_into(char* to, std::size_t wanted, std::uint64_t offset, int& error) const {
    std::size_t done = 0;
    while (done < wanted) {
      const auto count = uninterrupted(
          [&] { return ::pread(fd_.get(), to + done, wanted - done, static_cast<off_t>(offset + done)); });
      if (count <= 0) {
        error = count < 0 ? errno : 0;
        break;
      }
      done += static_cast<std::size_t>(count);
    }
    return done;
  }

  Fd fd_;
  std::string path_;
};

/// The lock goes when the descriptor is closed, also by the death of the process.
class PosixFileLock final : public FileLock {
 public:
  explicit PosixFileLock(Fd fd) : fd_(std::move(fd)) {}

 private:
  Fd fd_;
};

Result<std::unique_ptr<File>> open_file(const char* operation, const std::string& path, int flags) {
  auto fd = open_fd(path, flags);
  if (!fd.is_open()) {
    return failed(operation, path);
  }
  return std::make_unique<PosixFile>(std::move(fd), path);
}

Status sync_folder(const std::string& path) {
  const auto fd = open_fd(path, O_RDONLY | O_DIRECTORY);
  if (!fd.is_open()) {
    return failed("open folder", path);
  }
  if (uninterrupted([&] { return ::fsync(fd.get()); }) < 0) {
    return failed("sync folder", path);
  }
  return {};
}

/// Makes one folder. False when it is there already.
Result<bool> make_folder(const std::string& path) {
  if (::mkdir(path.c_str(), kDirectoryMode) == 0) {
    return true;
  }
  const int error = errno;
  struct stat info{};
  if (error == EEXIST && ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) {
    return false;
  }
  return fail(system_error(error, "create folder", path));
}

class PosixFileSystem final : public FileSystem {
 public:
  Result<std::unique_ptr<File>> create(const std::string& path) override {
    return open_file("create", path, O_RDWR | O_APPEND | O_CREAT | O_EXCL);
  }

  Result<std::unique_ptr<File>> create_or_truncate(const std::string& path) override {
    return open_file("create", path, O_RDWR | O_APPEND | O_CREAT | O_TRUNC);
  }

  Result<std::unique_ptr<File>> open(const std::string& path) override { return open_file("open", path, O_RDONLY); }

  Status rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) < 0) {
      return failed("rename", from + " to " + to);
    }
    return {};
  }

  Status rename_no_replace(const std::string& from, const std::string& to) override {
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) {
      return {};
    }
    if (errno == EINVAL || errno == ENOSYS) {
      return rename_by_link(from, to);
    }
    return failed("rename", from + " to " + to);
  }

  Status remove(const std::string& path) override {
    if (::unlink(path.c_str()) < 0) {
      return failed("remove", path);
    }
    return {};
  }

  Status create_directories(const std::string& path) override {
    FIRN_ASSIGN(const bool there, exists(path));
    const auto parent = parent_directory(path);
    if (!there && parent != path) {
      FIRN_TRY(create_directories(parent));
    }
    FIRN_ASSIGN(const bool made, make_folder(path));
    auto synced = sync_folder(parent);
    // A folder that was there is synced too, because an earlier run may have died before doing so; but its parent may
    // be one of the system's that this user cannot open, and then it was not made by this program.
    const bool not_ours = !made && !synced && synced.error().kind == ErrorKind::kPermission;
    return not_ours ? Status() : synced;
  }

  Status sync_directory(const std::string& path) override { return sync_folder(path); }

  Result<std::vector<std::string>> list(const std::string& path) override {
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(path.c_str()), &::closedir);
    if (!folder) {
      return failed("list", path);
    }
    std::vector<std::string> names;
    errno = 0;
    while (const auto* entry = ::readdir(folder.get())) {
      const std::string_view name(static_cast<const char*>(entry->d_name));
      if (name != "." && name != "..") {
        names.emplace_back(name);
      }
      errno = 0;
    }
    if (errno != 0) {
      return failed("list", path);
    }
    std::ranges::sort(names);
    return names;
  }

  [[nodiscard]] Result<bool> exists(const std::string& path) override {
    struct stat info{};
    if (::stat(path.c_str(), &info) == 0) {
      return true;
    }
    if (errno == ENOENT || errno == ENOTDIR) {
      return false;
    }
    return failed("look at", path);
  }

  Result<std::uint64_t> free_bytes(const std::string& path) override {
    struct statvfs info{};
    if (uninterrupted([&] { return ::statvfs(path.c_str(), &info); }) < 0) {
      return failed("ask the free space of", path);
    }
    return std::uint64_t{info.f_bavail} * info.f_frsize;
  }

  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override {
    auto fd = open_fd(path, O_RDWR | O_CREAT);
    if (!fd.is_open()) {
      return failed("lock", path);
    }
    if (uninterrupted([&] { return ::flock(fd.get(), LOCK_EX | LOCK_NB); }) == 0) {
      return std::make_unique<PosixFileLock>(std::move(fd));
    }
    if (errno == EWOULDBLOCK) {
      return fail(Error{ErrorKind::kBusy, "lock", path, "another process holds it",
                        "another firn uses this data directory; stop it first, or give this one its own"});
    }
    return failed("lock", path);
  }
};

}  // namespace

Status rename_by_link(const std::string& from, const std::string& to) {
  if (::link(from.c_str(), to.c_str()) < 0) {
    return failed("rename", from + " to " + to);
  }
  if (::unlink(from.c_str()) < 0) {
    return failed("rename", from + " to " + to);
  }
  return {};
}

std::unique_ptr<FileSystem> make_posix_file_system() { return std::make_unique<PosixFileSystem>(); }

}  // namespace firn
