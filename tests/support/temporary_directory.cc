#include "tests/support/temporary_directory.h"

#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "base/check.h"

namespace firn {

TemporaryDirectory::TemporaryDirectory() : path_(std::filesystem::temp_directory_path() / "firn-test-XXXXXX") {
  FIRN_CHECK(::mkdtemp(path_.data()) != nullptr, "tests need a folder for temporary files");
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace firn
