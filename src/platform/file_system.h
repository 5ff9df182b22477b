#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace firn {

/// An open file. Used by one thread at a time; the destructor closes it without syncing.
class File {
 public:
  virtual ~File() = default;

  /// Appends all bytes at the end, or fails (then any part of them may be there). kNoSpace when the disk is full.
  virtual Status append(std::string_view bytes) = 0;

  /// Reads up to `size` bytes at `offset`; fewer only at the end of the file.
  virtual Result<std::string> read_at(std::uint64_t offset, std::size_t size) = 0;

  /// Makes what was appended durable (fdatasync). After a failure the file's unsynced bytes are in an unknown state,
  /// and a later success says nothing about them: never call it again on this file.
  virtual Status sync() = 0;

  [[nodiscard]] virtual Result<std::uint64_t> size() const = 0;
};

/// Held until destroyed.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

/// The seam to files. Paths are absolute or relative to the process. Threads: any.
/// A created, renamed or removed name is durable only after sync_directory() of its folder.
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  /// A new file for appending and reading; kAlreadyExists when there is one.
  virtual Result<std::unique_ptr<File>> create(const std::string& path) = 0;
  /// The same, but an existing file is emptied first.
  virtual Result<std::unique_ptr<File>> create_or_truncate(const std::string& path) = 0;
  /// An existing file, for reading only; kNotFound when there is none.
  virtual Result<std::unique_ptr<File>> open(const std::string& path) = 0;

  /// Renames; the target is replaced at once.
  virtual Status rename(const std::string& from, const std::string& to) = 0;
  /// Renames; kAlreadyExists when the target is there, and nothing has changed then.
  virtual Status rename_no_replace(const std::string& from, const std::string& to) = 0;
  /// Removes a file; kNotFound when there is none.
  virtual Status remove(const std::string& path) = 0;

  /// Makes the directory and its parents durable; fine when it is there.
  virtual Status create_directories(const std::string& path) = 0;
  virtual Status sync_directory(const std::string& path) = 0;

  /// Names of files and folders in a directory, sorted; kNotFound when there is none.
  virtual Result<std::vector<std::string>> list(const std::string& path) = 0;
  [[nodiscard]] virtual Result<bool> exists(const std::string& path) = 0;

  /// Bytes that this process may still write on the file system of `path`.
  virtual Result<std::uint64_t> free_bytes(const std::string& path) = 0;

  /// Takes the lock file, or fails with kBusy when another process holds it.
  virtual Result<std::unique_ptr<FileLock>> lock(const std::string& path) = 0;
};

/// The whole file, if it is not larger than `limit` (kInvalidInput).
Result<std::string> read_file(FileSystem& files, const std::string& path, std::size_t limit);

/// Makes a file that is durable with its content; one that is there stays as it is (kAlreadyExists).
Status create_file(FileSystem& files, const std::string& path, std::string_view content);

/// Writes a small file so that after a crash either the old or the new content is there.
Status replace_file(FileSystem& files, const std::string& path, std::string_view content);

/// The real one.
std::unique_ptr<FileSystem> make_posix_file_system();

/// `a/b` from `a` and `b`.
std::string join(std::string_view directory, std::string_view name);
/// The folder part of a path; "." when it has none.
std::string parent_directory(const std::string& path);

}  // namespace firn
