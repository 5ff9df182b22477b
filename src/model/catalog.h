#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "model/batch.h"
#include "model/chunk.h"
#include "model/names.h"
#include "model/position.h"
#include "model/quarantine.h"
#include "model/transition.h"
#include "model/usage.h"

namespace firn {

/// Which chunks to return; an empty field does not restrict. In order of id.
struct ChunkFilter {
  RepeaterName repeater{};
  std::vector<ChunkState> states{};
  std::optional<BatchId> batch{};
  std::size_t limit = 1000;
  ChunkId after = 0;  ///< only ids above this one
};

/// Which batches to return; an empty field does not restrict. In order of id.
struct BatchFilter {
  RepeaterName repeater{};
  std::vector<BatchState> states{};
  std::size_t limit = 1000;
  BatchId after = 0;
};

/// Which quarantined records to return; an empty field does not restrict. In order of repeater and position.
struct QuarantineFilter {
  RepeaterName repeater{};
  std::vector<QuarantineState> states{};
  std::optional<Position> position{};
  std::size_t limit = 1000;
  std::optional<std::pair<RepeaterName, Position>> behind{};  ///< only what comes behind this place
};

/// Which requests to return; an empty field does not restrict. In order of repeater and position.
struct FetchFilter {
  RepeaterName repeater{};
  std::optional<DocumentKey> document{};
  std::size_t limit = 1000;
  std::optional<Position> after{};
};

/// How many chunks are in one state, and how much they hold.
struct ChunkTotals {
  ChunkState state = ChunkState::kPacked;
  std::uint64_t chunks = 0;
  std::uint64_t rows = 0;
  std::uint64_t bytes_uncompressed = 0;
  std::uint64_t bytes_compressed = 0;
};

/// Sums of one repeater.
struct RepeaterTotals {
  PackCounts decided;
  std::vector<ChunkTotals> chunks;  ///< only states that occur
  std::uint64_t quarantine_open = 0;
  std::uint64_t quarantine_open_bytes = 0;
  std::uint64_t fetch_open = 0;                ///< requests whose document was not fetched yet
  std::uint64_t uningested_bytes = 0;          ///< uncompressed, in the open batch
  std::optional<Timestamp> oldest_uningested;  ///< receipt of the oldest record in a chunk of the open batch
  std::optional<Timestamp> oldest_unloaded;    ///< receipt of the oldest record in a chunk that is not yet loaded
};

/// What a person has set of a repeater until it is taken back: the name of a paused step, or `kDrainControl`.
struct Control {
  RepeaterName repeater;
  std::string name;
  Timestamp since;
  auto operator<=>(const Control&) const = default;
};

/// The control of a repeater that takes nothing more and brings what it has to its end.
inline constexpr const char* kDrainControl = "drain";

/// Which amounts to return; an empty field does not restrict. In order of repeater, day and the item's name.
struct UsageFilter {
  RepeaterName repeater{};
  std::string since{};  ///< the first day, or the beginning of one: `2026-11`
};

/// Transactional truth: what is where. Calls may come from any thread and are serialised. When a call returns, its
/// effect is on disk. Every failure but kConflict leaves open whether the commit took place; callers read again.
class Catalog {
 public:
  virtual ~Catalog() = default;

  /// Applies all transitions in order in one transaction, or none. kConflict: one does not apply any more.
  virtual Status commit(std::span<const Transition> transitions) = 0;

  /// Where the rows of the repeater go, in any words: remembered when no row was made yet, and returned as it was
  /// remembered first.
  virtual Result<std::string> bind_target(const RepeaterName& repeater, const std::string& target) = 0;
  /// Where the rows of each repeater that has made some go, by its name.
  virtual Result<std::map<RepeaterName, std::string>> targets() = 0;
  /// Remembers another one, for a repeater that was bound before. What waits on its way is the caller's to look at.
  virtual Status change_target(const RepeaterName& repeater, const std::string& target) = 0;

  /// What people have set, in order of repeater and name.
  virtual Result<std::vector<Control>> controls() = 0;
  /// Sets one; when it is set already its `since` stays.
  virtual Status set_control(const Control& control) = 0;
  virtual Status clear_control(const RepeaterName& repeater, const std::string& name) = 0;

  /// Since when the repeater has this schedule, which may be in any words: since `now`, when it had another before.
  virtual Result<Timestamp> schedule_since(const RepeaterName& repeater, const std::string& schedule,
                                           Timestamp now) = 0;

  /// The next position to decide; nothing when the repeater has decided nothing yet.
  virtual Result<std::optional<Position>> cursor(const RepeaterName& repeater, std::uint64_t partition) = 0;

  /// Every entry of each of the documents, in order of position; the outer vector is parallel to `documents`.
  virtual Result<std::vector<std::vector<VersionEntry>>> versions(const RepeaterName& repeater,
                                                                  std::span<const DocumentKey> documents) = 0;

  /// True when a record that replaces `position` has been decided.
  virtual Result<bool> is_replaced(const RepeaterName& repeater, Position position) = 0;

  virtual Result<std::vector<Chunk>> chunks(const ChunkFilter& filter) = 0;
  /// The newest chunks whose rows were proven to be in the destination, `most` of them, in order of id: a purged one
  /// may have been replaced without a row there, and is none.
  virtual Result<std::vector<Chunk>> newest_proven(const RepeaterName& repeater, std::size_t most) = 0;
  virtual Result<std::vector<Batch>> batches(const BatchFilter& filter) = 0;
  virtual Result<std::vector<QuarantinedRecord>> quarantined(const QuarantineFilter& filter) = 0;
  /// The open requests.
  virtual Result<std::vector<FetchRequest>> fetch_requests(const FetchFilter& filter) = 0;

  /// The batch that takes `position`: the first whose cut lies behind it, else the open one.
  virtual Result<std::optional<Batch>> batch_at(const RepeaterName& repeater, Position position) = 0;

  /// The newest attempt of the chunk whose range holds `position`.
  virtual Result<std::optional<Chunk>> chunk_at(const RepeaterName& repeater, Position position) = 0;

  /// Domains of which rows or requests were made, in alphabetical order.
  virtual Result<std::vector<std::string>> domains(const RepeaterName& repeater) = 0;

  virtual Result<RepeaterTotals> totals(const RepeaterName& repeater) = 0;

  /// What was used, as AddUsage has summed it up.
  virtual Result<std::vector<UsageEntry>> usage(const UsageFilter& filter) = 0;

  /// Everything before this may be retired from the journal: nothing in it belongs to a chunk that is packed, staged or
  /// submitted, or that went to quarantine before it was staged (the journal may have the only good copy), and it is
  /// decided. Nothing when nothing was decided yet.
  virtual Result<std::optional<Position>> settled_up_to(const RepeaterName& repeater, std::uint64_t partition) = 0;
};

}  // namespace firn
