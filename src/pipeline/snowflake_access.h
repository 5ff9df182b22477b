#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "config/config.h"
#include "load/snowflake/snowflake_sql.h"
#include "load/snowflake/snowflake_transport.h"
#include "load/snowflake/sql_client.h"
#include "load/snowflake/warehouse_meter.h"
#include "model/loader.h"

namespace firn {

/// A connection of type "snowflake" at work: one login, kept for all requests. Threads: any.
class SnowflakeAccess {
 public:
  /// Both must outlive the access.
  SnowflakeAccess(const SnowflakeConnection& connection, const Clock& clock);

  SqlClient& sql() { return sql_; }
  [[nodiscard]] const SnowflakeConnection& connection() const { return connection_; }
  /// Where this login's statements run.
  [[nodiscard]] SqlSession session() const { return {connection_.role, connection_.warehouse}; }
  /// Loads the files of one repeater, by its method. `owner` names the data directory. Must not outlive the access.
  std::unique_ptr<Loader> make_loader(const RepeaterConfig& repeater, const std::string& owner);
  /// The same for any place.
  std::unique_ptr<Loader> make_loader_at(SnowflakePlace place, LoadMethod method, const std::string& owner);

 private:
  const SnowflakeConnection& connection_;
  const Clock& clock_;
  SnowflakeTransport transport_;
  SqlClient sql_;
  WarehouseMeter meter_;
};

/// The objects of Snowflake that a repeater's rows go through. The external stage has the name of its connection in
/// firn.toml, after `FIRN_`.
SnowflakePlace place_of(const RepeaterConfig& repeater, const SnowflakeConnection& connection);
std::string external_stage_name(const ConnectionName& bucket);

}  // namespace firn
