#pragma once

#include <string_view>
#include <utility>

#include "model/catalog.h"
#include "model/journal.h"
#include "model/names.h"
#include "model/step.h"
#include "purge/journal_retirement.h"

namespace firn {

/// What PurgeStep is, under its name, for repeaters whose documents make no rows: there are no chunks, so only the
/// journal is retired.
class RetireStep final : public Step {
 public:
  RetireStep(const RepeaterName& repeater, Catalog& catalog, Journal& journal)
      : retirement_(repeater, catalog, journal) {}

  [[nodiscard]] std::string_view name() const override { return "purge"; }
  StepOutcome run() override {
    Status done = retirement_.run();
    return done ? StepOutcome::idle() : StepOutcome::failed(std::move(done).error());
  }

 private:
  JournalRetirement retirement_;
};

}  // namespace firn
