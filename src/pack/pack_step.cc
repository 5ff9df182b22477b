#include "pack/pack_step.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/crash_point.h"
#include "base/mutex.h"
#include "base/result.h"
#include "base/time.h"
#include "model/batch.h"
#include "model/catalog.h"
#include "model/position.h"
#include "model/quarantine.h"
#include "model/record.h"
#include "model/step.h"
#include "model/transition.h"
#include "pack/chunk_remaker.h"
#include "pack/duplicates.h"
#include "pack/open_chunk.h"
#include "pack/prepared_records.h"
#include "pack/quarantine_file.h"
#include "platform/file_system.h"

namespace firn {
namespace {

/// The file journal has one partition; a journal of many gets one step for each.
constexpr std::uint64_t kPartition = 0;
// While chunks wait to be staged: somebody may take their files away.
constexpr Duration kLookForFiles = std::chrono::seconds(10);
// While the open batch is full: the cut wakes this step, but not when triggers are paused just then.
constexpr Duration kLookForTrigger = std::chrono::seconds(1);

std::optional<Position> parse_position(const std::string& name) {
  std::uint64_t value = 0;
  const char* const end = name.data() + name.size();
  const auto parsed = std::from_chars(name.data(), end, value);
  return parsed.ec == std::errc{} && parsed.ptr == end ? std::optional(Position(value)) : std::nullopt;
}

}  // namespace

PackStep::PackStep(PackContext context, PackOptions options)
    : context_(context),
      options_(std::move(options)),
      quarantine_directory_(quarantine_directory(options_.data_directory, options_.repeater)),
      folder_(context_.files, options_.data_directory, options_.repeater),
      open_(context_.files, folder_),
      preparer_(options_.table.kind, options_.max_row_bytes, options_.privacy) {}

StepOutcome PackStep::run() {
  auto outcome = run_once();
  {
    const MutexLock lock(mutex_);
    open_counts_ = open_.counts();
    read_to_ = open_.next();
  }
  return outcome ? std::move(*outcome) : StepOutcome::failed(std::move(outcome).error());
}

PackCounts PackStep::open_counts() const {
  const MutexLock lock(mutex_);
  return open_counts_;
}

Position PackStep::read_to() const {
  const MutexLock lock(mutex_);
  return read_to_;
}

Result<StepOutcome> PackStep::run_once() {
  FIRN_ASSIGN(const auto decided, context_.catalog.cursor(options_.repeater, kPartition));
  const Position cursor = decided.value_or(context_.journal.begin(kPartition));
  if (settle_due_) {
    FIRN_TRY(settle_files(cursor));
  }
  if (!lost_.empty()) {
    FIRN_TRY(pack_again(lost_.back()));
    return StepOutcome::done();
  }
  FIRN_ASSIGN(const auto batch, context_.catalog.batch_at(options_.repeater, cursor));
  if (!batch) {
    return open_first_batch();
  }
  const auto end = end_of_range(*batch);
  const bool beyond_end = end && open_.next() > *end;
  if (open_.cursor() != cursor || beyond_end) {
    open_.restart(cursor);
  }
  if (!open_.touched()) {
    if (must_wait_for_trigger(*batch)) {
      return StepOutcome::idle_for(kLookForTrigger);
    }
    begun_ = context_.clock.steady();
  }
  const auto read = consume(end);
  if (read) {
    return is_due(end) ? seal(*batch) : *read ? StepOutcome::done() : wait();
  }
  // What was read before a lasting obstacle is complete: let it go on, and report the obstacle after that.
  const ErrorKind kind = read.error().kind;
  const bool lasting = kind == ErrorKind::kDamaged || kind == ErrorKind::kNoSpace;
  return lasting && open_.touched() ? seal(*batch) : fail(Error(read.error()));
}

/// Asked when a range begins: one that has begun is at most one chunk more.
bool PackStep::must_wait_for_trigger(const Batch& batch) const {
  return batch.state == BatchState::kOpen && options_.batch_is_full && options_.batch_is_full(batch);
}

Status PackStep::settle_files(Position cursor) {
  if (!started_) {
    FIRN_TRY(folder_.create());
    FIRN_TRY(context_.files.create_directories(quarantine_directory_));
    FIRN_TRY(remove_undecided_quarantine(cursor));
    started_ = true;
  }
  // Only a decision moves the cursor, and a commit that works supersedes what failed ones have left on the disk.
  if (open_.cursor() != cursor) {
    folder_.end_doubt();
    sealed_end_.reset();
  }
  open_.restart(cursor);
  FIRN_ASSIGN(lost_, folder_.settle(context_.catalog));
  settle_due_ = false;
  return {};
}

/// Fails only when the file might be made at once: what lasts is kept for later.
Status PackStep::pack_again(const Chunk& chunk) {
  const Status made = remake_chunk(
      {context_.journal, context_.catalog, context_.files, folder_, preparer_, options_.repeater, options_.read_bytes},
      chunk);
  if (!made && made.error().is_passing()) {
    return made;
  }
  if (!made) {
    cannot_pack_again_ = made.error();
  }
  lost_.pop_back();
  settle_due_ = settle_due_ || (lost_.empty() && !cannot_pack_again_);
  return {};
}

Status PackStep::remove_undecided_quarantine(Position cursor) {
  FIRN_ASSIGN(const auto names, context_.files.list(quarantine_directory_));
  for (const std::string& name : names) {
    const auto position = parse_position(name);
    if (position && *position >= cursor) {
      FIRN_TRY(context_.files.remove(join(quarantine_directory_, name)));
    }
  }
  return {};
}

StepOutcome PackStep::open_first_batch() const {
  const Timestamp now = context_.clock.now();
  return StepOutcome::done({OpenFirstBatch{options_.repeater, format_period(options_.period, now), now}});
}

Status PackStep::check_floor() {
  FIRN_ASSIGN(const std::uint64_t room, context_.files.free_bytes(options_.data_directory));
  if (room >= options_.pack_floor_bytes) {
    return {};
  }
  return fail(Error{ErrorKind::kNoSpace, "pack", options_.repeater.str(),
                    "the disk has less free space than the floor for packing",
                    "free some space; packing goes on by itself, and forms that were accepted are safe"});
}

/// Where the range must end, when that is known.
std::optional<Position> PackStep::end_of_range(const Batch& batch) const {
  return batch.cut && sealed_end_ ? std::min(*batch.cut, *sealed_end_) : batch.cut ? batch.cut : sealed_end_;
}

/// Reads on, up to the range's end or the journal's; false when there was nothing.
Result<bool> PackStep::consume(std::optional<Position> range_end) {
  stopped_ = false;
  const Position end = context_.journal.end(kPartition);
  if (end < open_.cursor()) {
    return fail(Error{ErrorKind::kDamaged, "pack", options_.repeater.str(),
                      "the journal ends before what the catalog has decided",
                      "the data directory is a mixture of two states; bring back a complete copy of one"});
  }
  const Position limit = range_end ? std::min(*range_end, end) : end;
  if (open_.next() >= limit) {
    return false;
  }
  FIRN_TRY(check_floor());
  FIRN_ASSIGN(const auto records, context_.journal.read(open_.next(), options_.read_bytes));
  const auto behind = std::find_if(records.begin(), records.end(),
                                   [&](const StoredRecord& stored) { return stored.position >= limit; });
  if (behind == records.begin()) {
    skip_to(limit);
    return true;
  }
  const auto prepared = preparer_.prepare({records.begin(), behind});
  FIRN_ASSIGN(const auto known, look_up(prepared));
  const auto applied = apply(prepared, known, limit);
  if (!applied) {
    open_.restart(open_.cursor());
    return fail(Error(applied.error()));
  }
  return true;
}

/// The journal has nothing between here and `limit`.
void PackStep::skip_to(Position limit) {
  if (open_.next().generation() == limit.generation()) {
    add_lost(open_.next(), Position(limit.value() - 1), "");
  } else {
    open_.skip_to(limit);
  }
}

/// What the catalog knows of the records' documents and of the positions that they replace.
Result<PackStep::Known> PackStep::look_up(std::span<PreparedRecord> prepared) {
  std::vector<DocumentKey> documents;
  documents.reserve(prepared.size());
  for (PreparedRecord& record : prepared) {
    documents.push_back(record.document);
    const auto replaces = record.stored->record.envelope.replaces;
    if (replaces) {
      FIRN_ASSIGN(record.claim.already_replaced, context_.catalog.is_replaced(options_.repeater, *replaces));
    }
  }
  return context_.catalog.versions(options_.repeater, documents);
}

Status PackStep::apply(std::span<PreparedRecord> prepared, const Known& known, Position limit) {
  for (std::size_t i = 0; i < prepared.size(); ++i) {
    const StoredRecord& stored = *prepared[i].stored;
    stopped_ = is_full() || !open_.accepts(stored.position);
    if (stopped_) {
      return {};
    }
    if (stored.position > open_.next() && stored.position.generation() == open_.next().generation()) {
      add_lost(open_.next(), Position(stored.position.value() - 1), "");
    }
    if (stored.lost) {
      // A cut may lie in the middle of what was lost later.
      const Position last(std::min(stored.lost->last.value(), limit.value() - 1));
      add_lost(std::max(stored.position, open_.next()), last, stored.lost->where);
      continue;
    }
    FIRN_TRY(apply_one(prepared[i], known[i]));
  }
  return {};
}

Status PackStep::apply_one(PreparedRecord& prepared, std::span<const VersionEntry> known) {
  const StoredRecord& stored = *prepared.stored;
  const Envelope& envelope = stored.record.envelope;
  open_.take(stored.position, envelope.received_at, stored.record.body.size());
  if (prepared.rejection) {
    return quarantine(prepared);
  }
  if (envelope.replaces && open_.is_replaced(*envelope.replaces)) {
    prepared.claim.already_replaced = true;
  }
  if (!makes_rows(options_.table.kind)) {
    add_request(prepared);
    return {};
  }
  const auto verdict = judge(prepared.claim, known, open_.versions(prepared.document));
  if (verdict == Verdict::kRow) {
    return add_row(prepared);
  }
  const bool takes_place = envelope.replaces && !prepared.claim.already_replaced;
  open_.add_duplicate(verdict == Verdict::kConflict, takes_place ? envelope.replaces : std::nullopt);
  return {};
}

Status PackStep::add_row(const PreparedRecord& prepared) {
  const StoredRecord& stored = *prepared.stored;
  OpenRow row;
  row.entry.document = prepared.document;
  row.entry.position = stored.position;
  row.entry.version = prepared.claim.version;
  row.entry.digest = prepared.claim.digest;
  row.entry.received_at = stored.record.envelope.received_at;
  row.domain = prepared.domain;
  row.line = preparer_.line(prepared);
  row.replaces = stored.record.envelope.replaces;
  return open_.add_row(row);
}

/// The catalog keeps one request for each document, whatever comes here.
void PackStep::add_request(const PreparedRecord& prepared) {
  if (prepared.claim.replaces && prepared.claim.already_replaced) {
    open_.add_duplicate(false);
    return;
  }
  const Envelope& envelope = prepared.stored->record.envelope;
  open_.add_request({options_.repeater, options_.table.kind, prepared.domain, prepared.document_id,
                     prepared.stored->position, prepared.received_on, envelope.received_at},
                    envelope.replaces);
}

Status PackStep::quarantine(const PreparedRecord& prepared) {
  const StoredRecord& stored = *prepared.stored;
  FIRN_TRY(write_quarantined(context_.files, quarantine_directory_, stored.position, stored.record));
  quarantine_written_ = true;
  QuarantinedRecord record;
  record.repeater = options_.repeater;
  record.position = stored.position;
  record.last = stored.position;
  record.reason = prepared.rejection->reason;
  record.detail = prepared.rejection->detail;
  record.domain = prepared.rejection->domain;
  record.document_id = prepared.rejection->document_id;
  record.bytes = stored.record.body.size();
  record.received_at = stored.record.envelope.received_at;
  record.quarantined_at = context_.clock.now();
  open_.add_quarantined(std::move(record));
  return {};
}

/// `where` is the journal's word about it; empty when it has none.
void PackStep::add_lost(Position first, Position last, const std::string& where) {
  QuarantinedRecord range;
  range.repeater = options_.repeater;
  range.position = first;
  range.last = last;
  range.reason = QuarantineReason::kJournalDamage;
  range.detail = where.empty() ? "positions " + first.str() + " to " + last.str() : where;
  range.received_at = context_.clock.now();
  range.quarantined_at = range.received_at;
  open_.add_lost(std::move(range));
}

bool PackStep::is_full() const {
  const PackCounts& counts = open_.counts();
  return counts.rows + counts.requests + counts.quarantined >= options_.max_rows;
}

/// Wall time also counts what passed before a restart; somebody may set it back, so steady time counts as well.
Duration PackStep::age(Timestamp oldest) const {
  return std::max(context_.clock.now() - oldest, context_.clock.steady() - begun_);
}

bool PackStep::is_due(std::optional<Position> end) const {
  if (!open_.touched()) {
    return false;
  }
  const bool at_end = end && open_.next() >= *end;
  const bool old = open_.oldest() && age(*open_.oldest()) >= options_.chunk_age;
  return stopped_ || at_end || old || is_full() || open_.bytes_compressed() >= options_.target_bytes;
}

Result<StepOutcome> PackStep::seal(const Batch& batch) {
  settle_due_ = true;
  sealed_end_ = open_.next();
  if (quarantine_written_) {
    FIRN_TRY(context_.files.sync_directory(quarantine_directory_));
    quarantine_written_ = false;
  }
  FIRN_ASSIGN(auto decision, open_.seal(batch, options_.table.digest(), context_.clock.now()));
  crash_point("pack.before_decision");
  return StepOutcome::done({std::move(decision)});
}

Result<StepOutcome> PackStep::wait() {
  FIRN_ASSIGN(const auto waiting, folder_.waiting(context_.catalog));
  settle_due_ = settle_due_ || waiting.without_file > 0;
  if (cannot_pack_again_) {
    return fail(*std::exchange(cannot_pack_again_, std::nullopt));
  }
  if (settle_due_) {
    return StepOutcome::done();
  }
  std::optional<Duration> next = waiting.packed > 0 ? std::optional(kLookForFiles) : std::nullopt;
  if (open_.oldest()) {
    const Duration due = std::max(options_.chunk_age - age(*open_.oldest()), Duration(0));
    next = std::min(next.value_or(due), due);
  }
  return next ? StepOutcome::idle_for(*next) : StepOutcome::idle();
}

}  // namespace firn
