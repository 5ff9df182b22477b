#pragma once

#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "load/snowflake/snowflake_transport.h"

namespace firn {

/// A statement and where it runs. Names are as Snowflake stores them; empty: the user's own.
struct SqlStatement {
  std::string text;  ///< one statement, at most 1 MB
  std::string role = {};
  std::string warehouse = {};
  std::string database = {};
  std::string schema = {};
  std::string query_tag = {};       ///< seen in QUERY_HISTORY; at most 2000 characters
  std::uint64_t limit_seconds = 0;  ///< Snowflake cancels it after that; 0: as the warehouse says
};

/// Where statements of a loader run.
struct SqlSession {
  std::string role;
  std::string warehouse;  ///< empty: none
};

/// The rows of an answer. Values are texts, as Snowflake writes them; NULL is nothing.
struct SqlRows {
  std::vector<std::string> columns;  ///< capital letters, unless the statement quotes them
  std::vector<std::vector<std::optional<std::string>>> rows;

  /// The place of a column, whatever its letters; nothing when there is none.
  [[nodiscard]] std::optional<std::size_t> find(std::string_view column) const;
  /// The value; empty for NULL or a column that is not there.
  [[nodiscard]] std::string text(std::size_t row, std::string_view column) const;
  /// The value as a whole number; 0 when it is none.
  [[nodiscard]] std::uint64_t number(std::size_t row, std::string_view column) const;
};

enum class SqlState {
  kRunning,
  kDone,     ///< `rows` has the answer
  kFailed,   ///< `failure` says why: it was not done, or not as a whole
  kUnknown,  ///< Snowflake does not know the handle (any more): its answers are kept for a day
};

struct SqlProgress {
  SqlState state = SqlState::kRunning;
  std::string handle;
  SqlRows rows;
  std::optional<Error> failure;
};

/// The SQL API, version 2 (docs/formats/snowflake_api.md). Answers are read as far as they are understood: what is
/// missing or of another type is an error, never a guess. Threads: any.
class SqlClient {
 public:
  /// `pause` lets time pass between two looks at a statement that runs.
  SqlClient(SnowflakeTransport& transport, std::function<void(Duration)> pause);

  /// Has Snowflake begin the statement and returns without waiting for its end. `request_id` is a UUID that belongs to
  /// this statement alone; with `is_repeat` Snowflake looks for what it has done under it, and does not do it again.
  /// kUnavailable and kBusy: it may have begun.
  Result<SqlProgress> submit(const SqlStatement& statement, const std::string& request_id, bool is_repeat);

  /// How far it is; a failure means that nothing is known.
  Result<SqlProgress> poll(const std::string& handle);

  /// Asks for its end; it may have ended before.
  Status cancel(const std::string& handle);

  /// A statement that changes nothing, or whose repetition does no harm: waits for its end, `limit` at most (then it is
  /// cancelled: kUnavailable). Its failure is the error.
  Result<SqlRows> run(const SqlStatement& statement, Duration limit);

 private:
  Result<SqlProgress> send(const SqlStatement& statement, const std::string& query);
  Result<SqlProgress> read(const HttpReply& reply, const std::string& handle);
  Result<SqlRows> read_rows(const boost::json::value& answer, const std::string& handle);
  Status add_partition(const std::string& handle, std::size_t partition, SqlRows& rows);

  SnowflakeTransport& transport_;
  const std::function<void(Duration)> pause_;
};

}  // namespace firn
