#include "platform/paths.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string>
#include <system_error>

#include "base/result.h"
#include "platform/file_system.h"
#include "platform/system_error.h"

namespace firn {

Result<unsigned> file_mode(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) {
    return fail(system_error(errno, "look at", path));
  }
  return status.st_mode & 07777U;
}

Status give_to_owner_of_folder(const std::string& path) {
  if (geteuid() != 0) {
    return {};
  }
  const std::string folder = parent_directory(path);
  struct stat owner{};
  if (::stat(folder.c_str(), &owner) != 0) {
    return errno == ENOENT ? Status() : fail(system_error(errno, "look at", folder));
  }
  if (::lchown(path.c_str(), owner.st_uid, owner.st_gid) != 0 && errno != ENOENT) {
    return fail(system_error(errno, "give away", path));
  }
  return {};
}

std::string absolute_path(const std::string& path) {
  std::string text = std::filesystem::absolute(path).lexically_normal().string();
  if (text.size() > 1 && text.back() == '/') {
    text.pop_back();
  }
  return text;
}

std::string absolute_path(const std::string& base, const std::string& path) {
  return absolute_path((std::filesystem::path(base) / path).string());
}

std::string program_directory() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error).parent_path().string();
}

}  // namespace firn
