#include "journal/salvage.h"

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

#include "base/result.h"
#include "journal/file/block_group.h"
#include "journal/file/format.h"
#include "journal/file/segment_chain.h"
#include "journal/file/segment_walk.h"
#include "journal/file/survey.h"
#include "model/position.h"
#include "platform/file_system.h"

namespace firn {
namespace {

constexpr std::size_t kCopyBytes = 1U << 20U;

std::string name_in(const std::string& path) { return path.substr(path.rfind('/') + 1); }

/// Copies damaged bytes into files of their own.
class DamageKeeper {
 public:
  DamageKeeper(FileSystem& files, const std::string& directory)
      : files_(files), directory_(join(directory, "damaged")) {}

  /// Path of the copy; empty when there is nothing to copy.
  Result<std::string> keep(const std::string& path, std::uint64_t from, std::uint64_t to) {
    if (from >= to) {
      return std::string();
    }
    FIRN_TRY(files_.create_directories(directory_));
    FIRN_ASSIGN(const auto source, files_.open(path));
    std::string copy_path;
    FIRN_ASSIGN(const auto copy, create_copy(fmt::format("{}.byte-{}", name_in(path), from), copy_path));
    while (from < to) {
      FIRN_ASSIGN(const auto bytes, source->read_at(from, std::min<std::uint64_t>(kCopyBytes, to - from)));
      if (bytes.empty()) {
        break;
      }
      FIRN_TRY(copy->append(bytes));
      from += bytes.size();
    }
    FIRN_TRY(copy->sync());
    FIRN_TRY(files_.sync_directory(directory_));
    return copy_path;
  }

 private:
  /// What an earlier salvage kept is not overwritten.
  Result<std::unique_ptr<File>> create_copy(const std::string& name, std::string& path) {
    path = join(directory_, name);
    auto file = files_.create(path);
    for (int again = 2; !file && file.error().kind == ErrorKind::kAlreadyExists; ++again) {
      path = join(directory_, fmt::format("{}-{}", name, again));
      file = files_.create(path);
    }
    return file;
  }

  FileSystem& files_;
  const std::string directory_;
};

/// Writes one segment anew under a temporary name, then puts it in the place of the old one.
class SegmentRewriter {
 public:
  SegmentRewriter(FileSystem& files, std::string directory, SegmentHeader header)
      : files_(files), directory_(std::move(directory)), header_(std::move(header)), group_(1) {
    header_.rewritten = true;
  }

  Status start() {
    FIRN_ASSIGN(file_, files_.create_or_truncate(temporary_path(directory_, header_)));
    const std::string encoded = encode(header_);
    crc_ = header_crc(encoded);
    return write(encoded);
  }

  Status add(const BlockHeader& header, std::string_view payload) {
    group_.add(header, payload);
    return write_group();
  }

  Status add_hole(const PositionRange& range, std::string_view where) {
    group_.add_hole(range, where);
    return write_group();
  }

  Status finish() {
    FIRN_TRY(file_->sync());
    FIRN_TRY(files_.rename(temporary_path(directory_, header_), join(directory_, segment_name(header_))));
    return files_.sync_directory(directory_);
  }

 private:
  Status write(std::string_view bytes) {
    FIRN_TRY(file_->append(bytes));
    size_ += bytes.size();
    return {};
  }
  Status write_group() {
    crc_ = group_.seal(header_.id, size_, crc_);
    FIRN_TRY(write(group_.bytes()));
    group_.clear();
    return {};
  }

  FileSystem& files_;
  const std::string directory_;
  SegmentHeader header_;
  BlockGroup group_;
  std::unique_ptr<File> file_;
  std::uint64_t size_ = 0;
  std::uint32_t crc_ = 0;
};

class Salvage {
 public:
  Salvage(FileSystem& files, const SalvageOptions& options)
      : files_(files), options_(options), keeper_(files, options.directory) {}

  Result<std::vector<SalvagedDamage>> run() {
    FIRN_ASSIGN(const auto folder, list_segments(files_, options_.directory));
    FIRN_ASSIGN(auto survey, survey_journal(files_, folder));
    if (survey.segments.empty()) {
      FIRN_TRY(start_anew());
      return std::move(done_);
    }
    for (auto& segment : survey.segments) {
      segment.header.repeater = repeater_digest(options_.repeater);
      FIRN_TRY(mend(segment, &segment == &survey.segments.back()));
    }
    return std::move(done_);
  }

 private:
  /// Nothing is left of the journal: it goes on where the catalog is.
  Status start_anew() {
    if (!options_.at_least) {
      return {};
    }
    SegmentHeader header;
    header.number = 1;
    header.first = *options_.at_least;
    header.repeater = repeater_digest(options_.repeater);
    header.predecessor.next = header.first;
    header.id = segment_id(header);
    FIRN_TRY(files_.create_directories(options_.directory));
    FIRN_TRY(create_segment(files_, options_.directory, header, {}));
    return {};
  }

  Status mend(const SurveyedSegment& segment, bool is_last) {
    bool damaged = segment.state != SurveyedSegment::State::kWhole;
    const SegmentVisitor look{[](const BlockHeader&, std::string_view) { return Status(); },
                              [&](const DamagedBytes&) {
                                damaged = true;
                                return Status();
                              }};
    FIRN_ASSIGN(const BlockPlace end, visit_segment(files_, segment, look));
    const bool is_short = is_last && options_.at_least && end.position < *options_.at_least;
    if (is_short && end.position.generation() != options_.at_least->generation()) {
      return fail(Error{ErrorKind::kConfiguration, "salvage journal", options_.directory,
                        "it ends in another generation than the catalog",
                        "journal and catalog are not of the same time: bring back both from the same copy"});
    }
    return damaged || is_short ? rewrite(segment, is_last, is_short) : Status();
  }

  Status rewrite(const SurveyedSegment& segment, bool is_last, bool is_short) {
    SegmentRewriter rewriter(files_, options_.directory, segment.header);
    FIRN_TRY(rewriter.start());
    const SegmentVisitor copy{
        [&](const BlockHeader& header, std::string_view payload) { return rewriter.add(header, payload); },
        [&](const DamagedBytes& damage) { return give_up(segment, damage, rewriter); }};
    FIRN_ASSIGN(const BlockPlace end, visit_segment(files_, segment, copy));
    if (is_last) {
      FIRN_ASSIGN(const std::uint64_t size, file_bytes(files_, segment));
      DamagedBytes tail{std::max<std::uint64_t>(end.offset, kSegmentHeaderBytes), size, std::nullopt,
                        "behind the last record that can be read"};
      if (is_short) {
        tail.lost = PositionRange{end.position, Position(options_.at_least->value() - 1)};
      }
      if (is_short || tail.from < tail.to) {
        FIRN_TRY(give_up(segment, tail, rewriter));
      }
    }
    return rewriter.finish();
  }

  Status give_up(const SurveyedSegment& segment, const DamagedBytes& damage, SegmentRewriter& rewriter) {
    FIRN_ASSIGN(auto saved_as, keeper_.keep(segment.path, damage.from, damage.to));
    const std::string file = name_in(segment.path);
    if (damage.lost) {
      FIRN_TRY(
          rewriter.add_hole(*damage.lost, fmt::format("{} of {}, bytes {} to {}{}{}", damage.reason, file, damage.from,
                                                      damage.to, saved_as.empty() ? "" : "; kept as ", saved_as)));
    }
    done_.push_back({file, damage.from, damage.to, damage.lost, damage.reason, std::move(saved_as)});
    return {};
  }

  FileSystem& files_;
  const SalvageOptions& options_;
  DamageKeeper keeper_;
  std::vector<SalvagedDamage> done_;
};

}  // namespace

Result<std::vector<SalvagedDamage>> salvage_journal(FileSystem& files, const SalvageOptions& options) {
  return Salvage(files, options).run();
}

}  // namespace firn
