#pragma once

#include <cstdint>

#include "base/result.h"
#include "catalog/sqlite/database.h"

namespace firn {

/// "Firn" as the SQLite application id: says what the file is.
inline constexpr std::int64_t kCatalogApplicationId = 0x4669726E;

/// The newest form of the tables that this program knows; kept as `PRAGMA user_version`.
std::int64_t newest_schema();

/// Creates the tables, or brings older ones up to date, each step in a transaction of its own.
/// kConfiguration: the file is another program's, or was written by a newer Firn.
Status migrate(Database& database);

}  // namespace firn
