#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/find_connection.h"
#include "cli/pretty_json.h"
#include "cli/snowflake_documents.h"
#include "config/administrator.h"
#include "config/config.h"
#include "load/snowflake/object_check.h"
#include "load/snowflake/snowflake_setup.h"
#include "pipeline/instance.h"
#include "pipeline/snowflake_access.h"
#include "pipeline/snowflake_needs.h"
#include "platform/file_system.h"
#include "platform/paths.h"

namespace firn {
namespace {

constexpr Duration kPatience = std::chrono::minutes(2);
constexpr const char* kDescribe = "DESC INTEGRATION ";

/// Made here when the daemon has not run yet; the daemon must be able to read it.
Result<std::string> owner_of(const CliContext& context, const Config& config) {
  FIRN_TRY(context.files.create_directories(config.data_dir));
  FIRN_ASSIGN(std::string owner, instance_of(context.files, config.data_dir));
  FIRN_TRY(give_to_owner_of_folder(join(config.data_dir, "instance")));
  return owner;
}

std::string comment(const std::string& text) {
  std::string out = "-- ";
  for (const char c : text) {
    out += c == '\n' ? std::string("\n-- ") : std::string(1, c);
  }
  return out + "\n";
}

const S3Connection* bucket_of(const Config& config, const SnowflakeSetup& setup, const std::string& statement) {
  for (const S3Connection& bucket : config.buckets) {
    if (statement == kDescribe + sql_name(external_stage_name(bucket.name)) && !setup.buckets.empty()) {
      return &bucket;
    }
  }
  return nullptr;
}

/// What goes to AWS after an integration was described. `user` is the ARN that it shows, `external_id` its id there.
/// All integrations have one role, whose trust policy knows the ids of all.
std::string aws_part(const SnowflakeSetup& setup, const S3Connection& bucket, const std::string& user,
                     const std::string& external_id = "") {
  std::vector<std::string> ids;
  for (const SnowflakeSetup::Bucket& each : setup.buckets) {
    const bool is_described = !external_id.empty() && each.name == external_stage_name(bucket.name);
    ids.push_back(is_described ? external_id : each.external_id);
  }
  return fmt::format(
      "In AWS: the role {}\nneeds this policy (IAM > Roles > the role > Add permissions > Create inline policy > "
      "JSON):\n{}and this trust policy (IAM > Roles > the role > Trust relationships):\n{}",
      setup.buckets.front().aws_role, pretty_json(snowflake_access_policy(bucket)),
      pretty_json(snowflake_trust_policy(user, ids)));
}

std::string worksheet(const Config& config, const SnowflakeSetup& setup) {
  std::string text = comment(fmt::format(
      "For a worksheet of an administrator (ACCOUNTADMIN), from top to bottom. It can be run again: what is there "
      "stays.\nMade by: firn setup snowflake; configuration {}",
      config.file));
  std::string role;
  for (const SetupStatement& statement : snowflake_setup(setup)) {
    if (statement.is_optional) {
      text += "\n" + comment(fmt::format("{}\nUSE ROLE {};\n{};", statement.why, statement.role, statement.sql));
      continue;
    }
    if (statement.role != role) {
      role = statement.role;
      text += fmt::format("\nUSE ROLE {};\n", role);
    }
    text += statement.why.empty() ? "" : "\n" + comment(statement.why);
    text += statement.sql + ";\n";
    if (const S3Connection* bucket = bucket_of(config, setup, statement.sql)) {
      text += comment(aws_part(setup, *bucket, "<STORAGE_AWS_IAM_USER_ARN of the statement above>"));
    }
  }
  const std::string keys = fmt::format("RSA_PUBLIC_KEY = {}", sql_text(setup.public_keys.front()));
  text +=
      "\n" + comment(fmt::format("If {0} was there before, with another key or role:\nALTER USER {0} SET DEFAULT_ROLE "
                                 "= {1} {2};",
                                 sql_name(setup.user), sql_name(setup.role), keys));
  return text + "\n" +
         comment(
             fmt::format("Wanted, when the account has none: only this machine may log in as {0}.\n"
                         "CREATE NETWORK RULE {1}.{2}.FIRN_MACHINE TYPE = IPV4 MODE = INGRESS VALUE_LIST = ('<its "
                         "public address>');\n"
                         "CREATE NETWORK POLICY FIRN_MACHINE ALLOWED_NETWORK_RULE_LIST = ('{1}.{2}.FIRN_MACHINE');\n"
                         "ALTER USER {0} SET NETWORK_POLICY = FIRN_MACHINE;\n\nThen: firn check --live",
                         sql_name(setup.user), sql_name(setup.database), sql_name(setup.schema)));
}

std::string worksheet_json(const SnowflakeSetup& setup) {
  boost::json::array statements;
  for (const SetupStatement& statement : snowflake_setup(setup)) {
    statements.push_back({{"role", statement.role},
                          {"why", statement.why},
                          {"sql", statement.sql},
                          {"optional", statement.is_optional}});
  }
  return boost::json::serialize(boost::json::object{{"statements", std::move(statements)}}) + "\n";
}

/// Tells of what was there before with other settings; nothing of it is changed.
bool has_harm(const CliContext& context, const SnowflakeSetup& setup, SnowflakeAccess& access) {
  bool harms = false;
  ObjectCheck check(access.sql(), "ACCOUNTADMIN", setup);
  for (const ObjectDifference& other : check.all()) {
    context.out << fmt::format("{}: {} {}\n  {}\n", other.harms ? "WRONG" : "warning", other.what, other.found,
                               other.mend);
    harms = harms || other.harms;
  }
  for (const std::string& unknown : check.not_compared()) {
    context.out << "not compared with what Firn needs: " << unknown << '\n';
  }
  return harms;
}

/// Runs the statements one by one, each shown before. The first that fails ends it; all can be run again.
int apply(const CliContext& context, const Config& config, const SnowflakeSetup& setup, SnowflakeAccess& access) {
  auto statements = snowflake_setup(setup);
  std::erase_if(statements, [](const SetupStatement& statement) { return statement.is_optional; });
  for (std::size_t i = 0; i < statements.size(); ++i) {
    const SetupStatement& statement = statements[i];
    context.out << fmt::format("[{}/{}] as {}\n{};\n", i + 1, statements.size(), statement.role, statement.sql);
    const auto rows = access.sql().run({statement.sql, statement.role, "", "", "", "firn setup", 120}, kPatience);
    if (!rows) {
      print_error(context.err, rows.error());
      context.err << "Nothing after it was run. Mend the cause, and run this command again: what is done stays.\n";
      return kExitFailed;
    }
    if (const S3Connection* bucket = bucket_of(config, setup, statement.sql)) {
      auto properties = properties_in(*rows);
      context.out << aws_part(setup, *bucket, properties["STORAGE_AWS_IAM_USER_ARN"],
                              properties["STORAGE_AWS_EXTERNAL_ID"]);
    }
  }
  context.out << "\nAll is made.\n";
  if (has_harm(context, setup, access)) {
    context.err << "Something was there before with other settings, and was left as it is: see above.\n";
    return kExitFailed;
  }
  context.out << "Next: firn check --live\n";
  return kExitOk;
}

}  // namespace

int run_setup_snowflake(const CliContext& context) {
  const auto config = load_or_report(context, {.fit_to_serve = false});
  if (!config) {
    return kExitConfiguration;
  }
  const SnowflakeConnection* connection =
      find_connection(context, *config, config->snowflakes, "snowflake", "docs/setup-snowflake.md");
  if (connection == nullptr) {
    return kExitUsage;
  }
  const auto owner = owner_of(context, *config);
  if (!owner) {
    print_error(context.err, owner.error());
    return kExitFailed;
  }
  const SnowflakeSetup setup = snowflake_setup_of(*config, *connection, *owner);
  if (setup.tables.empty()) {
    context.err << "no repeater has destination = \"" << connection->name.str() << "\"\n";
    return kExitUsage;
  }
  const SetupArguments& arguments = context.arguments.setup;
  if (!arguments.apply) {
    context.out << (context.arguments.json ? worksheet_json(setup) : worksheet(*config, setup));
    return kExitOk;
  }
  const auto administrator =
      read_administrator(context.files, context.environment, absolute_path(arguments.connections_file), arguments.as);
  if (!administrator) {
    for (const ConfigError& error : administrator.error()) {
      context.err << error.str() << '\n';
    }
    return kExitConfiguration;
  }
  SnowflakeAccess access(*administrator, context.clock);
  return apply(context, *config, setup, access);
}

}  // namespace firn
