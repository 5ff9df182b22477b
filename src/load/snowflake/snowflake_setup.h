#pragma once

#include <array>
#include <string>
#include <string_view>
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
  std::string role;          ///< that runs it
  std::string why;           ///< for people
  std::string sql;           ///< without a semicolon; repeating it changes nothing
  bool is_optional = false;  ///< shown only: a person decides whether Firn gets this right
};

/// Everything that Firn's loader needs, in order, and nothing more: it owns no object, so that only an administrator
/// changes one. Nothing that exists is replaced. Grants: "Managing Snowpipe" and "CREATE PIPE", access control
/// requirements, in the Snowflake documentation.
std::vector<SetupStatement> snowflake_setup(const SnowflakeSetup& setup);

/// One option of a file format of type CSV.
struct FormatOption {
  std::string_view name;
  std::string_view sql;    ///< as a statement writes the value
  std::string_view shown;  ///< as DESC FILE FORMAT shows it, without the backslashes before special characters
};

/// How Snowflake reads what Firn writes (docs/formats/csv.md).
inline constexpr std::array<FormatOption, 16> kFormatOptions{{
    {"COMPRESSION", "ZSTD", "ZSTD"},
    {"FIELD_DELIMITER", "','", ","},
    {"RECORD_DELIMITER", "'\\n'", "\n"},
    {"SKIP_HEADER", "0", "0"},
    {"PARSE_HEADER", "FALSE", "false"},
    {"FIELD_OPTIONALLY_ENCLOSED_BY", "'\"'", "\""},
    {"ESCAPE", "NONE", "NONE"},
    {"ESCAPE_UNENCLOSED_FIELD", "NONE", "NONE"},
    {"NULL_IF", "()", "[]"},
    {"EMPTY_FIELD_AS_NULL", "TRUE", "true"},
    {"MULTI_LINE", "TRUE", "true"},
    {"TRIM_SPACE", "FALSE", "false"},
    {"ENCODING", "'UTF8'", "UTF8"},
    {"REPLACE_INVALID_CHARACTERS", "FALSE", "false"},
    {"SKIP_BLANK_LINES", "FALSE", "false"},
    {"ERROR_ON_COLUMN_COUNT_MISMATCH", "TRUE", "true"},
}};

/// The role that owns the objects.
inline constexpr const char* kOwnerRole = "FIRN_OWNER";

/// The table that `firn check --live` loads one row into, and where it lies: with the pipe that belongs to the stage.
TableDefinition probe_table();
SnowflakePlace probe_place(const SnowflakePlace& of_repeater);

}  // namespace firn
