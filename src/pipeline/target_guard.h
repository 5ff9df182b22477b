#pragma once

#include <functional>
#include <string>
#include <vector>

#include "config/config.h"
#include "model/catalog.h"
#include "observe/alarms.h"
#include "pipeline/controls.h"
#include "pipeline/target.h"

namespace firn {

/// True when no chunk of the repeater is packed, staged, submitted or quarantined.
Result<bool> has_nothing_on_its_way(Catalog& catalog, const RepeaterName& repeater);

/// Sees to it that a repeater's rows go where they went before, unless nothing of the old way is left.
class TargetGuard {
 public:
  /// All must outlive it.
  TargetGuard(Catalog& catalog, Controls& controls, Alarms& alarms)
      : catalog_(catalog), controls_(controls), alarms_(alarms) {}

  /// False when the repeater must stand still: firn.toml says another kind, table, destination, stage or method than
  /// its rows have gone by, and it is not drained. An alarm says why and what to do. A change after a drain is
  /// remembered, and ends the drain.
  /// Nor may it begin to fill a table that a repeater of another name has filled: what that one knows of the table's
  /// documents does not go over to it.
  /// `is_all_decided` says whether the repeater's journal holds nothing that waits to be packed.
  bool admits(const Config& config, const RepeaterConfig& repeater, const std::function<bool()>& is_all_decided);

 private:
  bool admits_table(const RepeaterName& repeater, const Target& wanted);
  void cannot_tell(const RepeaterName& repeater, const Error& error);
  bool admits_method(const RepeaterName& repeater, const std::string& target, const std::string& bound);
  bool admits_place(const RepeaterName& repeater, const std::string& target, const std::string& bound,
                    const std::function<bool()>& is_all_decided);
  bool remember(const RepeaterName& repeater, const std::string& target);
  void refuse(const RepeaterName& repeater, const std::string& target, const std::string& bound,
              const std::string& why);

  Catalog& catalog_;
  Controls& controls_;
  Alarms& alarms_;
};

}  // namespace firn
