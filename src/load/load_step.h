#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "load/failed_loads.h"
#include "model/batch.h"
#include "model/catalog.h"
#include "model/chunk.h"
#include "model/loader.h"
#include "model/names.h"
#include "model/stage.h"
#include "model/step.h"
#include "model/table.h"

namespace firn {

/// Has the destination load the closed batches of one repeater, one at a time, oldest first. The intent (a request id,
/// every staged chunk submitted) is committed before the destination is asked, and its handle after it, so that a crash
/// in between leads to the same request again. What the destination reports is recorded for verify; a batch whose
/// chunks all have an outcome is loaded. When runs die again and again, one file is asked for at a time, and the one
/// that ends each of its runs is put into quarantine, still staged.
class LoadStep final : public Step {
 public:
  struct Parts {
    Catalog& catalog;
    Stage& stage;
    Loader& loader;
    const Clock& clock;
    /// Says on the stage that the batch is closed; asked before every request. A failure lets the batch wait.
    std::function<Status(const Batch&)> leave_mark;
    /// Told what Loader::ageing() says of the oldest chunk that waits for proof, when that changes; empty: of none.
    std::function<void(const std::string&)> tell_ageing{};
  };

  /// `make_request_id` gives a new id that no other request has: make_request_id() of load/request_id.h.
  LoadStep(RepeaterName repeater, TableDefinition table, const Parts& parts,
           std::function<std::string()> make_request_id);

  [[nodiscard]] std::string_view name() const override { return "load"; }
  StepOutcome run() override;

 private:
  Result<StepOutcome> run_once();
  Result<std::vector<Chunk>> chunks_of(const Batch& batch);
  /// True when everything before the batch's cut is decided.
  Result<bool> is_decided(const Batch& batch);

  Result<StepOutcome> close(const Batch& batch);
  StepOutcome intend(const Batch& batch, const std::vector<Chunk>& chunks);
  Result<StepOutcome> follow(const Batch& batch);
  Result<StepOutcome> submit(const Batch& batch, const std::vector<Chunk>& chunks);
  StepOutcome poll(const Batch& batch, const std::vector<Chunk>& chunks);
  StepOutcome record(const Batch& batch, const std::vector<Chunk>& chunks, const LoadProgress& progress);
  /// Records what had been finished; the other files are asked for again.
  StepOutcome go_back(const Batch& batch, const std::vector<Chunk>& chunks, const LoadProgress& progress);
  /// Puts the one chunk of the request into quarantine when it ends every run; nothing when it is to be tried again.
  std::optional<Transition> hold(const Batch& batch, const std::vector<Chunk>& undone, const Error& reason);
  /// What the request for these chunks says.
  [[nodiscard]] LoadJob job_for(const Batch& batch, const std::vector<Chunk>& chunks, bool is_repeat) const;
  [[nodiscard]] std::vector<Transition> set_aside_aged(const std::vector<Chunk>& chunks) const;
  [[nodiscard]] LoadFile file_of(const Chunk& chunk, Timestamp submitted_at) const;
  [[nodiscard]] std::string objection_to(const Chunk& chunk) const;
  void look_at_age(const std::vector<Chunk>& chunks);
  /// The newest chunks whose rows were proven to be in the table, a few.
  Result<std::vector<VerifiedFile>> verified();
  StepOutcome wait(const Batch& batch, const std::vector<Chunk>& chunks, const LoadProgress& progress);
  /// The pause until the next poll: it grows while as many files as before are `waiting`.
  Duration next_wait(const std::string& handle, std::size_t waiting);

  const RepeaterName repeater_;
  const TableDefinition table_;
  Catalog& catalog_;
  Stage& stage_;
  Loader& loader_;
  const Clock& clock_;
  const std::function<Status(const Batch&)> leave_mark_;
  const std::function<void(const std::string&)> tell_ageing_;
  const std::function<std::string()> make_request_id_;
  FailedLoads failed_;
  std::optional<std::string> ageing_;  ///< what was told last
  std::string intended_;               ///< the request that was recorded last, until it is submitted
  std::string polled_;                 ///< the handle that was polled last
  std::size_t waiting_ = 0;            ///< files of it, by then
  Duration wait_{};                    ///< the pause after the next poll of it
};

}  // namespace firn
