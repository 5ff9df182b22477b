#include "pack/quarantine_file.h"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "model/names.h"
#include "model/position.h"
#include "model/record.h"
#include "platform/file_system.h"

namespace firn {
namespace {

constexpr std::string_view kMagic = "FIRNQRN1";
constexpr std::size_t kLimit = 1U << 30U;
constexpr std::size_t kCrcBytes = 4;

Error damaged(const std::string& path, const std::string& reason) {
  return {ErrorKind::kDamaged, "read quarantined record", path, reason,
          "the disk may be failing; ask the sender for the document again"};
}

}  // namespace

std::string quarantine_directory(const std::string& data_directory, const RepeaterName& repeater) {
  return join(join(data_directory, "quarantine"), repeater.str());
}

Status write_quarantined(FileSystem& files, const std::string& directory, Position position, const Record& record) {
  std::string bytes(kMagic);
  put_u64(bytes, position.value());
  encode_record(record, bytes);
  put_u32(bytes, crc32c(bytes));
  FIRN_ASSIGN(const auto file, files.create_or_truncate(join(directory, position.str())));
  FIRN_TRY(file->append(bytes));
  return file->sync();
}

Result<Record> read_quarantined(FileSystem& files, const std::string& data_directory, const RepeaterName& repeater,
                                Position position) {
  const std::string path = join(quarantine_directory(data_directory, repeater), position.str());
  FIRN_ASSIGN(const std::string bytes, read_file(files, path, kLimit));
  if (bytes.size() < kMagic.size() + sizeof(std::uint64_t) + kCrcBytes || !bytes.starts_with(kMagic)) {
    return fail(damaged(path, "it does not begin as such a file does"));
  }
  const std::string_view content = std::string_view(bytes).substr(0, bytes.size() - kCrcBytes);
  if (crc32c(content) != get_u32(bytes, content.size())) {
    return fail(damaged(path, "its checksum does not match"));
  }
  if (get_u64(content, kMagic.size()) != position.value()) {
    return fail(damaged(path, "it belongs to another position"));
  }
  ByteReader in(content.substr(kMagic.size() + sizeof(std::uint64_t)));
  return decode_record(in);
}

}  // namespace firn
