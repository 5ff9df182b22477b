#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "catalog/sqlite/sqlite_catalog.h"
#include "tests/support/catalog_samples.h"
#include "tests/support/memory_catalog.h"

namespace firn {
namespace {

const std::vector<RepeaterName> kRepeaters{RepeaterName("forms"), RepeaterName("cases")};
const std::vector<std::string> kDocuments{"a", "b", "c", "d"};

// --- Everything that a catalog says, as text, so that two of them can be compared.

std::string text(Timestamp time) { return std::to_string(to_micros(time)); }
std::string text(Position position) { return position.str(); }
std::string text(TriggerCause cause) { return std::string(to_string(cause)); }
std::string text(const FileReport& report) {
  return fmt::format("{} {} {} {} {}", report.key.str(), to_string(report.status), report.rows_loaded, report.message,
                     report.error_line);
}

template <typename T>
std::string optional_text(const std::optional<T>& value) {
  return value ? text(*value) : std::string("-");
}

std::string text(const Chunk& c) {
  std::string line =
      fmt::format("{} {} {} {}..{} a{} {} {} {} {} {} {} {} {} {} {} '{}'", c.id, c.repeater.str(), c.batch,
                  c.range.first.str(), c.range.last.str(), c.attempt, c.definition, c.rows, c.bytes_uncompressed,
                  c.bytes_compressed, c.bytes_longest_row, to_hex(c.content_digest), to_hex(c.file_digest), c.key.str(),
                  c.replaces.str(), to_string(c.state), c.reason);
  return line + fmt::format(" [{}] {} {} {} {} {} {}", optional_text(c.report), text(c.oldest_received_at),
                            text(c.packed_at), optional_text(c.staged_at), optional_text(c.submitted_at),
                            optional_text(c.loaded_at), optional_text(c.purged_at));
}

std::string text(const Batch& b) {
  return fmt::format("{} {} {} {} {} {} {} {} {} '{}' '{}' {} {}", b.id, b.repeater.str(), b.number, b.period,
                     to_string(b.state), text(b.opened_at), optional_text(b.cut), optional_text(b.cause),
                     optional_text(b.closed_at), b.request_id, b.handle, optional_text(b.submitted_at),
                     optional_text(b.loaded_at));
}

std::string text(const QuarantinedRecord& r) {
  return fmt::format("{} {} {} {} {} {} {} {} {} {}", r.repeater.str(), r.position.str(), r.last.str(),
                     to_string(r.reason), r.detail, r.domain, r.bytes, text(r.received_at), to_string(r.state),
                     optional_text(r.replaced_by));
}

std::string text(const FetchRequest& r) {
  return fmt::format("{} {} {} {} {} {} {}", r.repeater.str(), to_string(r.kind), r.domain, r.document_id,
                     r.position.str(), text(r.received_on), text(r.requested_at));
}

std::string text(const VersionEntry& e) {
  return fmt::format("{} {} {} {} {}", e.position.str(), optional_text(e.version), firn::to_hex(e.digest.view()), e.row,
                     text(e.received_at));
}

std::string text(const std::string& name) { return name; }

std::string text(const RepeaterTotals& t) {
  const PackCounts& d = t.decided;
  std::string line = fmt::format("{} {} {} {} {} {} {} {}", d.records, d.rows, d.duplicates, d.conflicts, d.quarantined,
                                 d.bytes_received, d.requests, t.fetch_open);
  for (const ChunkTotals& c : t.chunks) {
    line +=
        fmt::format(" {}:{},{},{},{}", to_string(c.state), c.chunks, c.rows, c.bytes_uncompressed, c.bytes_compressed);
  }
  return line + fmt::format(" {} {} {} {}", t.quarantine_open, t.quarantine_open_bytes, t.uningested_bytes,
                            optional_text(t.oldest_unloaded));
}

template <typename T>
std::string lines(const std::vector<T>& values) {
  std::string all;
  for (const T& value : values) {
    all += text(value) + "\n";
  }
  return all;
}

std::string everything(Catalog& catalog) {
  std::string all = lines(catalog.chunks({}).value()) + lines(catalog.batches({}).value()) +
                    lines(catalog.quarantined({}).value()) + lines(catalog.fetch_requests({}).value());
  std::vector<DocumentKey> keys;
  for (const std::string& document : kDocuments) {
    keys.push_back(document_key("demo", document));
  }
  for (const RepeaterName& repeater : kRepeaters) {
    all += text(catalog.totals(repeater).value()) + "\n" + lines(catalog.domains(repeater).value());
    const auto versions = catalog.versions(repeater, keys).value();
    for (const auto& entries : versions) {
      all += lines(entries) + ";";
    }
    for (std::uint64_t partition = 0; partition < 2; ++partition) {
      all += optional_text(catalog.cursor(repeater, partition).value()) + " " +
             optional_text(catalog.settled_up_to(repeater, partition).value()) + "\n";
    }
    for (std::uint64_t offset = 0; offset < 40; offset += 3) {
      const auto chunk = catalog.chunk_at(repeater, at(offset)).value();
      const auto batch = catalog.batch_at(repeater, at(offset)).value();
      all += fmt::format("{}/{}{} ", chunk ? chunk->id : 0, batch ? batch->id : 0,
                         catalog.is_replaced(repeater, at(offset)).value() ? "r" : "");
    }
  }
  return all;
}

// --- Transitions at random, most of which could apply.

std::int64_t between(std::int64_t low, std::int64_t high) { return *rc::gen::inRange(low, high + 1); }
bool one_in(std::int64_t n) { return between(1, n) == n; }

template <typename T>
T one_of(const std::vector<T>& values) {
  return values[static_cast<std::size_t>(between(0, static_cast<std::int64_t>(values.size()) - 1))];
}

/// Draws transitions that fit what the catalog holds, and some that nearly do.
class Generator {
 public:
  explicit Generator(Catalog& catalog) : catalog_(catalog) {}

  Transition next() {
    const auto chunks = catalog_.chunks({}).value();
    const auto batches = catalog_.batches({}).value();
    if (batches.empty() || one_in(30)) {
      return OpenFirstBatch{one_of(kRepeaters), "2026-03", some_moment()};
    }
    switch (between(0, 12)) {
      case 0:
        return cut(batches);
      case 1:
      case 2:
        return decide();
      case 3:
      case 4:
      case 5:
      case 6:
      case 7:
        return move_chunk(chunks);
      case 8:
        return move_batch(batches);
      case 9:
        return report(chunks);
      case 10:
        return one_in(2) ? Transition(ReturnChunk{some_id(chunks), some_moment()})
                         : Transition(SetHandle{some_id(batches), "handle"});
      case 11:
        return replace(chunks);
      default:
        return settle();
    }
  }

 private:
  static Timestamp some_moment() { return moment(between(0, 1000)); }

  template <typename T>
  static std::int64_t some_id(const std::vector<T>& stored) {
    return between(1, static_cast<std::int64_t>(stored.size()) + 1);
  }

  Position cursor_of(const RepeaterName& repeater, std::uint64_t partition) {
    return catalog_.cursor(repeater, partition).value().value_or(Position::make(1, partition, 0));
  }

  Transition cut(const std::vector<Batch>& batches) {
    const RepeaterName repeater = one_of(kRepeaters);
    const auto open = catalog_.batches({repeater, {BatchState::kOpen}, 1, 0}).value();
    const BatchId batch = open.empty() || one_in(8) ? some_id(batches) : open[0].id;
    const Position cut = cursor_of(repeater, one_in(6) ? 1 : 0).plus(static_cast<std::uint64_t>(between(0, 6)));
    return CutBatch{repeater, batch, one_in(8) ? at(1) : cut, TriggerCause::kThreshold, "2026-04", some_moment()};
  }

  /// The batch in which a range from there would lie.
  BatchId batch_for(const RepeaterName& repeater, Position from) {
    const auto batches = catalog_.batches({repeater, {BatchState::kOpen, BatchState::kClosing}, 100, 0}).value();
    for (const Batch& batch : batches) {
      if (!batch.cut || (batch.cut->partition() == from.partition() && from < *batch.cut)) {
        return batch.id;
      }
    }
    return 1;
  }

  Transition decide() {
    DecideRange decision;
    decision.repeater = one_of(kRepeaters);
    decision.from = cursor_of(decision.repeater, one_in(6) ? 1 : 0);
    if (one_in(10)) {
      decision.from = decision.from.plus(1);
    }
    decision.next = one_in(12) ? Position::make(decision.from.generation() + 1, decision.from.partition(), 2)
                               : decision.from.plus(static_cast<std::uint64_t>(between(one_in(15) ? 0 : 1, 5)));
    decision.counts = {5, 1, 2, 1, 1, 77, 0};
    decision.domains = {one_of(std::vector<std::string>{"demo", "other"})};
    fill(decision);
    decision.counts.requests = decision.requests.size();
    return decision;
  }

  void fill(DecideRange& decision) {
    for (Position p = decision.from; p < decision.next && p.generation() == decision.from.generation() &&
                                     decision.versions.size() + decision.quarantined.size() < 6;
         p = p.plus(1)) {
      if (one_in(4)) {
        decision.quarantined.push_back(quarantined_at(p));
        decision.quarantined.back().repeater = decision.repeater;
      } else if (one_in(4)) {
        decision.requests.push_back(request_at(p, one_of(kDocuments)));
        decision.requests.back().repeater = one_in(20) ? one_of(kRepeaters) : decision.repeater;
      } else if (!one_in(4)) {
        decision.versions.push_back(entry_at(p, one_of(kDocuments)));
      }
      if (one_in(8)) {
        decision.replaced.push_back(at(static_cast<std::uint64_t>(between(0, 40))));
      }
    }
    if (!decision.versions.empty()) {
      decision.chunk = chunk_of(decision);
    }
  }

  Chunk chunk_of(const DecideRange& decision) {
    const BatchId batch = one_in(12) ? between(1, 4) : batch_for(decision.repeater, decision.from);
    Chunk chunk = chunk_over(decision.versions.front().position, decision.versions.back().position.plus(1), batch);
    chunk.repeater = decision.repeater;
    chunk.rows = decision.versions.size();
    return chunk;
  }

  Transition move_chunk(const std::vector<Chunk>& chunks) {
    using enum ChunkState;
    const std::vector all{kPacked, kStaged, kSubmitted, kLoaded, kPurged, kReplaced, kQuarantined};
    const ChunkId id = some_id(chunks);
    ChunkState from = one_of(all);
    ChunkState to = one_of(all);
    if (id <= static_cast<ChunkId>(chunks.size()) && !one_in(12)) {
      const Chunk& chunk = chunks[static_cast<std::size_t>(id - 1)];
      if (chunk.state == kSubmitted && !chunk.report && !one_in(4)) {
        return report({chunk});
      }
      if (chunk.state == kSubmitted && chunk.report && chunk.report->status == FileStatus::kFailed && !one_in(4)) {
        return replace({chunk});
      }
      from = chunk.state;
      if (!one_in(5) && from < kPurged) {
        to = static_cast<ChunkState>(static_cast<int>(from) + 1);
      }
      if (to == kLoaded && !chunk.report && !one_in(5)) {
        return ReportChunk{id, loaded_report(chunk)};
      }
    }
    return MoveChunk{id, from, to, some_moment(), "reason"};
  }

  static Transition move_batch(const std::vector<Batch>& batches) {
    using enum BatchState;
    const std::vector all{kOpen, kClosing, kSubmitted, kLoaded, kPurged};
    const BatchId id = some_id(batches);
    BatchState from = one_of(all);
    BatchState to = one_of(all);
    if (id <= static_cast<BatchId>(batches.size()) && !one_in(12)) {
      from = batches[static_cast<std::size_t>(id - 1)].state;
      if (!one_in(4) && from < kPurged) {
        to = static_cast<BatchState>(static_cast<int>(from) + 1);
      }
    }
    return MoveBatch{id, from, to, some_moment(), one_in(10) ? "" : "request"};
  }

  static Transition report(const std::vector<Chunk>& chunks) {
    if (chunks.empty() || one_in(20)) {
      return ReportChunk{static_cast<ChunkId>(chunks.size()) + 1, {}};
    }
    const Chunk chunk = one_of(chunks);
    return ReportChunk{chunk.id, one_in(2) ? failed_report(chunk) : loaded_report(chunk)};
  }

  /// What a version entry in the chunk's range says of the row, or nearly that.
  std::vector<DroppedRow> rows_of(const Chunk& chunk) {
    std::vector<DroppedRow> rows;
    for (const std::string& document : kDocuments) {
      const std::vector keys{document_key("demo", document)};
      const auto entries = catalog_.versions(chunk.repeater, keys).value().at(0);
      for (const VersionEntry& entry : entries) {
        if (chunk.range.first <= entry.position && entry.position <= chunk.range.last) {
          rows.push_back(dropped_at(one_in(20) ? at(1) : entry.position, document));
          rows.back().record.repeater = one_in(30) ? one_of(kRepeaters) : chunk.repeater;
        }
      }
    }
    return rows;
  }

  Transition replace(const std::vector<Chunk>& chunks) {
    std::vector<Chunk> refused = chunks;
    std::erase_if(refused, [](const Chunk& c) { return c.state != ChunkState::kSubmitted; });
    const Chunk chunk = refused.empty() || one_in(10) ? Chunk() : one_of(refused);
    auto rows = rows_of(chunk);
    rows.resize(static_cast<std::size_t>(between(0, static_cast<std::int64_t>(rows.size()))));
    ReplaceChunk replace = replacement_of(chunk, {});
    replace.dropped = std::move(rows);
    if (replace.next) {
      replace.next->rows -= std::min<std::uint64_t>(replace.dropped.size(), replace.next->rows);
      replace.next->batch = one_in(20) ? 1 : chunk.batch;
      replace.next = replace.next->rows == 0 && !one_in(10) ? std::nullopt : replace.next;
    }
    return replace;
  }

  Transition settle() {
    const auto records = catalog_.quarantined({}).value();
    if (records.empty() || one_in(8)) {
      return SettleQuarantined{one_of(kRepeaters), at(3), QuarantineState::kDiscarded, std::nullopt};
    }
    const QuarantinedRecord record = one_of(records);
    const bool retried = one_in(2);
    return SettleQuarantined{record.repeater, record.position,
                             retried ? QuarantineState::kRetried : QuarantineState::kDiscarded,
                             retried ? std::optional(at(99)) : std::nullopt};
  }

  Catalog& catalog_;
};

std::string outcome(const Status& status) { return status ? "done" : status.error().reason; }

bool is_done_or_conflict(const Status& status) { return status || status.error().kind == ErrorKind::kConflict; }

std::string filtered(Catalog& catalog, const ChunkFilter& chunks, const BatchFilter& batches,
                     const QuarantineFilter& records, const std::optional<DocumentKey>& document) {
  const auto after = records.behind ? std::optional(records.behind->second) : std::nullopt;
  const FetchFilter requests{records.repeater, document, 2, after};
  return lines(catalog.chunks(chunks).value()) + lines(catalog.batches(batches).value()) +
         lines(catalog.quarantined(records).value()) + lines(catalog.fetch_requests(requests).value());
}

bool is_over(const Chunk& chunk) { return chunk.state == ChunkState::kReplaced || chunk.state == ChunkState::kPurged; }

/// No position is in two chunks but attempts of one range: every range was decided once.
bool decided_once(Catalog& catalog) {
  const auto chunks = catalog.chunks({}).value();
  for (const Chunk& a : chunks) {
    for (const Chunk& b : chunks) {
      const bool meet = a.repeater == b.repeater && a.range.first <= b.range.last && b.range.first <= a.range.last;
      const bool attempts = a.range == b.range && a.attempt < b.attempt && is_over(a);
      if (a.id < b.id && meet && !attempts) {
        return false;
      }
    }
  }
  return true;
}

RC_GTEST_PROP(CatalogModel, SqliteAndMemoryGiveTheSameAnswers, ()) {
  MemoryCatalog memory;
  const auto sqlite = SqliteCatalog::open(":memory:", {}).value();
  Generator generator(memory);
  std::size_t applied = 0;
  for (int step = 0; step < 60; ++step) {
    std::vector<Transition> transitions{generator.next()};
    if (one_in(6)) {
      transitions.push_back(generator.next());
    }
    const Status in_memory = memory.commit(transitions);
    RC_ASSERT(outcome(sqlite->commit(transitions)) == outcome(in_memory));
    RC_ASSERT(is_done_or_conflict(in_memory));
    applied += in_memory ? 1U : 0U;
    if (one_in(in_memory ? 3 : 20)) {
      RC_ASSERT(everything(*sqlite) == everything(memory));
    }
  }
  RC_ASSERT(everything(*sqlite) == everything(memory));
  RC_ASSERT(decided_once(memory));
  RC_CLASSIFY(!memory.chunks({{}, {ChunkState::kReplaced}, {}, 1, 0}).value().empty(), "something was replaced");
  RC_CLASSIFY(applied > 15, "more than 15 applied");
  RC_CLASSIFY(!memory.chunks({{}, {ChunkState::kPurged}, {}, 1, 0}).value().empty(), "something was purged");
}

RC_GTEST_PROP(CatalogModel, SqliteAndMemoryFilterAlike, ()) {
  MemoryCatalog memory;
  const auto sqlite = SqliteCatalog::open(":memory:", {}).value();
  Generator generator(memory);
  for (int step = 0; step < 20; ++step) {
    const std::vector<Transition> transitions{generator.next()};
    RC_ASSERT(sqlite->commit(transitions).has_value() == memory.commit(transitions).has_value());
    ChunkFilter chunks{one_in(2) ? RepeaterName() : one_of(kRepeaters), {}, {}, 3, between(0, 4)};
    if (one_in(2)) {
      chunks.states = {ChunkState::kStaged, ChunkState::kPacked};
    }
    if (one_in(3)) {
      chunks.batch = between(1, 3);
    }
    BatchFilter batches{one_in(2) ? RepeaterName() : one_of(kRepeaters), {}, 2, between(0, 3)};
    QuarantineFilter records{one_in(2) ? RepeaterName() : one_of(kRepeaters), {QuarantineState::kOpen}, {}, 2};
    if (one_in(2)) {
      records.behind = {one_of(kRepeaters), at(static_cast<std::uint64_t>(between(0, 20)))};
    }
    const auto document = one_in(3) ? std::optional(document_key("demo", "a")) : std::nullopt;
    RC_ASSERT(filtered(*sqlite, chunks, batches, records, document) ==
              filtered(memory, chunks, batches, records, document));
  }
}

std::vector<Transition> first_of_forms() { return {OpenFirstBatch{forms(), "2026-03", moment(0)}}; }

TEST(MemoryCatalog, FailsBeforeItKeepsAnything) {
  MemoryCatalog catalog;
  catalog.fail_next_commit(CommitFault::kBeforeApply);
  EXPECT_EQ(catalog.commit(first_of_forms()).error().kind, ErrorKind::kUnavailable);
  EXPECT_TRUE(catalog.batches({}).value().empty());
  EXPECT_TRUE(catalog.commit(first_of_forms()));
}

TEST(MemoryCatalog, FailsAfterItHasKeptEverything) {
  MemoryCatalog catalog;
  catalog.fail_next_commit(CommitFault::kAfterApply);
  EXPECT_EQ(catalog.commit(first_of_forms()).error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ(catalog.batches({}).value().size(), 1U);
  EXPECT_EQ(catalog.commit(first_of_forms()).error().kind, ErrorKind::kConflict);
}

TEST(MemoryCatalog, CopiesItselfWhole) {
  MemoryCatalog catalog;
  ASSERT_TRUE(catalog.commit(first_of_forms()));
  const auto copy = catalog.clone();
  ASSERT_TRUE(copy->commit(std::vector<Transition>{decision_over(at(0), at(3), 1)}));
  EXPECT_EQ(copy->chunks({}).value().size(), 1U);
  EXPECT_TRUE(catalog.chunks({}).value().empty());
}

}  // namespace
}  // namespace firn
