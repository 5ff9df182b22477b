#pragma once

#include <boost/json/array.hpp>
#include <optional>
#include <string>

#include "cli/admin_client.h"
#include "cli/context.h"

namespace firn {

/// Asks the daemon to load everything received so far; of one repeater, or of all when the name is empty. The answer is
/// that of `POST /api/v1/ingest`.
AdminReply trigger_ingest(AdminClient& client, const std::string& repeater);

/// How far the batches are that were waited for.
struct IngestWait {
  boost::json::array batches;  ///< as `GET /api/v1/batches/ID` shows them
  bool timed_out = false;      ///< the time of `--timeout` has passed
  std::optional<AdminFailure> failure;
};

/// Waits until every batch is loaded, or the time-out of the command has passed.
IngestWait wait_for_batches(const CliContext& context, AdminClient& client, const boost::json::array& batches);

}  // namespace firn
