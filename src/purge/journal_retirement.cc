#include "purge/journal_retirement.h"

#include <cstdint>
#include <utility>

#include "base/crash_point.h"

namespace firn {
namespace {

// The partition of the file journal.
constexpr std::uint64_t kPartition = 0;

}  // namespace

JournalRetirement::JournalRetirement(RepeaterName repeater, Catalog& catalog, Journal& journal)
    : repeater_(std::move(repeater)), catalog_(catalog), journal_(journal) {}

Status JournalRetirement::run() {
  FIRN_ASSIGN(const auto settled, catalog_.settled_up_to(repeater_, kPartition));
  if (!settled || *settled <= retired_) {
    return {};
  }
  crash_point("purge.before_retire");
  FIRN_TRY(journal_.retire(*settled));
  retired_ = *settled;
  return {};
}

}  // namespace firn
