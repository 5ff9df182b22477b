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

struct KnownRepeater {
  std::int64_t id;
  std::string name;
};

/// The repeater of the filter, or all of them by name; `first` and behind only. Empty when the catalog does not know
/// it.
Result<std::vector<KnownRepeater>> repeaters(Database& database, const RepeaterName& name,
                                             const std::string& first = "") {
  static const std::string sql =
      "SELECT id, name FROM repeaters WHERE (? = '' OR name = ?) AND name >= ? ORDER BY name";
  std::vector<KnownRepeater> found;
  auto query = database.query(sql, name.str(), name.str(), first);
  while (true) {
    FIRN_ASSIGN(const bool row, query.next());
    if (!row) {
      return found;
    }
    const std::int64_t id = query.integer();
    found.push_back({id, query.text()});
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
  FIRN_ASSIGN(const auto known, repeaters(database, filter.repeater));
  for (const auto& [repeater, name] : known) {
    for (const ChunkState state :
         states_of(filter.states, {kPacked, kStaged, kSubmitted, kLoaded, kPurged, kReplaced, kQuarantined})) {
      FIRN_TRY(collect_chunks(database, filter, {repeater, state}, chunks));
    }
  }
  sort_and_cut(chunks, &Chunk::id, filter.limit);
  return chunks;
}

Result<std::vector<Chunk>> list_newest_proven(Database& database, const RepeaterName& repeater, std::size_t most) {
  static const std::string sql = "SELECT " + kChunkColumns +
                                 " FROM chunks t WHERE t.repeater = (SELECT id FROM repeaters WHERE name = ?) AND "
                                 "t.state = ? AND t.loaded_at IS NOT NULL ORDER BY t.id DESC LIMIT ?";
  std::vector<Chunk> chunks;
  for (const ChunkState state : {ChunkState::kLoaded, ChunkState::kPurged}) {
    auto query = database.query(sql, repeater, to_string(state), most);
    FIRN_TRY(collect(query, database.path(), read_chunk, chunks));
  }
  std::ranges::sort(chunks, {}, &Chunk::id);
  chunks.erase(chunks.begin(), chunks.end() - static_cast<std::ptrdiff_t>(std::min(chunks.size(), most)));
  return chunks;
}

Result<std::vector<Batch>> list_batches(Database& database, const BatchFilter& filter) {
  using enum BatchState;
  static const std::string sql = "SELECT " + kBatchColumns +
                                 " FROM batches t WHERE t.repeater = ? AND t.state = ? AND t.id > ? "
                                 "ORDER BY t.id LIMIT ?";
  std::vector<Batch> batches;
  FIRN_ASSIGN(const auto known, repeaters(database, filter.repeater));
  for (const auto& [repeater, name] : known) {
    for (const BatchState state : states_of(filter.states, {kOpen, kClosing, kSubmitted, kLoaded, kPurged})) {
      auto query = database.query(sql, repeater, to_string(state), filter.after, filter.limit);
      FIRN_TRY(collect(query, database.path(), read_batch, batches));
    }
  }
  sort_and_cut(batches, &Batch::id, filter.limit);
  return batches;
}

namespace {

/// What is collected at a time.
struct QuarantinePart {
  std::int64_t repeater;
  QuarantineState state;
  std::int64_t after;  ///< the position
};

Status collect_quarantined(Database& database, const QuarantineFilter& filter, const QuarantinePart& part,
                           std::vector<QuarantinedRecord>& out) {
  static const std::string one = "SELECT " + kQuarantineColumns +
                                 " FROM quarantined t WHERE t.repeater = ? AND t.state = ? AND t.position > ? "
                                 "AND t.position = ? LIMIT ?";
  static const std::string any = "SELECT " + kQuarantineColumns +
                                 " FROM quarantined t WHERE t.repeater = ? AND t.state = ? AND t.position > ? "
                                 "ORDER BY t.position LIMIT ?";
  const auto state = to_string(part.state);
  if (filter.position) {
    auto query = database.query(one, part.repeater, state, part.after, *filter.position, filter.limit);
    return collect(query, database.path(), read_quarantined, out);
  }
  auto query = database.query(any, part.repeater, state, part.after, filter.limit);
  return collect(query, database.path(), read_quarantined, out);
}

}  // namespace

Result<std::vector<QuarantinedRecord>> list_quarantined(Database& database, const QuarantineFilter& filter) {
  using enum QuarantineState;
  std::vector<QuarantinedRecord> records;
  const std::string first = filter.behind ? filter.behind->first.str() : "";
  FIRN_ASSIGN(const auto found, repeaters(database, filter.repeater, first));
  for (const auto& repeater : found) {
    if (records.size() == filter.limit) {
      break;
    }
    const bool is_first = filter.behind && repeater.name == first;
    const std::int64_t after = is_first ? static_cast<std::int64_t>(filter.behind->second.value()) : -1;
    std::vector<QuarantinedRecord> of_repeater;
    for (const QuarantineState state : states_of(filter.states, {kOpen, kRetried, kDiscarded})) {
      FIRN_TRY(collect_quarantined(database, filter, {repeater.id, state, after}, of_repeater));
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
  FIRN_ASSIGN(const auto known, repeaters(database, filter.repeater));
  for (const auto& [repeater, name] : known) {
    const std::size_t limit = filter.limit - requests.size();
    auto query = filter.document ? database.query(one, repeater, *filter.document, after, limit)
                                 : database.query(any, repeater, after, limit);
    FIRN_TRY(collect(query, database.path(), read_fetch_request, requests));
  }
  return requests;
}

Result<std::vector<UsageEntry>> list_usage(Database& database, const UsageFilter& filter) {
  FIRN_ASSIGN(const auto known, repeaters(database, filter.repeater));
  std::vector<UsageEntry> found;
  for (const auto& [id, name] : known) {
    auto query = database.query(
        "SELECT day, item, amount FROM usage WHERE repeater = ? AND day >= ? ORDER BY day, item", id, filter.since);
    while (true) {
      FIRN_ASSIGN(const bool row, query.next());
      if (!row) {
        break;
      }
      std::string day = query.text();
      const auto item = parse_usage_item(query.text());
      const std::uint64_t amount = query.number();
      if (item) {
        found.push_back({RepeaterName(name), std::move(day), *item, amount});
      }
    }
  }
  return found;
}

}  // namespace firn
