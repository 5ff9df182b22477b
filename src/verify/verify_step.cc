#include "verify/verify_step.h"

#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "base/crash_point.h"

namespace firn {
namespace {

// More chunks than a batch can have: one batch is submitted at a time.
constexpr std::size_t kAllOfABatch = 1'000'000;

bool is_proven(const Chunk& chunk) {
  return chunk.report->status == FileStatus::kLoaded && chunk.report->rows_loaded == chunk.rows;
}

std::string why_not(const Chunk& chunk) {
  const FileReport& report = *chunk.report;
  std::string text = fmt::format("the destination reports it {} with {} rows; its manifest has {}",
                                 to_string(report.status), report.rows_loaded, chunk.rows);
  if (is_refused_at_a_line(chunk)) {
    text = fmt::format("{} of its rows were refused one after the other, and no more are left out; {}", chunk.attempt,
                       text);
  }
  return report.message.empty() ? text : text + ": " + report.message;
}

Transition judge(const Chunk& chunk, Timestamp now) {
  if (is_proven(chunk)) {
    return MoveChunk{chunk.id, ChunkState::kSubmitted, ChunkState::kLoaded, now, {}};
  }
  return MoveChunk{chunk.id, ChunkState::kSubmitted, ChunkState::kQuarantined, now, why_not(chunk)};
}

}  // namespace

VerifyStep::VerifyStep(RepeaterName repeater, Catalog& catalog, const Clock& clock)
    : repeater_(std::move(repeater)), catalog_(catalog), clock_(clock) {}

StepOutcome VerifyStep::run() {
  auto outcome = run_once();
  return outcome ? std::move(*outcome) : StepOutcome::failed(std::move(outcome).error());
}

Result<StepOutcome> VerifyStep::run_once() {
  ChunkFilter filter;
  filter.repeater = repeater_;
  filter.states = {ChunkState::kSubmitted};
  filter.limit = kAllOfABatch;
  FIRN_ASSIGN(const auto submitted, catalog_.chunks(filter));
  std::vector<Transition> judged;
  for (const Chunk& chunk : submitted) {
    if (chunk.report && !is_to_be_mended(chunk)) {
      judged.push_back(judge(chunk, clock_.now()));
    }
  }
  if (judged.empty()) {
    return StepOutcome::idle();
  }
  crash_point("verify.before_commit");
  return StepOutcome::done(std::move(judged));
}

}  // namespace firn
