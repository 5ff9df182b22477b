#include "tests/support/memory_catalog.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace firn {
namespace {

template <typename T>
bool admits(const std::vector<T>& wanted, T value) {
  return wanted.empty() || std::ranges::find(wanted, value) != wanted.end();
}

bool admits(const RepeaterName& wanted, const RepeaterName& name) { return wanted.empty() || wanted == name; }

template <typename Map, typename Key>
auto find_in(const Map& map, const Key& key) -> std::optional<typename Map::mapped_type> {
  const auto found = map.find(key);
  return found == map.end() ? std::nullopt : std::optional(found->second);
}

Error injected(const char* when) { return Error{ErrorKind::kUnavailable, "commit", "memory catalog", when, ""}; }

}  // namespace

void MemoryCatalog::fail_next_commit(CommitFault fault) {
  const MutexLock lock(mutex_);
  fault_ = fault;
}

void MemoryCatalog::crash(bool shows) {
  const MutexLock lock(mutex_);
  if (auto found = std::exchange(in_doubt_, std::nullopt); found && shows) {
    keep(std::move(found->state), found->transitions);
  }
}

std::unique_ptr<MemoryCatalog> MemoryCatalog::clone() const {
  auto copy = std::make_unique<MemoryCatalog>();
  const MutexLock lock(mutex_);
  const MutexLock other(copy->mutex_);
  copy->state_ = state_;
  copy->versions_ = versions_;
  copy->in_doubt_ = in_doubt_;
  copy->fault_ = fault_;
  return copy;
}

std::optional<Position> MemoryCatalog::State::cursor(const RepeaterName& repeater, std::uint64_t partition) const {
  return find_in(cursors, std::pair(repeater, partition));
}

std::optional<Batch> MemoryCatalog::State::batch(BatchId id) const { return find_in(batches, id); }

std::optional<Chunk> MemoryCatalog::State::chunk(ChunkId id) const { return find_in(chunks, id); }

std::optional<Batch> MemoryCatalog::State::open_batch(const RepeaterName& repeater) const {
  for (const auto& [id, batch] : batches) {
    if (batch.repeater == repeater && batch.state == BatchState::kOpen) {
      return batch;
    }
  }
  return std::nullopt;
}

std::optional<Batch> MemoryCatalog::State::batch_at(const RepeaterName& repeater, Position position) const {
  for (const auto& [id, batch] : batches) {
    if (batch.repeater == repeater && batch.cut && limits(*batch.cut, position)) {
      return batch;
    }
  }
  return open_batch(repeater);
}

void MemoryCatalog::State::add(Batch batch) {
  batch.id = static_cast<BatchId>(batches.size()) + 1;
  batches.emplace(batch.id, std::move(batch));
}

void MemoryCatalog::State::add(Chunk chunk) {
  chunk.id = static_cast<ChunkId>(chunks.size()) + 1;
  chunks.emplace(chunk.id, std::move(chunk));
}

Status MemoryCatalog::State::apply(const OpenFirstBatch& open) {
  const bool has_batch =
      std::ranges::any_of(batches, [&](const auto& entry) { return entry.second.repeater == open.repeater; });
  FIRN_ASSIGN(Batch batch, first_batch(open, has_batch));
  add(std::move(batch));
  return {};
}

CutFacts MemoryCatalog::State::cut_facts(const CutBatch& cut) const {
  CutFacts facts;
  facts.batch = batch(cut.batch);
  for (const auto& [id, candidate] : batches) {
    if (facts.batch && candidate.repeater == facts.batch->repeater && candidate.number + 1 == facts.batch->number) {
      facts.previous_cut = candidate.cut;
    }
  }
  for (const auto& [id, chunk] : chunks) {
    if (chunk.batch == cut.batch && chunk.range.first.partition() == cut.cut.partition()) {
      facts.last_packed = std::max(facts.last_packed, std::optional(chunk.range.last));
    }
  }
  return facts;
}

Status MemoryCatalog::State::apply(const CutBatch& cut) {
  FIRN_ASSIGN(CutOutcome outcome, cut_batch(cut, cut_facts(cut)));
  batches[cut.batch] = std::move(outcome.closing);
  add(std::move(outcome.next));
  return {};
}

DecideFacts MemoryCatalog::State::decide_facts(const DecideRange& decision) const {
  DecideFacts facts;
  facts.cursor = cursor(decision.repeater, decision.from.partition());
  facts.target = batch_at(decision.repeater, decision.from);
  for (const Position position : decision.replaced) {
    if (replaced.contains({decision.repeater, position})) {
      facts.already_replaced = position;
      break;
    }
  }
  return facts;
}

bool MemoryCatalog::State::is_requested(const FetchRequest& wanted) const {
  return std::ranges::any_of(requests, [&](const auto& entry) {
    const FetchRequest& known = entry.second;
    return known.repeater == wanted.repeater && known.domain == wanted.domain &&
           known.document_id == wanted.document_id;
  });
}

std::uint64_t MemoryCatalog::State::add_requests(const DecideRange& decision) {
  std::uint64_t known = 0;
  for (const FetchRequest& request : decision.requests) {
    if (is_requested(request)) {
      ++known;
    } else {
      requests.emplace(Place(request.repeater, request.position), request);
    }
  }
  return known;
}

Status MemoryCatalog::State::apply(const DecideRange& decision) {
  FIRN_TRY(check_decision(decision, decide_facts(decision)));
  if (decision.chunk) {
    add(as_new(*decision.chunk));
  }
  for (QuarantinedRecord record : decision.quarantined) {
    record.state = QuarantineState::kOpen;
    record.replaced_by.reset();
    quarantined.emplace(Place(decision.repeater, record.position), std::move(record));
  }
  for (const Position position : decision.replaced) {
    replaced.emplace(decision.repeater, position);
  }
  domains[decision.repeater].insert(decision.domains.begin(), decision.domains.end());
  counts[decision.repeater] += settled_counts(decision, add_requests(decision));
  cursors[{decision.repeater, decision.from.partition()}] = decision.next;
  return {};
}

Status MemoryCatalog::State::apply(const MoveChunk& move) {
  FIRN_ASSIGN(chunks[move.chunk], moved(move, chunk(move.chunk)));
  return {};
}

Status MemoryCatalog::State::apply(const ReportChunk& report) {
  FIRN_ASSIGN(chunks[report.chunk], reported(report, chunk(report.chunk)));
  return {};
}

Status MemoryCatalog::State::apply(const ReturnChunk& back) {
  ReturnFacts facts;
  facts.chunk = chunk(back.chunk);
  if (facts.chunk) {
    facts.batch = batch(facts.chunk->batch);
    facts.open = open_batch(facts.chunk->repeater);
  }
  FIRN_ASSIGN(chunks[back.chunk], returned(back, facts));
  return {};
}

ReplaceFacts MemoryCatalog::State::replace_facts(const ReplaceChunk& replace,
                                                 const std::map<RepeaterName, Versions>& versions) const {
  ReplaceFacts facts;
  facts.chunk = chunk(replace.chunk);
  if (!facts.chunk) {
    return facts;
  }
  facts.batch = batch(facts.chunk->batch);
  facts.open = open_batch(facts.chunk->repeater);
  const Versions known = find_in(versions, facts.chunk->repeater).value_or(Versions());
  for (const DroppedRow& row : replace.dropped) {
    const Position position = row.record.position;
    const auto entries = find_in(known, row.document).value_or(std::vector<VersionEntry>());
    if (std::ranges::find(entries, position, &VersionEntry::position) == entries.end()) {
      facts.without_version = position;
    }
    if (quarantined.contains({facts.chunk->repeater, position})) {
      facts.in_quarantine = position;
    }
  }
  return facts;
}

Status MemoryCatalog::State::apply(const ReplaceChunk& replace, const std::map<RepeaterName, Versions>& versions) {
  FIRN_ASSIGN(ReplaceOutcome outcome, firn::replaced(replace, replace_facts(replace, versions)));
  for (const DroppedRow& row : replace.dropped) {
    QuarantinedRecord record = row.record;
    record.state = QuarantineState::kOpen;
    record.replaced_by.reset();
    quarantined.emplace(Place(record.repeater, record.position), std::move(record));
  }
  PackCounts& sums = counts[outcome.replaced.repeater];
  sums.rows -= replace.dropped.size();
  sums.quarantined += replace.dropped.size();
  chunks[replace.chunk] = std::move(outcome.replaced);
  if (outcome.next) {
    add(*std::move(outcome.next));
  }
  return {};
}

BatchFacts MemoryCatalog::State::batch_facts(BatchId id) const {
  BatchFacts facts;
  facts.batch = batch(id);
  if (facts.batch && facts.batch->cut) {
    facts.cursor = cursor(facts.batch->repeater, facts.batch->cut->partition());
  }
  for (const auto& [chunk_id, chunk] : chunks) {
    if (chunk.batch == id) {
      ++facts.chunks[static_cast<std::size_t>(chunk.state)];
    }
  }
  return facts;
}

Status MemoryCatalog::State::apply(const MoveBatch& move) {
  FIRN_ASSIGN(batches[move.batch], moved(move, batch_facts(move.batch)));
  return {};
}

Status MemoryCatalog::State::apply(const SetHandle& set) {
  FIRN_ASSIGN(batches[set.batch], with_handle(set, batch(set.batch)));
  return {};
}

Status MemoryCatalog::State::apply(const SettleQuarantined& settle) {
  const Place place(settle.repeater, settle.position);
  FIRN_ASSIGN(quarantined[place], settled(settle, find_in(quarantined, place)));
  return {};
}

Status MemoryCatalog::State::apply(const AddUsage& add) {
  for (const UsageAmount& used : add.amounts) {
    usage[{add.repeater, add.day, std::string(to_string(used.item))}] += used.amount;
  }
  return {};
}

Result<std::vector<UsageEntry>> MemoryCatalog::usage(const UsageFilter& filter) {
  const MutexLock lock(mutex_);
  std::vector<UsageEntry> found;
  for (const auto& [place, amount] : state_.usage) {
    const auto& [repeater, day, item] = place;
    if (admits(filter.repeater, repeater) && day >= filter.since) {
      found.push_back({repeater, day, parse_usage_item(item).value_or(UsageItem::kFiles), amount});
    }
  }
  return found;
}

Status MemoryCatalog::commit(std::span<const Transition> transitions) {
  const MutexLock lock(mutex_);
  State next = state_;
  for (const Transition& transition : transitions) {
    if (const auto* replace = std::get_if<ReplaceChunk>(&transition)) {
      FIRN_TRY(next.apply(*replace, versions_));
      continue;
    }
    FIRN_TRY(std::visit(
        [&next](const auto& value) -> Status {
          if constexpr (requires { next.apply(value); }) {
            return next.apply(value);
          } else {
            return {};
          }
        },
        transition));
  }
  const auto fault = std::exchange(fault_, std::nullopt);
  if (fault == CommitFault::kBeforeApply) {
    return fail(injected("a failure was asked for, before anything was kept"));
  }
  if (fault == CommitFault::kInDoubt) {
    in_doubt_ = InDoubt{std::move(next), {transitions.begin(), transitions.end()}};
    return fail(injected("a failure was asked for, and it may come back"));
  }
  keep(std::move(next), transitions);
  if (fault == CommitFault::kAfterApply) {
    return fail(injected("a failure was asked for, after everything was kept"));
  }
  return {};
}

void MemoryCatalog::keep(State next, std::span<const Transition> transitions) {
  in_doubt_.reset();
  keep_versions(transitions);
  state_ = std::move(next);
}

void MemoryCatalog::keep_versions(std::span<const Transition> transitions) {
  for (const Transition& transition : transitions) {
    if (const auto* decision = std::get_if<DecideRange>(&transition)) {
      for (const VersionEntry& entry : decision->versions) {
        auto& entries = versions_[decision->repeater][entry.document];
        entries.push_back(entry);
        std::ranges::sort(entries, {}, &VersionEntry::position);
      }
    }
    if (const auto* replace = std::get_if<ReplaceChunk>(&transition)) {
      drop_versions(*replace);
    }
  }
}

void MemoryCatalog::drop_versions(const ReplaceChunk& replace) {
  for (const DroppedRow& row : replace.dropped) {
    auto& entries = versions_[row.record.repeater][row.document];
    std::erase_if(entries, [&](const VersionEntry& entry) { return entry.position == row.record.position; });
  }
}

Result<std::optional<Position>> MemoryCatalog::cursor(const RepeaterName& repeater, std::uint64_t partition) {
  const MutexLock lock(mutex_);
  return state_.cursor(repeater, partition);
}

Result<std::vector<std::vector<VersionEntry>>> MemoryCatalog::versions(const RepeaterName& repeater,
                                                                       std::span<const DocumentKey> documents) {
  const MutexLock lock(mutex_);
  const Versions& known = versions_[repeater];
  std::vector<std::vector<VersionEntry>> entries;
  entries.reserve(documents.size());
  for (const DocumentKey& document : documents) {
    entries.push_back(find_in(known, document).value_or(std::vector<VersionEntry>()));
  }
  return entries;
}

Result<bool> MemoryCatalog::is_replaced(const RepeaterName& repeater, Position position) {
  const MutexLock lock(mutex_);
  return state_.replaced.contains({repeater, position});
}

Result<std::vector<Chunk>> MemoryCatalog::chunks(const ChunkFilter& filter) {
  const MutexLock lock(mutex_);
  std::vector<Chunk> found;
  for (const auto& [id, chunk] : state_.chunks) {
    if (found.size() < filter.limit && id > filter.after && admits(filter.repeater, chunk.repeater) &&
        admits(filter.states, chunk.state) && filter.batch.value_or(chunk.batch) == chunk.batch) {
      found.push_back(chunk);
    }
  }
  return found;
}

Result<std::vector<Batch>> MemoryCatalog::batches(const BatchFilter& filter) {
  const MutexLock lock(mutex_);
  std::vector<Batch> found;
  for (const auto& [id, batch] : state_.batches) {
    if (found.size() < filter.limit && id > filter.after && admits(filter.repeater, batch.repeater) &&
        admits(filter.states, batch.state)) {
      found.push_back(batch);
    }
  }
  return found;
}

Result<std::vector<QuarantinedRecord>> MemoryCatalog::quarantined(const QuarantineFilter& filter) {
  const MutexLock lock(mutex_);
  std::vector<QuarantinedRecord> found;
  for (const auto& [place, record] : state_.quarantined) {
    const bool wanted = !filter.behind || std::pair(record.repeater, record.position) > *filter.behind;
    if (found.size() < filter.limit && wanted && admits(filter.repeater, record.repeater) &&
        admits(filter.states, record.state) && filter.position.value_or(record.position) == record.position) {
      found.push_back(record);
    }
  }
  return found;
}

Result<std::vector<FetchRequest>> MemoryCatalog::fetch_requests(const FetchFilter& filter) {
  const MutexLock lock(mutex_);
  std::vector<FetchRequest> found;
  for (const auto& [place, request] : state_.requests) {
    const bool is_wanted = !filter.document || *filter.document == document_key(request.domain, request.document_id);
    if (found.size() < filter.limit && is_wanted && admits(filter.repeater, request.repeater) &&
        (!filter.after || request.position > *filter.after)) {
      found.push_back(request);
    }
  }
  return found;
}

Result<std::optional<Batch>> MemoryCatalog::batch_at(const RepeaterName& repeater, Position position) {
  const MutexLock lock(mutex_);
  return state_.batch_at(repeater, position);
}

Result<std::optional<Chunk>> MemoryCatalog::chunk_at(const RepeaterName& repeater, Position position) {
  const MutexLock lock(mutex_);
  std::optional<Chunk> newest;
  for (const auto& [id, chunk] : state_.chunks) {
    if (chunk.repeater == repeater && chunk.range.first <= position && position <= chunk.range.last &&
        (!newest || chunk.attempt > newest->attempt)) {
      newest = chunk;
    }
  }
  return newest;
}

Result<std::vector<std::string>> MemoryCatalog::domains(const RepeaterName& repeater) {
  const MutexLock lock(mutex_);
  const auto names = find_in(state_.domains, repeater).value_or(std::set<std::string>());
  return std::vector<std::string>(names.begin(), names.end());
}

namespace {

void count(const Chunk& chunk, const std::optional<Batch>& open, RepeaterTotals& totals,
           std::map<ChunkState, ChunkTotals>& by_state) {
  ChunkTotals& sum = by_state[chunk.state];
  sum.state = chunk.state;
  ++sum.chunks;
  sum.rows += chunk.rows;
  sum.bytes_uncompressed += chunk.bytes_uncompressed;
  sum.bytes_compressed += chunk.bytes_compressed;
  if (!is_active(chunk.state)) {
    return;
  }
  totals.oldest_unloaded =
      std::min(totals.oldest_unloaded.value_or(chunk.oldest_received_at), chunk.oldest_received_at);
  if (open && chunk.batch == open->id && chunk.state != ChunkState::kSubmitted) {
    totals.uningested_bytes += chunk.bytes_uncompressed;
    totals.oldest_uningested =
        std::min(totals.oldest_uningested.value_or(chunk.oldest_received_at), chunk.oldest_received_at);
  }
}

}  // namespace

Result<RepeaterTotals> MemoryCatalog::totals(const RepeaterName& repeater) {
  const MutexLock lock(mutex_);
  RepeaterTotals totals;
  totals.decided = find_in(state_.counts, repeater).value_or(PackCounts());
  const auto open = state_.open_batch(repeater);
  std::map<ChunkState, ChunkTotals> by_state;
  for (const auto& [id, chunk] : state_.chunks) {
    if (chunk.repeater == repeater) {
      count(chunk, open, totals, by_state);
    }
  }
  for (const auto& [state, sum] : by_state) {
    totals.chunks.push_back(sum);
  }
  totals.fetch_open = static_cast<std::uint64_t>(
      std::ranges::count_if(state_.requests, [&](const auto& entry) { return entry.second.repeater == repeater; }));
  for (const auto& [place, record] : state_.quarantined) {
    if (record.repeater == repeater && record.state == QuarantineState::kOpen) {
      ++totals.quarantine_open;
      totals.quarantine_open_bytes += record.bytes;
    }
  }
  return totals;
}

Result<std::optional<Position>> MemoryCatalog::settled_up_to(const RepeaterName& repeater, std::uint64_t partition) {
  const MutexLock lock(mutex_);
  auto settled = state_.cursor(repeater, partition);
  for (const auto& [id, chunk] : state_.chunks) {
    const bool is_held = is_active(chunk.state) || (chunk.state == ChunkState::kQuarantined && !chunk.staged_at);
    if (settled && chunk.repeater == repeater && chunk.range.first.partition() == partition && is_held) {
      settled = std::min(*settled, chunk.range.first);
    }
  }
  return settled;
}

}  // namespace firn
