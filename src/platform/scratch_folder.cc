#include "platform/scratch_folder.h"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

#include "base/result.h"
#include "platform/paths.h"
#include "platform/system_error.h"

namespace firn {

Result<std::unique_ptr<ScratchFolder>> ScratchFolder::make_temporary() {
  std::error_code error;
  std::string pattern = (std::filesystem::temp_directory_path(error) / "firn-XXXXXX").string();
  if (error || ::mkdtemp(pattern.data()) == nullptr) {
    return fail(system_error(error ? error.value() : errno, "make the folder", pattern));
  }
  return std::unique_ptr<ScratchFolder>(new ScratchFolder(pattern, false));
}

Result<std::unique_ptr<ScratchFolder>> ScratchFolder::make_at(const std::string& path) {
  const std::string absolute = absolute_path(path);
  std::error_code error;
  std::filesystem::create_directories(absolute, error);
  const bool empty = !error && std::filesystem::is_empty(absolute, error);
  if (error) {
    return fail(system_error(error.value(), "make the folder", absolute));
  }
  if (!empty) {
    return fail(Error{ErrorKind::kAlreadyExists, "use the folder", absolute, "it is not empty", "name a new one"});
  }
  return std::unique_ptr<ScratchFolder>(new ScratchFolder(absolute, true));
}

ScratchFolder::~ScratchFolder() {
  if (!kept_) {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
}

}  // namespace firn
