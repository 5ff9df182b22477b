#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"
#include "load/snowflake/load_history.h"
#include "load/snowflake/sql_client.h"
#include "model/loader.h"

namespace firn {

/// Sees before each request that the table is the one that earlier files went to. What Snowflake remembers of loaded
/// files ends with the table (COPY) or the pipe (Snowpipe): one that was made again would take the same files twice,
/// and so would a table that was emptied with TRUNCATE, by COPY (*Load metadata*). Asks with SHOW, which needs no
/// warehouse. Before COPY gets files once more the warehouse is asked whether any of the files that were verified in
/// the last two weeks still has a row. Threads: any.
class TableGuard {
 public:
  /// `owner` names the data directory.
  TableGuard(SqlClient& sql, const Clock& clock, SqlSession session, SnowflakePlace place, std::string owner);

  /// kConfiguration or kPermission, with what a person can do, when the files must not be loaded.
  Status check(const LoadJob& job);

 private:
  struct Object {
    std::string kind;  ///< for people
    Timestamp created;
    std::string owner;  ///< data directory; empty when the comment names none
    std::optional<std::uint64_t> rows;
  };

  /// What the warehouse was asked for last: not again within an hour, unless the table has changed.
  struct Look {
    Duration at{};           ///< by the steady clock
    std::uint64_t rows = 0;  ///< of the table
    bool is_emptied = false;
  };

  Result<Object> show(const std::string& kind, const std::string& name, const std::string& batch);
  [[nodiscard]] Status check_owner(const Object& object, const std::string& name) const;
  [[nodiscard]] Status check_age(const Object& object, const std::string& name, const LoadJob& job) const;
  Status check_rows(const Object& table, const LoadJob& job);
  Result<bool> is_emptied(std::uint64_t total, const std::vector<VerifiedFile>& files, const std::string& batch);
  [[nodiscard]] Error emptied(const std::vector<VerifiedFile>& files) const;

  SqlClient& sql_;
  const SqlSession session_;
  const SnowflakePlace place_;
  const std::string owner_;
  const Clock& clock_;
  LoadHistory history_;
  Mutex mutex_;
  std::optional<Look> last_look_ FIRN_GUARDED_BY(mutex_);
};

/// A time as SHOW writes it: seconds since 1970, with a fraction and maybe a zone. Nothing when it is not that.
std::optional<Timestamp> parse_sql_time(std::string_view text);

}  // namespace firn
