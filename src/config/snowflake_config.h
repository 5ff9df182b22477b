#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/http_way.h"
#include "config/snowflake_account.h"
#include "model/names.h"
#include "platform/rsa_key.h"

namespace firn {

/// How a repeater's files get into a table of Snowflake.
enum class LoadMethod {
  kSnowpipe,  ///< the pipe's REST interface: a price per byte, no warehouse
  kCopy,      ///< COPY INTO: a price per second of a warehouse
};

/// As firn.toml writes it.
constexpr std::string_view to_string(LoadMethod method) { return method == LoadMethod::kCopy ? "copy" : "snowpipe"; }

/// A destination that is a schema of a Snowflake account.
struct SnowflakeConnection {
  ConnectionName name;
  SnowflakeAccount account;
  std::string user;        ///< the LOGIN_NAME
  std::string role;        ///< names of objects are as Snowflake stores them: capital letters unless quoted
  std::string warehouse;   ///< empty: none
  bool dedicated = false;  ///< nobody else uses the warehouse: it is suspended when a load is done
  std::string database;
  std::string schema;
  std::vector<std::shared_ptr<const RsaKey>> keys;  ///< one, or two while they are rotated

  HttpWay way;

  std::string aws_role;     ///< the ARN of the role with which Snowflake reads the bucket; for `firn setup snowflake`
  std::string external_id;  ///< of that role's trust policy; empty: derived
};

}  // namespace firn
