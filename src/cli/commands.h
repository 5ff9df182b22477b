#pragma once

#include "cli/context.h"

namespace firn {

// One function for each command; each returns an ExitCode. What they print is described in docs/cli.md.
int run_serve(const CliContext& context);
int run_demo(const CliContext& context);
int run_init(const CliContext& context);
int run_check(const CliContext& context);
int run_setup_s3(const CliContext& context);
int run_setup_snowflake(const CliContext& context);
int run_keygen(const CliContext& context);
int run_stage_list(const CliContext& context);
int run_audit(const CliContext& context);
int run_plan(const CliContext& context);
int run_costs(const CliContext& context);
int run_status(const CliContext& context);
int run_ingest(const CliContext& context);
int run_schedule(const CliContext& context);
int run_pause(const CliContext& context);
int run_resume(const CliContext& context);
int run_drain(const CliContext& context);
int run_purge(const CliContext& context);
int run_trace(const CliContext& context);
int run_quarantine_list(const CliContext& context);
int run_quarantine_show(const CliContext& context);
int run_quarantine_retry(const CliContext& context);
int run_quarantine_discard(const CliContext& context);
int run_journal_inspect(const CliContext& context);
int run_journal_salvage(const CliContext& context);
int run_credential_add(const CliContext& context);
int run_credential_list(const CliContext& context);
int run_credential_retire(const CliContext& context);
int run_version(const CliContext& context);

}  // namespace firn
