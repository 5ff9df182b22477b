#pragma once

#include <string>
#include <vector>

#include "load/snowflake/snowflake_sql.h"
#include "model/table.h"

namespace firn {

/// What an administrator has to make, with names as Snowflake stores them.
struct SnowflakeSetup {
  struct Bucket {
    std::string name;  ///< of the external stage and of its storage integration
    std::string url;   ///< `s3://bucket/prefix/`
    std::string aws_role;
    std::string external_id;
  };
  struct Table {
    TableDefinition definition;
    SnowflakePlace place;
  };

  std::string user;
  std::string role;
  std::string warehouse;  ///< empty: none
  bool suspends_warehouse = false;
  std::string database;
  std::string schema;
  std::string file_format;
  std::vector<std::string> public_keys;  ///< one or two, Base64
  std::vector<Bucket> buckets;
  std::vector<Table> tables;
  std::string owner;  ///< the data directory
};

struct SetupStatement {
  std::string role;  ///< that runs it
  std::string why;   ///< for people
  std::string sql;   ///< without a semicolon; repeating it changes nothing
};

/// Everything that Firn's loader needs, in order, and nothing more: it owns no object, so that only an administrator
/// changes one. Nothing that exists is replaced. Grants: "Managing Snowpipe" and "CREATE PIPE", access control
/// requirements, in the Snowflake documentation.
std::vector<SetupStatement> snowflake_setup(const SnowflakeSetup& setup);

/// The role that owns the objects.
inline constexpr const char* kOwnerRole = "FIRN_OWNER";

/// The table that `firn check --live` loads one row into, and where it lies: with the pipe that belongs to the stage.
TableDefinition probe_table();
SnowflakePlace probe_place(const SnowflakePlace& of_repeater);

}  // namespace firn
