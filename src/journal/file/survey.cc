#include "journal/file/survey.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "journal/file/format.h"
#include "journal/file/segment_chain.h"
#include "journal/file/segment_file.h"
#include "journal/file/segment_walk.h"
#include "model/position.h"
#include "platform/file_system.h"

namespace firn {
namespace {

using State = SurveyedSegment::State;

constexpr std::size_t kSearchBytes = 1U << 20U;

SegmentName name_of(const std::string& path) {
  return parse_segment_name(path.substr(path.rfind('/') + 1)).value_or(SegmentName{});
}

/// The id that the first readable block of a file names; nothing when there is none.
Result<std::optional<std::uint64_t>> find_id(SegmentFile& file) {
  std::uint64_t offset = 0;
  while (offset + kBlockHeaderBytes <= file.size()) {
    FIRN_ASSIGN(const auto bytes, file.bytes(offset, kSearchBytes));
    for (auto at = bytes.find(kBlockMagic); at != std::string_view::npos; at = bytes.find(kBlockMagic, at + 1)) {
      if (const auto header = decode_block_header(bytes.substr(at, kBlockHeaderBytes))) {
        return header->segment;
      }
    }
    // Windows overlap, so that no header is cut in two.
    offset += std::max(bytes.size(), kBlockHeaderBytes) - kBlockHeaderBytes + 1;
  }
  return std::nullopt;
}

/// The header, or one made from the name and from what the successor says.
Result<SurveyedSegment> survey_file(FileSystem& files, const std::string& path, const SegmentHeader* successor) {
  auto opened = SegmentFile::open(files, path);
  const bool is_continued = successor != nullptr && successor->predecessor.number == name_of(path).number;
  const bool is_other = opened && is_continued && opened->header().id != successor->predecessor.id;
  if (opened && !is_other) {
    return SurveyedSegment{State::kWhole, opened->header(), path, {}};
  }
  if (!opened && opened.error().kind != ErrorKind::kDamaged) {
    return fail(opened.error());
  }
  const auto name = name_of(path);
  SurveyedSegment segment{State::kHeaderDamaged, {}, path, {}};
  segment.header.number = name.number;
  segment.header.first = name.first;
  if (is_continued) {
    segment.header.id = successor->predecessor.id;
    return segment;
  }
  FIRN_ASSIGN(auto file, SegmentFile::open_with(files, path, segment.header));
  FIRN_ASSIGN(const auto id, find_id(file));
  segment.header.id = id.value_or(segment_id(segment.header));
  return segment;
}

SurveyedSegment missing_segment(const SegmentHeader& successor) {
  SurveyedSegment segment{State::kMissing, {}, "", {}};
  segment.header.number = successor.predecessor.number;
  segment.header.id = successor.predecessor.id;
  return segment;
}

/// What the successor's header or name says of the end of `older`.
SegmentExtent extent_before(const SurveyedSegment& older, const SurveyedSegment& newer) {
  if (newer.state == State::kMissing) {
    return {};
  }
  if (newer.state == State::kHeaderDamaged) {
    return {std::nullopt, newer.header.first};
  }
  const SegmentLink& link = newer.header.predecessor;
  return {older.header.rewritten ? std::nullopt : std::optional(link.end), link.next};
}

/// Completes the headers that were made up with where the segment before them ends.
Status complete_headers(FileSystem& files, std::vector<SurveyedSegment>& segments) {
  const SegmentVisitor nothing{[](const auto&, auto) { return Status(); }, [](const auto&) { return Status(); }};
  for (std::size_t i = 0; i < segments.size(); ++i) {
    SurveyedSegment& segment = segments[i];
    if (segment.state == State::kWhole) {
      continue;
    }
    segment.header.rewritten = true;
    segment.header.repeater = segments.back().header.repeater;
    if (i == 0) {
      segment.header.predecessor.next = segment.header.first;
      continue;
    }
    const SurveyedSegment& older = segments[i - 1];
    FIRN_ASSIGN(const BlockPlace end, visit_segment(files, older, nothing));
    if (segment.state == State::kMissing) {
      segment.header.first = end.position;
      segment.path = join(parent_directory(older.path), segment_name(segment.header));
    }
    segment.header.predecessor = {older.header.number, older.header.id, end.offset, segment.header.first,
                                  end.previous_crc};
  }
  return {};
}

}  // namespace

Result<JournalSurvey> survey_journal(FileSystem& files, const SegmentFolder& folder) {
  JournalSurvey survey;
  auto& segments = survey.segments;
  for (std::size_t i = folder.segments.size(); i-- > 0;) {
    const auto& path = folder.segments[i];
    const std::uint64_t number = name_of(path).number;
    const bool has_link = !segments.empty() && segments.back().state == State::kWhole;
    if (has_link && number > segments.back().header.predecessor.number) {
      survey.passed_over.push_back(path);
      continue;
    }
    if (has_link && number < segments.back().header.predecessor.number) {
      auto missing = missing_segment(segments.back().header);
      missing.extent = extent_before(missing, segments.back());
      segments.push_back(std::move(missing));
    }
    FIRN_ASSIGN(auto segment, survey_file(files, path, segments.empty() ? nullptr : &segments.back().header));
    if (!segments.empty()) {
      segment.extent = extent_before(segment, segments.back());
    }
    segments.push_back(std::move(segment));
  }
  std::ranges::reverse(segments);
  FIRN_TRY(complete_headers(files, segments));
  return survey;
}

Result<BlockPlace> visit_segment(FileSystem& files, const SurveyedSegment& segment, const SegmentVisitor& visitor) {
  if (segment.state == State::kMissing) {
    const Position first = segment.header.first;
    const Position next = segment.extent.next.value_or(first);
    if (first < next && first.generation() == next.generation()) {
      FIRN_TRY(visitor.damage({0, 0, PositionRange{first, Position(next.value() - 1)}, "the file is missing"}));
    }
    return BlockPlace{0, next, 0};
  }
  FIRN_ASSIGN(auto file, SegmentFile::open_with(files, segment.path, segment.header));
  if (segment.state == State::kWhole) {
    return walk_segment(file, segment.extent, visitor);
  }
  FIRN_TRY(visitor.damage({0, std::min<std::uint64_t>(kSegmentHeaderBytes, file.size()), std::nullopt,
                           "the segment's header is not whole"}));
  // The first block continues a header that is gone: take its word for the checksum.
  FIRN_ASSIGN(const auto found, file.find_block(kSegmentHeaderBytes));
  if (found && found->offset == kSegmentHeaderBytes && found->header.first == segment.header.first) {
    file.set_first_crc(found->header.previous_crc);
  }
  return walk_segment(file, segment.extent, visitor);
}

Result<std::uint64_t> file_bytes(FileSystem& files, const SurveyedSegment& segment) {
  if (segment.state == State::kMissing) {
    return 0U;
  }
  FIRN_ASSIGN(const auto file, files.open(segment.path));
  return file->size();
}

}  // namespace firn
