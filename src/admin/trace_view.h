#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "base/result.h"
#include "pipeline/daemon.h"

namespace firn {

struct TraceQuery {
  std::string id;
  std::string repeater;  ///< empty: all
  std::string domain;    ///< empty: all that rows were made of
};

/// Every version of a document with its way: received, packed, staged, submitted, loaded, purged; what still waits in
/// the journal (of the first kTraceWaitingBytes there) and what is in quarantine.
Result<boost::json::object> trace_view(Daemon& daemon, const TraceQuery& query);

}  // namespace firn
