#include "load/trigger_facts.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace firn {
namespace {

// The partition of the file journal.
constexpr std::uint64_t kPartition = 0;

}  // namespace

TriggerFactsReader::TriggerFactsReader(RepeaterName repeater, Catalog& catalog, const Clock& clock, JournalView journal,
                                       Timestamp schedule_since)
    : repeater_(std::move(repeater)),
      catalog_(catalog),
      clock_(clock),
      journal_(std::move(journal)),
      schedule_since_(schedule_since) {}

Result<TriggerView> TriggerFactsReader::read() {
  const MutexLock lock(mutex_);
  TriggerView view;
  FIRN_ASSIGN(view.open, find_open_batch(catalog_, repeater_));
  FIRN_ASSIGN(view.covered, covered());
  if (!view.open) {
    return view;
  }
  FIRN_ASSIGN(const auto totals, catalog_.totals(repeater_));
  view.facts.uningested_bytes = totals.uningested_bytes;
  view.facts.now = clock_.now();
  view.facts.since = std::max(view.open->opened_at, schedule_since_);
  FIRN_ASSIGN(view.facts.oldest, oldest(totals, view.covered));
  view.facts.waited = waited(*view.open, view.facts.oldest.has_value());
  return view;
}

Result<std::optional<Position>> TriggerFactsReader::covered() const {
  FIRN_ASSIGN(std::optional<Position> covered, catalog_.cursor(repeater_, kPartition));
  FIRN_ASSIGN(const auto closing, catalog_.batches({.repeater = repeater_, .states = {BatchState::kClosing}}));
  for (const Batch& batch : closing) {
    covered = std::max(covered, batch.cut);
  }
  return covered;
}

Result<std::optional<Timestamp>> TriggerFactsReader::oldest(const RepeaterTotals& totals,
                                                            std::optional<Position> covered) {
  FIRN_ASSIGN(const auto in_journal, oldest_in_journal(covered));
  if (!in_journal || !totals.oldest_uningested) {
    return in_journal ? in_journal : totals.oldest_uningested;
  }
  return std::min(*in_journal, *totals.oldest_uningested);
}

Result<std::optional<Timestamp>> TriggerFactsReader::oldest_in_journal(std::optional<Position> from) {
  if (first_ && first_->from == from) {
    return first_->received_at;
  }
  first_.reset();
  if (from && *from >= journal_.end()) {
    return std::nullopt;
  }
  FIRN_ASSIGN(const auto received_at, journal_.received_at(from));
  if (received_at) {
    first_ = First{from, *received_at};
  }
  return received_at;
}

Duration TriggerFactsReader::waited(const Batch& open, bool waits) {
  if (!waits) {
    waiting_.reset();
    return Duration::zero();
  }
  const Duration now = clock_.steady();
  if (!waiting_ || waiting_->batch != open.id) {
    waiting_ = Waiting{open.id, now};
  }
  return now - waiting_->since;
}

Result<std::optional<Batch>> find_open_batch(Catalog& catalog, const RepeaterName& repeater) {
  FIRN_ASSIGN(auto batches, catalog.batches({.repeater = repeater, .states = {BatchState::kOpen}, .limit = 1}));
  return batches.empty() ? std::nullopt : std::optional<Batch>(std::move(batches.front()));
}

}  // namespace firn
