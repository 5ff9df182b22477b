#include "load/snowflake/snowflake_setup.h"

#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "load/snowflake/usage_views.h"
#include "load/snowflake/warehouse_meter.h"

namespace firn {
namespace {

/// Four a line.
std::string format_options() {
  std::string text;
  for (std::size_t i = 0; i < kFormatOptions.size(); ++i) {
    text += fmt::format("{}{} = {}", i % 4 == 0 ? "\n  " : " ", kFormatOptions[i].name, kFormatOptions[i].sql);
  }
  return text;
}

/// Collects statements; roles and grants in few words.
class Script {
 public:
  explicit Script(const SnowflakeSetup& setup) : setup_(setup) {}

  void add_people();
  void add_places();
  void add_buckets();
  void add_objects();
  void add_choices();
  std::vector<SetupStatement> take() { return std::move(statements_); }

 private:
  void add(std::string role, std::string why, std::string sql) {
    statements_.push_back({std::move(role), std::move(why), std::move(sql), false});
  }
  void grant(const std::string& role, const std::string& what, const std::string& to) {
    add(role, "", fmt::format("GRANT {} TO ROLE {}", what, to));
  }
  [[nodiscard]] std::string loader() const { return sql_name(setup_.role); }
  [[nodiscard]] std::string database() const { return sql_name(setup_.database); }
  [[nodiscard]] std::string schema() const { return database() + "." + sql_name(setup_.schema); }
  [[nodiscard]] std::string keys() const;
  void add_table(const TableDefinition& definition, const SnowflakePlace& place);
  void add_probes();

  const SnowflakeSetup& setup_;
  std::vector<SetupStatement> statements_;
};

std::string Script::keys() const {
  std::string text = "RSA_PUBLIC_KEY = " + sql_text(setup_.public_keys.front());
  if (setup_.public_keys.size() > 1) {
    text += "\n  RSA_PUBLIC_KEY_2 = " + sql_text(setup_.public_keys[1]);
  }
  return text;
}

void Script::add_people() {
  const std::string admin = "USERADMIN";
  add(admin, "The role that owns Firn's tables, pipes and stages: administrators use it, Firn does not.",
      fmt::format("CREATE ROLE IF NOT EXISTS {}", kOwnerRole));
  grant(admin, fmt::format("ROLE {}", kOwnerRole), "SYSADMIN");
  add(admin, "The role that Firn works with: it may load, and owns nothing.",
      fmt::format("CREATE ROLE IF NOT EXISTS {}", loader()));
  add(admin, "The user that Firn logs in as: TYPE = SERVICE has no password.",
      fmt::format("CREATE USER IF NOT EXISTS {} TYPE = SERVICE LOGIN_NAME = {}\n  DEFAULT_ROLE = {}{}\n  {}",
                  sql_name(setup_.user), sql_text(setup_.user), loader(),
                  setup_.warehouse.empty() ? "" : " DEFAULT_WAREHOUSE = " + sql_name(setup_.warehouse), keys()));
  add(admin, "", fmt::format("GRANT ROLE {} TO USER {}", loader(), sql_name(setup_.user)));
}

void Script::add_places() {
  const std::string admin = "SYSADMIN";
  if (!setup_.warehouse.empty()) {
    const std::string warehouse = sql_name(setup_.warehouse);
    add(admin, "The smallest warehouse; it costs nothing while it is suspended, and a minute at least when it is not.",
        fmt::format("CREATE WAREHOUSE IF NOT EXISTS {} WAREHOUSE_SIZE = XSMALL AUTO_SUSPEND = {} AUTO_RESUME = TRUE "
                    "INITIALLY_SUSPENDED = TRUE",
                    warehouse, std::chrono::floor<std::chrono::seconds>(WarehouseMeter::kAutoSuspend).count()));
    grant(admin, fmt::format("USAGE{} ON WAREHOUSE {}", setup_.suspends_warehouse ? ", OPERATE" : "", warehouse),
          loader());
  }
  add(admin, "Where the tables lie.", fmt::format("CREATE DATABASE IF NOT EXISTS {}", database()));
  add(admin, "", fmt::format("CREATE SCHEMA IF NOT EXISTS {}", schema()));
  for (const std::string& role : {std::string(kOwnerRole), loader()}) {
    grant(admin, "USAGE ON DATABASE " + database(), role);
    grant(admin, "USAGE ON SCHEMA " + schema(), role);
  }
  grant(admin, "CREATE TABLE, CREATE VIEW, CREATE STAGE, CREATE PIPE, CREATE FILE FORMAT ON SCHEMA " + schema(),
        kOwnerRole);
}

void Script::add_choices() {
  if (!setup_.warehouse.empty()) {
    statements_.push_back({"ACCOUNTADMIN",
                           "If `firn costs --reconcile` is wanted: it reads what the account's pipes and warehouses "
                           "have used, of all who work in the account.",
                           fmt::format("GRANT DATABASE ROLE {} TO ROLE {}", UsageViews::kDatabaseRole, loader()),
                           true});
  }
}

void Script::add_buckets() {
  const std::string admin = "ACCOUNTADMIN";
  for (const SnowflakeSetup::Bucket& bucket : setup_.buckets) {
    const std::string name = sql_name(bucket.name);
    add(admin, "Lets Snowflake read " + bucket.url + " with the AWS role, and nothing else.",
        fmt::format("CREATE STORAGE INTEGRATION IF NOT EXISTS {} TYPE = EXTERNAL_STAGE STORAGE_PROVIDER = 'S3' ENABLED "
                    "= TRUE\n  STORAGE_AWS_ROLE_ARN = {}\n  STORAGE_AWS_EXTERNAL_ID = {}\n  STORAGE_ALLOWED_LOCATIONS "
                    "= ({})",
                    name, sql_text(bucket.aws_role), sql_text(bucket.external_id), sql_text(bucket.url)));
    grant(admin, "USAGE ON INTEGRATION " + name, kOwnerRole);
    add(admin, "Its STORAGE_AWS_IAM_USER_ARN goes into the trust policy of the AWS role.", "DESC INTEGRATION " + name);
  }
}

void Script::add_table(const TableDefinition& definition, const SnowflakePlace& place) {
  const std::string table = sql_name(place, place.table);
  // The table for probes has no documents, and is anybody's.
  const std::string owner = definition.id_columns.empty() ? "" : setup_.owner;
  add(kOwnerRole, "", create_table_sql(definition, place, owner));
  grant(kOwnerRole, "SELECT, INSERT ON TABLE " + table, loader());
  if (!definition.id_columns.empty()) {
    add(kOwnerRole, "The newest version of each document.", create_latest_sql(definition, place));
  }
  if (!place.pipe.empty()) {
    add(kOwnerRole, "", create_pipe_sql(definition, place, owner));
    grant(kOwnerRole, "OPERATE, MONITOR ON PIPE " + sql_name(place, place.pipe), loader());
  }
}

/// One table for all, and one pipe for each stage that is loaded by pipes.
void Script::add_probes() {
  std::set<std::pair<std::string, bool>> done;
  for (const SnowflakeSetup::Table& table : setup_.tables) {
    if (done.emplace(table.place.stage, table.place.pipe.empty()).second) {
      add_table(probe_table(), probe_place(table.place));
    }
  }
}

void Script::add_objects() {
  SnowflakePlace place;
  place.database = setup_.database;
  place.schema = setup_.schema;
  const std::string format = sql_name(place, setup_.file_format);
  add(kOwnerRole, "How Firn's files are written: docs/formats/csv.md.",
      fmt::format("CREATE FILE FORMAT IF NOT EXISTS {} TYPE = CSV{}", format, format_options()));
  grant(kOwnerRole, "USAGE ON FILE FORMAT " + format, loader());
  for (const SnowflakeSetup::Bucket& bucket : setup_.buckets) {
    const std::string stage = sql_name(place, bucket.name);
    add(kOwnerRole, "",
        fmt::format("CREATE STAGE IF NOT EXISTS {} URL = {}\n  STORAGE_INTEGRATION = {} FILE_FORMAT = "
                    "(FORMAT_NAME = {})",
                    stage, sql_text(bucket.url), sql_name(bucket.name), sql_text(format)));
    grant(kOwnerRole, "USAGE ON STAGE " + stage, loader());
  }
  for (const SnowflakeSetup::Table& table : setup_.tables) {
    add_table(table.definition, table.place);
  }
  add_probes();
}

}  // namespace

std::vector<SetupStatement> snowflake_setup(const SnowflakeSetup& setup) {
  Script script(setup);
  script.add_people();
  script.add_places();
  script.add_buckets();
  script.add_objects();
  script.add_choices();
  return script.take();
}

TableDefinition probe_table() {
  TableDefinition table;
  table.table = TableName("_FIRN_PROBE");
  table.columns = {{"note", ColumnType::kText},
                   {"_file", ColumnType::kFile},
                   {"_loaded_at", ColumnType::kLoadedAt},
                   {"_position", ColumnType::kPosition}};
  return table;
}

SnowflakePlace probe_place(const SnowflakePlace& of_repeater) {
  SnowflakePlace place = of_repeater;
  place.table = "_FIRN_PROBE";
  if (!place.pipe.empty()) {
    place.pipe = "_FIRN_PROBE_" + place.stage;
  }
  return place;
}

}  // namespace firn
