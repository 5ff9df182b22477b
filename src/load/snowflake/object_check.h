#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "load/snowflake/snowflake_setup.h"
#include "load/snowflake/sql_client.h"

namespace firn {

/// An object that exists with other settings than Firn would have given it.
struct ObjectDifference {
  std::string what;    ///< like `stage settings`
  std::string found;   ///< for people: the object, and of each setting what it is and what it should be
  std::string mend;    ///< the statement that makes it right, and when it may be run
  bool harms = false;  ///< rows would be refused, read wrongly or not be found; else it costs more, or is untidy
};

/// What SHOW WAREHOUSES says.
struct WarehouseSettings {
  std::string size;                        ///< like `X-Small`
  std::uint64_t auto_suspend_seconds = 0;  ///< 0: never
  bool auto_resume = false;
};

/// Looks at objects that exist and compares them with what `firn setup snowflake` would make. It changes nothing; what
/// does not exist, or the role may not look at, has no difference. Asks with DESC and SHOW, which need no warehouse.
/// Columns that are read: docs/formats/snowflake_api.md.
class ObjectCheck {
 public:
  /// `setup` must outlive the check; `role` looks.
  ObjectCheck(SqlClient& sql, std::string role, const SnowflakeSetup& setup);

  std::optional<ObjectDifference> file_format();
  std::optional<ObjectDifference> stage(const SnowflakeSetup::Bucket& bucket);
  /// Only its owner, or a role with USAGE on it, sees it.
  std::optional<ObjectDifference> integration(const SnowflakeSetup::Bucket& bucket);
  std::optional<ObjectDifference> table(const SnowflakeSetup::Table& table);
  std::optional<ObjectDifference> warehouse();
  /// All of them.
  std::vector<ObjectDifference> all();
  /// What could not be looked at, with the reason, for people.
  [[nodiscard]] const std::vector<std::string>& not_compared() const { return not_compared_; }

  /// kNotFound when the role does not see it.
  Result<WarehouseSettings> warehouse_settings();

 private:
  Result<SqlRows> ask(const std::string& text);

  SqlClient& sql_;
  const std::string role_;
  const SnowflakeSetup& setup_;
  const SnowflakePlace place_;
  std::vector<std::string> not_compared_;
};

/// The properties that DESC FILE FORMAT, STAGE or INTEGRATION names, with their values.
std::map<std::string, std::string> properties_in(const SqlRows& described);

/// What a warehouse of this size uses in a minute, which is the least that a resume costs: "0.0167 credits". Empty for
/// a size that is not known ("Understanding compute cost" in the Snowflake documentation).
std::string credits_per_minute(const std::string& size);

}  // namespace firn
