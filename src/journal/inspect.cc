#include "journal/inspect.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "journal/file/format.h"
#include "journal/file/segment_chain.h"
#include "journal/file/segment_walk.h"
#include "journal/file/survey.h"
#include "model/position.h"
#include "platform/file_system.h"

namespace firn {
namespace {

std::string name_in(const std::string& path) { return path.substr(path.rfind('/') + 1); }

void count_block(const BlockHeader& header, InspectedSegment& segment, JournalInspection& journal) {
  ++segment.blocks;
  if (header.kind == BlockKind::kHole) {
    journal.holes.push_back({header.first, Position(header.next().value() - 1)});
    return;
  }
  segment.records += header.count;
  segment.record_bytes += header.raw_bytes;
  segment.payload_bytes += header.payload_bytes;
}

Status inspect_segment(FileSystem& files, const SurveyedSegment& surveyed, JournalInspection& journal) {
  InspectedSegment segment;
  segment.file = name_in(surveyed.path);
  segment.number = surveyed.header.number;
  segment.first = surveyed.header.first;
  FIRN_ASSIGN(segment.file_bytes, file_bytes(files, surveyed));
  const SegmentVisitor visitor{
      [&](const BlockHeader& header, std::string_view) {
        count_block(header, segment, journal);
        return Status();
      },
      [&](const DamagedBytes& damage) {
        journal.damage.push_back({segment.file, damage.from, damage.to, damage.lost, damage.reason});
        return Status();
      }};
  FIRN_ASSIGN(const auto end, visit_segment(files, surveyed, visitor));
  segment.next = surveyed.extent.next.value_or(end.position);
  segment.data_bytes = surveyed.extent.end.value_or(end.offset);
  journal.records += segment.records;
  journal.file_bytes += segment.file_bytes;
  journal.end = segment.next;
  journal.torn_bytes = segment.file_bytes - std::min(segment.file_bytes, segment.data_bytes);
  journal.segments.push_back(std::move(segment));
  return {};
}

}  // namespace

Result<JournalInspection> inspect_journal(FileSystem& files, const std::string& directory) {
  FIRN_ASSIGN(const auto folder, list_segments(files, directory));
  FIRN_ASSIGN(const auto survey, survey_journal(files, folder));
  if (survey.segments.empty()) {
    return fail(Error{ErrorKind::kNotFound, "inspect journal", directory, "it holds no segment files", ""});
  }
  JournalInspection journal;
  for (const auto& segment : survey.segments) {
    FIRN_TRY(inspect_segment(files, segment, journal));
  }
  journal.begin = survey.segments.front().header.first;
  for (const auto& path : survey.passed_over) {
    journal.unused_files.push_back(name_in(path));
  }
  for (const auto& path : folder.temporary) {
    journal.unused_files.push_back(name_in(path));
  }
  return journal;
}

}  // namespace firn
