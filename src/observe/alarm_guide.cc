#include "observe/alarm_guide.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

namespace firn {
namespace {

constexpr std::array kGuides = std::to_array<AlarmGuide>({
    {"costs.budget", "firn costs shows what the other ways would have cost; firn plan, what other settings would"},
    {"disk.intake_floor", "free space, enlarge the disk, or shorten keep_staged; intake goes on by itself"},
    {"disk.pack_floor", "free space now: nothing is packed or taken until then"},
    {"intake.body_too_large", "raise intake.max_body, start firn again, then requeue the record in HQ"},
    {"intake.credentials_file",
     "mend the file (firn credential list says what is wrong); firn reads it again by itself"},
    {"intake.credentials_refused", "correct the connection settings in HQ, then requeue its records there"},
    {"intake.over_budget", "HQ sends it again; if it goes on, raise intake.in_flight"},
    {"intake.unknown_repeater", "add the repeater to firn.toml, or correct the URL in HQ"},
    {"journal.closed",
     "do what the reason says; a damaged journal: firn journal inspect, firn journal salvage, then start firn again"},
    {"journal.full", "find out why loading stands still (firn status), raise journal_quota, or free space"},
    {"journal.poisoned", "look at the disk and the kernel's log; firn goes on by itself once it can write"},
    {"journal.write_failed", "look at the disk and the kernel's log: it may be dying"},
    {"load.unproven", "find out why loading stands still: firn status, and at the destination the pipe or warehouse"},
    {"pipeline.blocked", "do what the reason says; firn looks again every minute"},
    {"pipeline.retrying", "do what the reason says; firn goes on trying, at least once a minute"},
    {"quarantine.chunk", "firn quarantine list tells why; firn quarantine retry REPEATER --chunk ID sends it again"},
    {"quarantine.growth", "firn quarantine list, then repair and retry, or discard"},
    {"repeater.draining",
     "firn drain REPEATER tells when nothing is left; then change firn.toml and start firn again, or firn resume"},
    {"repeater.kind_changed", "set the kind back, run firn ingest, and give the new kind a repeater of its own"},
    {"repeater.not_configured",
     "add the repeater to firn.toml again; when firn status shows nothing waiting there, remove it and its folder"},
    {"repeater.table_taken",
     "give the repeater its old name again, or a table of its own; for a new name run firn drain under the old one "
     "first"},
    {"repeater.target_changed",
     "set it back, start firn and run firn drain REPEATER before the change; or give what is new a repeater of its "
     "own"},
    {"repeater.target_unknown", "look at the disk and the catalog's error, then start firn again"},
    {"tls.certificate_expires", "renew it, or find out why the renewal fails; firn takes the new files by itself"},
    {"tls.certificate_unusable", "put a certificate and its key there; firn takes them by itself"},
});

constexpr std::string_view kUnknown = "see docs/failure_modes.md";

}  // namespace

std::span<const AlarmGuide> alarm_guides() { return kGuides; }

std::string_view what_to_do(std::string_view name) {
  const auto* const found = std::ranges::find(kGuides, name, &AlarmGuide::name);
  return found == kGuides.end() ? kUnknown : found->to_do;
}

}  // namespace firn
