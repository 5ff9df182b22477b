#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "catalog/rules.h"
#include "model/catalog.h"

namespace firn {

/// Where an injected failure strikes.
enum class CommitFault {
  kBeforeApply,  ///< nothing is kept, and the caller sees a failure
  kAfterApply,   ///< everything is kept, and the caller sees a failure all the same
  kInDoubt,      ///< as kBeforeApply, but everything shows after the next crash, unless a later commit works before
};

/// A catalog in memory with the rules of the real one. What was committed stays for the life of the object, as on a
/// disk: a test that lets a process crash keeps the object and throws away everything around it.
class MemoryCatalog final : public Catalog {
 public:
  MemoryCatalog() = default;

  /// The next commit that would have worked fails with kUnavailable.
  void fail_next_commit(CommitFault fault);
  /// The next targets() fails with kUnavailable.
  void fail_next_targets();
  /// The process dies: a commit in doubt shows from now on, or is gone for ever.
  void crash(bool shows);
  /// A copy that shares nothing with this one.
  [[nodiscard]] std::unique_ptr<MemoryCatalog> clone() const;

  Status commit(std::span<const Transition> transitions) override;
  Result<std::string> bind_target(const RepeaterName& repeater, const std::string& target) override;
  Result<std::map<RepeaterName, std::string>> targets() override;
  Status change_target(const RepeaterName& repeater, const std::string& target) override;
  Result<std::vector<Control>> controls() override;
  Status set_control(const Control& control) override;
  Status clear_control(const RepeaterName& repeater, const std::string& name) override;
  Result<Timestamp> schedule_since(const RepeaterName& repeater, const std::string& schedule, Timestamp now) override;
  Result<std::optional<Position>> cursor(const RepeaterName& repeater, std::uint64_t partition) override;
  Result<std::vector<std::vector<VersionEntry>>> versions(const RepeaterName& repeater,
                                                          std::span<const DocumentKey> documents) override;
  Result<bool> is_replaced(const RepeaterName& repeater, Position position) override;
  Result<std::vector<Chunk>> chunks(const ChunkFilter& filter) override;
  Result<std::vector<Chunk>> newest_proven(const RepeaterName& repeater, std::size_t most) override;
  Result<std::vector<Batch>> batches(const BatchFilter& filter) override;
  Result<std::vector<QuarantinedRecord>> quarantined(const QuarantineFilter& filter) override;
  Result<std::vector<FetchRequest>> fetch_requests(const FetchFilter& filter) override;
  Result<std::optional<Batch>> batch_at(const RepeaterName& repeater, Position position) override;
  Result<std::optional<Chunk>> chunk_at(const RepeaterName& repeater, Position position) override;
  Result<std::vector<std::string>> domains(const RepeaterName& repeater) override;
  Result<RepeaterTotals> totals(const RepeaterName& repeater) override;
  Result<std::vector<UsageEntry>> usage(const UsageFilter& filter) override;
  Result<std::optional<Position>> settled_up_to(const RepeaterName& repeater, std::uint64_t partition) override;

 private:
  using Place = std::pair<RepeaterName, Position>;
  using Versions = std::unordered_map<DocumentKey, std::vector<VersionEntry>, Digest128Hash>;

  /// Everything that a transition is checked against; copied for each commit and kept when all of them apply.
  struct State {
    std::map<std::pair<RepeaterName, std::uint64_t>, Position> cursors;
    std::map<BatchId, Batch> batches;
    std::map<ChunkId, Chunk> chunks;
    std::set<Place> replaced;
    std::map<Place, QuarantinedRecord> quarantined;
    std::map<Place, FetchRequest> requests;
    std::map<RepeaterName, std::set<std::string>> domains;
    std::map<RepeaterName, PackCounts> counts;
    std::map<std::tuple<RepeaterName, std::string, std::string>, std::uint64_t> usage;

    Status apply(const OpenFirstBatch& open);
    Status apply(const CutBatch& cut);
    Status apply(const DecideRange& decision);
    Status apply(const MoveChunk& move);
    Status apply(const ReportChunk& report);
    Status apply(const MoveBatch& move);
    Status apply(const SetHandle& set);
    Status apply(const ReturnChunk& back);
    Status apply(const ReplaceChunk& replace, const std::map<RepeaterName, Versions>& versions);
    Status apply(const SettleQuarantined& settle);
    Status apply(const AddUsage& add);

    [[nodiscard]] std::optional<Position> cursor(const RepeaterName& repeater, std::uint64_t partition) const;
    [[nodiscard]] std::optional<Batch> batch(BatchId id) const;
    [[nodiscard]] std::optional<Chunk> chunk(ChunkId id) const;
    [[nodiscard]] std::optional<Batch> open_batch(const RepeaterName& repeater) const;
    [[nodiscard]] std::optional<Batch> batch_at(const RepeaterName& repeater, Position position) const;
    [[nodiscard]] CutFacts cut_facts(const CutBatch& cut) const;
    [[nodiscard]] DecideFacts decide_facts(const DecideRange& decision) const;
    [[nodiscard]] BatchFacts batch_facts(BatchId id) const;
    [[nodiscard]] ReplaceFacts replace_facts(const ReplaceChunk& replace,
                                             const std::map<RepeaterName, Versions>& versions) const;
    void add(Batch batch);
    void add(Chunk chunk);
    [[nodiscard]] bool is_requested(const FetchRequest& wanted) const;
    /// Returns how many were asked for already.
    std::uint64_t add_requests(const DecideRange& decision);
  };

  /// What a failed commit has left on the disk.
  struct InDoubt {
    State state;
    std::vector<Transition> transitions;
  };

  void keep(State next, std::span<const Transition> transitions) FIRN_REQUIRES(mutex_);
  void keep_versions(std::span<const Transition> transitions) FIRN_REQUIRES(mutex_);
  void drop_versions(const ReplaceChunk& replace) FIRN_REQUIRES(mutex_);

  mutable Mutex mutex_;
  State state_ FIRN_GUARDED_BY(mutex_);
  // Not copied for each commit: what a transition is checked against is older than its commit.
  std::map<RepeaterName, Versions> versions_ FIRN_GUARDED_BY(mutex_);
  std::map<RepeaterName, std::string> targets_ FIRN_GUARDED_BY(mutex_);
  std::map<std::pair<RepeaterName, std::string>, Timestamp> controls_ FIRN_GUARDED_BY(mutex_);
  std::map<RepeaterName, std::pair<std::string, Timestamp>> schedules_ FIRN_GUARDED_BY(mutex_);
  std::optional<InDoubt> in_doubt_ FIRN_GUARDED_BY(mutex_);
  std::optional<CommitFault> fault_ FIRN_GUARDED_BY(mutex_);
  bool targets_fail_ FIRN_GUARDED_BY(mutex_) = false;
};

}  // namespace firn
