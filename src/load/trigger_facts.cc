#include "load/trigger_facts.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "model/open_batch.h"

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
  view.facts.now = clock_.now();
  FIRN_ASSIGN(view.open, find_open_batch(catalog_, repeater_));
  FIRN_ASSIGN(view.covered, catalog_.cursor(repeater_, kPartition));
  if (!view.open) {
    return view;
  }
  FIRN_TRY(look_at_batches(view));
  FIRN_ASSIGN(const auto totals, catalog_.totals(repeater_));
  view.facts.uningested_bytes = totals.uningested_bytes;
  view.facts.since = std::max(covered_at_, schedule_since_);
  view.facts.oldest = oldest(totals, view);
  view.facts.waited = waited(*view.open, view.facts.oldest.has_value());
  return view;
}

Status TriggerFactsReader::look_at_batches(TriggerView& view) {
  FIRN_ASSIGN(const auto closing, catalog_.batches({.repeater = repeater_, .states = {BatchState::kClosing}}));
  for (const Batch& batch : closing) {
    view.covered = std::max(view.covered, batch.cut);
  }
  while (true) {
    FIRN_ASSIGN(const auto page, catalog_.batches({.repeater = repeater_, .after = looked_at_}));
    for (const Batch& batch : page) {
      covered_at_ = looked_at_ == 0 ? batch.opened_at : covered_at_;
      if (batch.state == BatchState::kOpen) {
        return {};
      }
      looked_at_ = batch.id;
      if (batch.cause && covers_everything(*batch.cause)) {
        covered_at_ = batch.closed_at.value_or(covered_at_);  // never before an earlier batch's (TriggerStep::cut)
      }
    }
    if (page.empty()) {
      return {};
    }
  }
}

std::optional<Timestamp> TriggerFactsReader::oldest(const RepeaterTotals& totals, const TriggerView& view) {
  const auto in_journal = oldest_in_journal(view);
  if (!in_journal || !totals.oldest_uningested) {
    return in_journal ? in_journal : totals.oldest_uningested;
  }
  return std::min(*in_journal, *totals.oldest_uningested);
}

/// Of the records that are not decided, and that no cut covers yet. A journal that cannot be read there holds up
/// nothing that is sealed; pack tells of it.
std::optional<Timestamp> TriggerFactsReader::oldest_in_journal(const TriggerView& view) {
  const auto from = view.covered;
  if (first_ && first_->from == from) {
    return first_->received_at;
  }
  first_.reset();
  if (from && *from >= journal_.end()) {
    return std::nullopt;
  }
  const auto received_at = journal_.received_at(from);
  if (!received_at || !*received_at) {
    return std::nullopt;
  }
  first_ = First{from, **received_at};
  return *received_at;
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

}  // namespace firn
