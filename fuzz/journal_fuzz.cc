// Journals. The first byte chooses: `d` damages a journal that was written in order, `s` writes segments and blocks
// with chosen fields and right checksums, `r` is a record's encoding.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"
#include "fuzz/input.h"
#include "journal/file/file_journal.h"
#include "journal/file/format.h"
#include "journal/inspect.h"
#include "journal/salvage.h"
#include "model/names.h"
#include "model/position.h"
#include "model/record.h"
#include "platform/file_system.h"
#include "tests/support/simulated_file_system.h"

namespace firn {
namespace {

const std::string kFolder = "/journal/forms";
constexpr std::size_t kMostDamages = 8;
constexpr std::size_t kMostSegments = 4;
constexpr std::size_t kMostBlocks = 8;

std::string body_of(std::uint64_t offset) { return "record " + std::to_string(offset); }

Result<std::unique_ptr<FileJournal>> open(FileSystem& files, std::uint64_t segment_bytes = 64U << 20U) {
  FileJournalOptions options;
  options.directory = kFolder;
  options.repeater = RepeaterName("forms");
  options.segment_bytes = segment_bytes;
  return FileJournal::open(files, options);
}

void put(FileSystem& files, const std::string& path, std::string_view bytes) {
  const auto file = files.create_or_truncate(path).value();
  FIRN_CHECK(file->append(bytes) && file->sync(), "a file in memory can be written");
}

std::vector<std::string> segments(FileSystem& files) {
  std::vector<std::string> paths;
  const auto names = files.list(kFolder);
  for (const std::string& name : names ? *names : std::vector<std::string>()) {
    if (parse_segment_name(name)) {
      paths.push_back(join(kFolder, name));
    }
  }
  return paths;
}

/// Reads to the end or to the first damage. Positions rise; when `ours`, each record is the one that was written there.
Status read_all(Journal& journal, bool ours) {
  Position next;
  while (true) {
    FIRN_ASSIGN(const auto batch, journal.read(next, 100));
    if (batch.empty()) {
      return {};
    }
    for (const StoredRecord& stored : batch) {
      FIRN_CHECK(stored.position >= next, "positions rise");
      FIRN_CHECK(!ours || stored.lost || stored.record.body == body_of(stored.position.offset()),
                 "a record is what was written, or it is reported as lost");
      next = (stored.lost ? stored.lost->last : stored.position).plus(1);
    }
  }
}

void check_folder(FileSystem& files, bool ours) {
  static_cast<void>(inspect_journal(files, kFolder));
  if (auto opened = open(files)) {
    static_cast<void>(read_all(**opened, ours));
  }
  SalvageOptions options;
  options.directory = kFolder;
  options.repeater = RepeaterName("forms");
  if (!salvage_journal(files, options)) {
    return;
  }
  const auto mended = open(files);
  const Status whole = mended ? read_all(**mended, ours) : Status(fail(mended.error()));
  if (ours && !whole) {
    std::fprintf(stderr, "%s\n", whole.error().message().c_str());
    FIRN_CHECK(false, "a journal that was salvaged can be opened and read to its end");
  }
}

void damage(FuzzInput input) {
  SimulatedFileSystem files;
  {
    const auto journal = open(files, 1 + input.number(2)).value();
    std::uint64_t offset = 0;
    for (const std::size_t count : {1U, 3U, 2U, 1U}) {
      std::vector<Record> records(count);
      for (Record& record : records) {
        record.body = body_of(offset++);
      }
      FIRN_CHECK(journal->append(records), "a journal in memory can be written");
    }
  }
  const auto paths = segments(files);
  for (std::size_t i = 0; i < kMostDamages && !input.empty(); ++i) {
    const std::string& path = paths[input.number(1) % paths.size()];
    std::string bytes = files.content(path).value();
    const std::uint64_t change = input.number(1);
    const std::size_t place = bytes.empty() ? 0 : input.number(2) % bytes.size();
    if (change == 0) {
      bytes.resize(place);
    } else if (place < bytes.size()) {
      bytes[place] = static_cast<char>(bytes[place] ^ static_cast<char>(change));
    }
    put(files, path, bytes);
  }
  check_folder(files, true);
}

/// One block with its right checksums; returns that of its header.
std::uint32_t craft_block(FuzzInput& input, std::uint64_t segment, std::uint32_t previous_crc, std::string& out) {
  BlockHeader block;
  const std::uint64_t flags = input.number(1);
  block.kind = (flags & 1U) != 0 ? BlockKind::kHole : BlockKind::kRecords;
  block.packing = (flags & 2U) != 0 ? BlockPacking::kZstd : BlockPacking::kStored;
  block.segment = (flags & 4U) != 0 ? input.number(8) : segment;
  block.first = Position::make(1, 0, input.number(1));
  block.count = (flags & 8U) != 0 ? input.number(8) : input.number(1);
  block.durable = input.number(2);
  std::string payload(input.text(input.number(1)));
  if ((flags & 16U) != 0) {
    Record record;
    record.body = payload;
    payload.clear();
    encode_record(record, payload);
  }
  block.payload_bytes = static_cast<std::uint32_t>((flags & 32U) != 0 ? input.number(4) : payload.size());
  block.raw_bytes = static_cast<std::uint32_t>((flags & 64U) != 0 ? input.number(4) : payload.size());
  block.previous_crc = previous_crc;
  block.payload_crc = crc32c(payload);
  const std::string header = encode(block);
  out += header + payload;
  return header_crc(header);
}

void craft(FuzzInput input) {
  SimulatedFileSystem files;
  FIRN_CHECK(files.create_directories(kFolder), "a folder in memory can be made");
  SegmentLink link;
  for (std::size_t i = 0; i < kMostSegments && !input.empty(); ++i) {
    SegmentHeader header;
    header.number = i + 1 + input.number(1);
    header.first = Position::make(1, 0, input.number(1));
    header.repeater = repeater_digest(RepeaterName("forms"));
    header.predecessor = link;
    header.rewritten = input.number(1) == 1;
    header.id = segment_id(header);
    std::string bytes = encode(header);
    std::uint32_t crc = header_crc(bytes);
    const std::size_t blocks = input.number(1) % kMostBlocks;
    for (std::size_t block = 0; block < blocks; ++block) {
      crc = craft_block(input, header.id, crc, bytes);
    }
    put(files, join(kFolder, segment_name(header)), bytes);
    link = {header.number, header.id, bytes.size(), Position::make(1, 0, input.number(1)), crc};
  }
  check_folder(files, false);
}

void record(std::string_view bytes) {
  ByteReader in(bytes);
  const auto decoded = decode_record(in);
  if (!decoded) {
    return;
  }
  std::string again;
  encode_record(*decoded, again);
  FIRN_CHECK(again.size() == encoded_size(*decoded), "a record has the size that was foretold");
  ByteReader second(again);
  const auto twice = decode_record(second);
  FIRN_CHECK(twice && twice->body == decoded->body && twice->envelope.domain == decoded->envelope.domain,
             "a record is read as it was written");
}

}  // namespace
}  // namespace firn

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace firn;
  FuzzInput input(data, size);
  switch (input.number(1)) {
    case 'd':
      damage(input);
      break;
    case 's':
      craft(input);
      break;
    default:
      record(input.rest());
      break;
  }
  return 0;
}
