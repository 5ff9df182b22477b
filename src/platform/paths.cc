#include "platform/paths.h"

#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <string>
#include <system_error>

#include "base/result.h"
#include "platform/system_error.h"

namespace firn {

Result<unsigned> file_mode(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) {
    return fail(system_error(errno, "look at", path));
  }
  return status.st_mode & 07777U;
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
