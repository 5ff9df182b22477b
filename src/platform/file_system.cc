#include "platform/file_system.h"

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace firn {
namespace {

Status write_synced(FileSystem& files, const std::string& path, std::string_view content) {
  FIRN_ASSIGN(const auto file, files.create_or_truncate(path));
  FIRN_TRY(file->append(content));
  return file->sync();
}

}  // namespace

Result<std::string> read_file(FileSystem& files, const std::string& path, std::size_t limit) {
  FIRN_ASSIGN(const auto file, files.open(path));
  FIRN_ASSIGN(const auto size, file->size());
  if (size > limit) {
    return fail(Error{ErrorKind::kInvalidInput, "read", path,
                      "it has " + std::to_string(size) + " bytes; at most " + std::to_string(limit) + " are allowed",
                      ""});
  }
  return file->read_at(0, size);
}

Status create_file(FileSystem& files, const std::string& path, std::string_view content) {
  FIRN_ASSIGN(const auto file, files.create(path));
  FIRN_TRY(file->append(content));
  FIRN_TRY(file->sync());
  return files.sync_directory(parent_directory(path));
}

Status replace_file(FileSystem& files, const std::string& path, std::string_view content) {
  const auto temporary = path + ".new";
  if (auto written = write_synced(files, temporary, content); !written) {
    // The first error is the one worth reporting; a left-over is emptied by the next try.
    static_cast<void>(files.remove(temporary));
    return written;
  }
  FIRN_TRY(files.rename(temporary, path));
  return files.sync_directory(parent_directory(path));
}

std::string join(std::string_view directory, std::string_view name) {
  std::string path(directory);
  if (!path.empty() && path.back() != '/') {
    path += '/';
  }
  return path.append(name);
}

std::string parent_directory(const std::string& path) {
  const auto last = path.find_last_not_of('/');
  if (last == std::string::npos) {
    return path.empty() ? "." : "/";
  }
  const auto slash = path.find_last_of('/', last);
  if (slash == std::string::npos) {
    return ".";
  }
  const auto end = path.find_last_not_of('/', slash);
  return end == std::string::npos ? "/" : path.substr(0, end + 1);
}

}  // namespace firn
