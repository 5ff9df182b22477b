#include "journal/file/segment_chain.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/crash_point.h"
#include "base/result.h"
#include "journal/file/block_group.h"
#include "journal/file/format.h"
#include "journal/file/segment_file.h"
#include "journal/file/segment_list.h"
#include "platform/file_system.h"

namespace firn {
namespace {

constexpr std::string_view kTemporarySuffix = ".tmp";

std::uint64_t number_of(const std::string& path) {
  const auto name = parse_segment_name(path.substr(path.rfind('/') + 1));
  return name ? name->number : 0;
}

std::unexpected<Error> broken_chain(const Segment& segment, std::string reason) {
  return fail(Error{ErrorKind::kDamaged, "open journal", segment.path, std::move(reason),
                    "put the missing file back, or run `firn journal salvage`"});
}

Status check_link(const Segment& older, const Segment& newer) {
  const SegmentLink& link = newer.header.predecessor;
  if (link.number != older.header.number) {
    return broken_chain(newer, fmt::format("segment number {} before it is missing", link.number));
  }
  if (link.id != older.header.id) {
    return broken_chain(newer, fmt::format("segment number {} is not the file that it continues", link.number));
  }
  if (!older.header.rewritten && older.file_bytes < link.end) {
    return broken_chain(older, fmt::format("it has {} bytes of {}", older.file_bytes, link.end));
  }
  return {};
}

void set_end(Segment& older, const Segment& newer) {
  const SegmentLink& link = newer.header.predecessor;
  older.next = link.next;
  if (!older.header.rewritten) {
    older.end = link.end;
    older.end_crc = link.header_crc;
  }
}

Result<Segment> load_segment(FileSystem& files, const std::string& path) {
  FIRN_ASSIGN(const auto file, SegmentFile::open(files, path));
  return Segment{file.header(), path, file.size(), file.size(), file.header().first, std::nullopt};
}

Result<std::vector<Block>> read_blocks(SegmentFile& file, BlockPlace place, std::uint64_t end) {
  std::vector<Block> blocks;
  while (place.offset < end) {
    FIRN_ASSIGN(const auto header, file.block(place));
    FIRN_ASSIGN(const auto payload, file.payload(place.offset, header));
    blocks.push_back({header, std::string(payload)});
    place = place.after(header);
  }
  return blocks;
}

/// kDamaged when a block behind `place` says that the bytes there had been on disk.
Status check_torn(SegmentFile& file, const BlockPlace& place, const Error& why) {
  FIRN_ASSIGN(const auto witness, file.find_witness(place));
  if (!witness) {
    return {};
  }
  Error error = why;
  error.reason += fmt::format(
      "; later blocks were acknowledged, the next readable one starts at byte {} with position {}, so that "
      "records from position {} on are lost",
      witness->offset, witness->header.first.str(), place.position.str());
  return fail(std::move(error));
}

Status write_segment(File& file, const SegmentHeader& header, std::string_view blocks) {
  FIRN_TRY(file.append(encode(header)));
  if (!blocks.empty()) {
    FIRN_TRY(file.append(blocks));
  }
  return file.sync();
}

}  // namespace

Result<SegmentFolder> list_segments(FileSystem& files, const std::string& directory) {
  SegmentFolder folder;
  const auto names = files.list(directory);
  if (!names) {
    return names.error().kind == ErrorKind::kNotFound ? Result<SegmentFolder>(folder) : fail(names.error());
  }
  for (const auto& name : *names) {
    if (parse_segment_name(name)) {
      folder.segments.push_back(join(directory, name));
    } else if (name.ends_with(kTemporarySuffix)) {
      folder.temporary.push_back(join(directory, name));
    }
  }
  std::ranges::sort(folder.segments, {}, number_of);
  return folder;
}

Result<SegmentChain> load_chain(FileSystem& files, const SegmentFolder& folder) {
  SegmentChain chain;
  std::optional<std::uint64_t> wanted;
  for (std::size_t i = folder.segments.size(); i-- > 0;) {
    const auto& path = folder.segments[i];
    if (wanted && number_of(path) > *wanted) {
      chain.passed_over.push_back(path);
      continue;
    }
    FIRN_ASSIGN(auto segment, load_segment(files, path));
    if (!chain.segments.empty()) {
      FIRN_TRY(check_link(segment, chain.segments.back()));
      set_end(segment, chain.segments.back());
    }
    wanted = segment.header.predecessor.number;
    chain.segments.push_back(std::move(segment));
  }
  std::ranges::reverse(chain.segments);
  return chain;
}

Result<SegmentTail> scan_tail(SegmentFile& file) {
  SegmentTail tail{file.first_block(), {}, file.first_block(), 0};
  while (tail.end.offset < file.limit()) {
    const auto header = file.block(tail.end);
    const auto payload = header ? file.payload(tail.end.offset, *header) : fail(header.error());
    if (!payload) {
      if (payload.error().kind != ErrorKind::kDamaged) {
        return fail(payload.error());
      }
      FIRN_TRY(check_torn(file, tail.end, payload.error()));
      break;
    }
    // The first block of a group says that everything before it was on disk.
    if (header->durable == tail.end.offset) {
      tail.durable = tail.end;
    }
    tail.end = tail.end.after(*header);
  }
  tail.torn_bytes = file.size() - tail.end.offset;
  FIRN_ASSIGN(tail.unattested, read_blocks(file, tail.durable, tail.end.offset));
  return tail;
}

std::string temporary_path(const std::string& directory, const SegmentHeader& header) {
  return join(directory, segment_name(header)) + std::string(kTemporarySuffix);
}

Result<std::unique_ptr<File>> create_segment(FileSystem& files, const std::string& directory,
                                             const SegmentHeader& header, std::string_view blocks) {
  const std::string path = join(directory, segment_name(header));
  const std::string temporary = temporary_path(directory, header);
  FIRN_ASSIGN(auto file, files.create_or_truncate(temporary));
  if (auto written = write_segment(*file, header, blocks); !written) {
    // What cannot be removed now is removed when the journal is opened.
    static_cast<void>(files.remove(temporary));
    return fail(std::move(written));
  }
  crash_point("journal.segment_created");
  FIRN_TRY(files.rename_no_replace(temporary, path));
  if (auto synced = files.sync_directory(directory); !synced) {
    static_cast<void>(files.remove(path));
    return fail(std::move(synced));
  }
  return file;
}

}  // namespace firn
