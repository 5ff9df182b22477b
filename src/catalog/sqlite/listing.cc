#include "catalog/sqlite/listing.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "catalog/sqlite/rows.h"

namespace firn {
namespace {

/// The repeater of the filter, or all of them by name; empty when the catalog does not know it.
Result<std::vector<std::int64_t>> repeaters(Database& database, const RepeaterName& name) {
  std::vector<std::int64_t> ids;
  if (!name.empty()) {
    FIRN_ASSIGN(const auto id, find_repeater(database, name));
    if (id) {
      ids.push_back(*id);
    }
    return ids;
  }
  auto query = database.query("SELECT id FROM repeaters ORDER BY name");
  while (true) {
    FIRN_ASSIGN(const bool row, query.next());
    if (!row) {
      return ids;
    }
    ids.push_back(query.integer());
  }
}

/// The states of the filter, each once, or all of them.
template <typename State>
std::vector<State> states_of(std::vector<State> wanted, std::initializer_list<State> all) {
  if (wanted.empty()) {
    return all;
  }
  std::ranges::sort(wanted);
  const auto rest = std::ranges::unique(wanted);
  wanted.erase(rest.begin(), rest.end());
  return wanted;
}

/// Appends every row of the query.
template <typename T>
Status collect(Query& query, const std::string& path, Result<T> (*read)(Query&, const std::string&),
               std::vector<T>& out) {
  while (true) {
    FIRN_ASSIGN(const bool row, query.next());
    if (!row) {
      return {};
    }
    FIRN_ASSIGN(T value, read(query, path));
    out.push_back(std::move(value));
  }
}

template <typename T, typename Key>
void sort_and_cut(std::vector<T>& rows, Key key, std::size_t limit) {
  std::ranges::sort(rows, {}, key);
  if (rows.size() > limit) {
    rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(limit), rows.end());
  }
}

Status collect_chunks(Database& database, const ChunkFilter& filter, std::pair<std::int64_t, ChunkState> of,
                      std::vector<Chunk>& out) {
  // The plus keeps SQLite from taking the index over all chunks of the repeater when the batch is known.
  static const std::string in_batch = "SELECT " + kChunkColumns +
                                      " FROM chunks t WHERE +t.repeater = ? AND t.state = ? AND t.id > ? "
                                      "AND t.batch = ? ORDER BY t.id LIMIT ?";
  static const std::string anywhere = "SELECT " + kChunkColumns +
                                      " FROM chunks t WHERE t.repeater = ? AND t.state = ? AND t.id > ? "
                                      "ORDER BY t.id LIMIT ?";
  const auto [repeater, state] = of;
  if (filter.batch) {
    auto query = database.query(in_batch, repeater, to_string(state), filter.after, *filter.batch, filter.limit);
    return collect(query, database.path(), read_chunk, out);
  }
  auto query = database.query(anywhere, repeater, to_string(state), filter.after, filter.limit);
  return collect(query, database.path(), read_chunk, out);
}

}  // namespace

Result<std::vector<Chunk>> list_chunks(Database& database, const ChunkFilter& filter) {
  using enum ChunkState;
  std::vector<Chunk> chunks;
  FIRN_ASSIGN(const auto ids, repeaters(database, filter.repeater));
  for (const auto repeater : ids) {
    for (const ChunkState state :
         states_of(filter.states, {kPacked, kStaged, kSubmitted, kLoaded, kPurged, kReplaced, kQuarantined})) {
      FIRN_TRY(collect_chunks(database, filter, {repeater, state}, chunks));
    }
  }
  sort_and_cut(chunks, &Chunk::id, filter.limit);
  return chunks;
}

Result<std::vector<Batch>> list_batches(Database& database, const BatchFilter& filter) {
  using enum BatchState;
  static const std::string sql = "SELECT " + kBatchColumns +
                                 " FROM batches t WHERE t.repeater = ? AND t.state = ? AND t.id > ? "
                                 "ORDER BY t.id LIMIT ?";
  std::vector<Batch> batches;
  FIRN_ASSIGN(const auto ids, repeaters(database, filter.repeater));
  for (const auto repeater : ids) {
    for (const BatchState state : states_of(filter.states, {kOpen, kClosing, kSubmitted, kLoaded, kPurged})) {
      auto query = database.query(sql, repeater, to_string(state), filter.after, filter.limit);
      FIRN_TRY(collect(query, database.path(), read_batch, batches));
    }
  }
  sort_and_cut(batches, &Batch::id, filter.limit);
  return batches;
}

namespace {

Status collect_quarantined(Database& database, const QuarantineFilter& filter,
                           std::pair<std::int64_t, QuarantineState> of, std::vector<QuarantinedRecord>& out) {
  static const std::string one = "SELECT " + kQuarantineColumns +
                                 " FROM quarantined t WHERE t.repeater = ? AND t.state = ? AND t.position > ? "
                                 "AND t.position = ? LIMIT ?";
  static const std::string any = "SELECT " + kQuarantineColumns +
                                 " FROM quarantined t WHERE t.repeater = ? AND t.state = ? AND t.position > ? "
                                 "ORDER BY t.position LIMIT ?";
  const auto [repeater, state] = of;
  // Position 0 is the filter's "from the beginning", and a place where a record may be.
  const std::int64_t after = filter.after == Position() ? -1 : static_cast<std::int64_t>(filter.after.value());
  if (filter.position) {
    auto query = database.query(one, repeater, to_string(state), after, *filter.position, filter.limit);
    return collect(query, database.path(), read_quarantined, out);
  }
  auto query = database.query(any, repeater, to_string(state), after, filter.limit);
  return collect(query, database.path(), read_quarantined, out);
}

}  // namespace

Result<std::vector<QuarantinedRecord>> list_quarantined(Database& database, const QuarantineFilter& filter) {
  using enum QuarantineState;
  std::vector<QuarantinedRecord> records;
  FIRN_ASSIGN(const auto ids, repeaters(database, filter.repeater));
  for (const auto repeater : ids) {
    std::vector<QuarantinedRecord> of_repeater;
    for (const QuarantineState state : states_of(filter.states, {kOpen, kRetried, kDiscarded})) {
      FIRN_TRY(collect_quarantined(database, filter, {repeater, state}, of_repeater));
    }
    sort_and_cut(of_repeater, &QuarantinedRecord::position, filter.limit - records.size());
    std::ranges::move(of_repeater, std::back_inserter(records));
  }
  return records;
}

Result<std::vector<FetchRequest>> list_fetch_requests(Database& database, const FetchFilter& filter) {
  static const std::string one = "SELECT " + kFetchColumns +
                                 " FROM fetch_requests t WHERE t.repeater = ? AND t.document = ? AND t.position > ? "
                                 "LIMIT ?";
  static const std::string any = "SELECT " + kFetchColumns +
                                 " FROM fetch_requests t WHERE t.repeater = ? AND t.position > ? "
                                 "ORDER BY t.position LIMIT ?";
  std::vector<FetchRequest> requests;
  const std::int64_t after = filter.after ? static_cast<std::int64_t>(filter.after->value()) : -1;
  FIRN_ASSIGN(const auto ids, repeaters(database, filter.repeater));
  for (const auto repeater : ids) {
    const std::size_t limit = filter.limit - requests.size();
    auto query = filter.document ? database.query(one, repeater, *filter.document, after, limit)
                                 : database.query(any, repeater, after, limit);
    FIRN_TRY(collect(query, database.path(), read_fetch_request, requests));
  }
  return requests;
}

}  // namespace firn
