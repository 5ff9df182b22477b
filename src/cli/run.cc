#include "cli/run.h"

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"

namespace firn {

int run_command(const CliContext& context) {
  switch (context.arguments.command) {
    case Command::kServe:
      return run_serve(context);
    case Command::kDemo:
      return run_demo(context);
    case Command::kInit:
      return run_init(context);
    case Command::kCheck:
      return run_check(context);
    case Command::kSetupS3:
      return run_setup_s3(context);
    case Command::kSetupSnowflake:
      return run_setup_snowflake(context);
    case Command::kAudit:
      return run_audit(context);
    case Command::kKeygen:
      return run_keygen(context);
    case Command::kStageList:
      return run_stage_list(context);
    case Command::kPlan:
      return run_plan(context);
    case Command::kCosts:
      return run_costs(context);
    case Command::kStatus:
      return run_status(context);
    case Command::kIngest:
      return run_ingest(context);
    case Command::kSchedule:
      return run_schedule(context);
    case Command::kPause:
      return run_pause(context);
    case Command::kResume:
      return run_resume(context);
    case Command::kDrain:
      return run_drain(context);
    case Command::kPurge:
      return run_purge(context);
    case Command::kTrace:
      return run_trace(context);
    case Command::kQuarantineList:
      return run_quarantine_list(context);
    case Command::kQuarantineShow:
      return run_quarantine_show(context);
    case Command::kQuarantineRetry:
      return run_quarantine_retry(context);
    case Command::kQuarantineDiscard:
      return run_quarantine_discard(context);
    case Command::kJournalInspect:
      return run_journal_inspect(context);
    case Command::kJournalSalvage:
      return run_journal_salvage(context);
    case Command::kCredentialAdd:
      return run_credential_add(context);
    case Command::kCredentialList:
      return run_credential_list(context);
    case Command::kCredentialRetire:
      return run_credential_retire(context);
    case Command::kVersion:
      return run_version(context);
  }
  return kExitUsage;
}

}  // namespace firn
