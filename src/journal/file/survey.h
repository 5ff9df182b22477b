#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "journal/file/format.h"
#include "journal/file/segment_chain.h"
#include "journal/file/segment_walk.h"
#include "model/position.h"
#include "platform/file_system.h"

namespace firn {

/// A segment of a journal that may be damaged.
struct SurveyedSegment {
  enum class State {
    kWhole,          ///< the header is; blocks may be damaged
    kHeaderDamaged,  ///< the header was made anew from the file's name and its neighbours
    kMissing,        ///< there is no file; the header was made from the neighbours
  };
  State state = State::kWhole;
  SegmentHeader header;
  std::string path;
  SegmentExtent extent;
};

struct JournalSurvey {
  std::vector<SurveyedSegment> segments;  ///< oldest first
  std::vector<std::string> passed_over;   ///< files that are not part of the journal
};

/// Finds the segments of a journal as load_chain() does, but makes up for headers and files that are not there.
Result<JournalSurvey> survey_journal(FileSystem& files, const SegmentFolder& folder);

/// Visits the blocks of a segment, and its damage: also of a header or a whole file. Returns the place behind the last
/// block.
Result<BlockPlace> visit_segment(FileSystem& files, const SurveyedSegment& segment, const SegmentVisitor& visitor);

/// Bytes of its file; 0 when it is missing.
Result<std::uint64_t> file_bytes(FileSystem& files, const SurveyedSegment& segment);

}  // namespace firn
