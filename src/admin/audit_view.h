#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "base/result.h"
#include "pipeline/daemon.h"

namespace firn {

struct AuditWish {
  std::string repeater;
  std::string period;  ///< like `2026-11`; empty: all
};

/// Counts the rows of each file in the destination's table and compares them with the manifests: `files` and `rows` as
/// the catalog has them, and `differences`, each with `file`, `state`, `manifest_rows` and `table_rows`. A file whose
/// chunk is loaded must have its rows there; every other one none. kNotFound: no such repeater; kInvalidInput: its
/// destination cannot tell.
Result<boost::json::object> audit(Daemon& daemon, const AuditWish& wish);

}  // namespace firn
