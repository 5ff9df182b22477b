#pragma once

#include <duckdb.h>

#include <string>
#include <string_view>

namespace firn {

struct SqlFailure;

/// What may be shown of the database's words. They often quote the line or the value that they complain of; forms
/// hold what patients told in confidence, so only the parts known to hold none of it are kept.
SqlFailure describe_failure(duckdb_error_type type, std::string_view words);

/// True when the database file is held by another program.
bool is_lock_failure(std::string_view words);

/// Who holds the file `database`, for people.
std::string lock_holder(std::string_view database, std::string_view words);

}  // namespace firn
