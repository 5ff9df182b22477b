#include "pipeline/instance.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "load/request_id.h"

namespace firn {
namespace {

constexpr std::size_t kLargest = 100;

std::string path_of(const std::string& data_dir) { return join(data_dir, "instance"); }

}  // namespace

Result<std::string> known_instance(FileSystem& files, const std::string& data_dir) {
  auto text = read_file(files, path_of(data_dir), kLargest);
  if (!text) {
    return text.error().kind == ErrorKind::kNotFound ? Result<std::string>("") : std::move(text);
  }
  if (text->ends_with('\n')) {
    text->pop_back();
  }
  const bool is_good = !text->empty() && std::ranges::all_of(*text, [](char c) {
    return (c >= 'a' && c <= 'f') || (c >= '0' && c <= '9') || c == '-';
  });
  return is_good ? std::move(text)
                 : fail(Error{ErrorKind::kDamaged, "read", path_of(data_dir), "it is not the name of a data directory",
                              "bring back the file from a copy of data_dir"});
}

Result<std::string> instance_of(FileSystem& files, const std::string& data_dir) {
  FIRN_ASSIGN(std::string known, known_instance(files, data_dir));
  if (!known.empty()) {
    return known;
  }
  std::string made = make_request_id();
  FIRN_TRY(replace_file(files, path_of(data_dir), made + "\n"));
  return made;
}

}  // namespace firn
