#pragma once

#include <map>
#include <string>

#include "base/mutex.h"
#include "base/result.h"
#include "load/snowflake/load_history.h"
#include "load/snowflake/sql_client.h"
#include "model/loader.h"

namespace firn {

/// Sees before each request that the table is the one that earlier files went to. What Snowflake remembers of loaded
/// files ends with the table (COPY) or the pipe (Snowpipe): a table or pipe that was made again, or was emptied, would
/// take the same files twice. Asks with SHOW, which needs no warehouse. Threads: any.
class TableGuard {
 public:
  /// `owner` names the data directory.
  TableGuard(SqlClient& sql, SqlSession session, SnowflakePlace place, std::string owner);

  /// kConfiguration or kPermission, with what a person can do, when the files must not be loaded.
  Status check(const LoadJob& job);

 private:
  struct Object {
    std::string kind;  ///< for people
    Timestamp created;
    std::string owner;  ///< data directory; empty when the comment names none
    bool is_empty = false;
  };

  Result<Object> show(const std::string& kind, const std::string& name, const std::string& batch);
  [[nodiscard]] Status check_owner(const Object& object, const std::string& name) const;
  [[nodiscard]] Status check_age(const Object& object, const std::string& name, const LoadJob& job) const;

  SqlClient& sql_;
  const SqlSession session_;
  const SnowflakePlace place_;
  const std::string owner_;
};

/// A time as SHOW writes it: seconds since 1970, with a fraction and maybe a zone. Nothing when it is not that.
std::optional<Timestamp> parse_sql_time(std::string_view text);

}  // namespace firn
