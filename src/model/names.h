#pragma once

#include "base/named.h"

namespace firn {

/// A configured route; also a folder name and part of object keys: `[a-z][a-z0-9_-]{0,62}`.
using RepeaterName = Named<struct RepeaterNameTag>;

/// The table that a repeater fills: an SQL identifier `[A-Za-z_][A-Za-z0-9_]{0,127}`.
using TableName = Named<struct TableNameTag>;

/// The name of a connection in the configuration.
using ConnectionName = Named<struct ConnectionNameTag>;

/// The whole name of an object below the root of a stage, with `/` between its parts.
using ObjectKey = Named<struct ObjectKeyTag>;

}  // namespace firn
