#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "base/result.h"
#include "model/chunk.h"
#include "pipeline/daemon.h"

namespace firn {

/// `firn ingest`: triggers the repeater (all when `repeater` is empty) and tells the batches that this closes or that
/// are on their way. kNotFound: there is no such repeater.
Result<boost::json::object> ingest(Daemon& daemon, const std::string& repeater);

/// One batch with its chunks. kNotFound.
Result<boost::json::object> batch_view(Daemon& daemon, BatchId id);

}  // namespace firn
