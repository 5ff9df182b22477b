#pragma once

#include "base/result.h"
#include "load/duckdb/protocol.h"

namespace firn {

/// Does the job. An error when nothing can be said of its files: a repetition then finds in the ledger what was loaded.
Result<HelperReport> do_job(const HelperJob& job);

}  // namespace firn
