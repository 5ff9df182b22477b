#include "load/snowflake/snowflake_error.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/plain_text.h"
#include "load/snowflake/json_answer.h"

namespace firn {
namespace {

constexpr std::size_t kLongestText = 300;

struct Meaning {
  std::string_view code;
  ErrorKind kind;
  std::string_view sentence;
  std::string_view hint;
};

constexpr std::array<Meaning, 31> kMeanings{{
    // "Key-pair authentication: troubleshooting" in the Snowflake documentation.
    {"390144", ErrorKind::kPermission, "Snowflake does not take the token that the key pair makes",
     "compare the fingerprint of `firn keygen --show` with DESC USER; for the cause, run as an administrator SELECT "
     "SYSTEM$GET_LOGIN_FAILURE_DETAILS('<the id in the message>')"},
    {"394300", ErrorKind::kPermission, "the user, or the form of the account, is not known there",
     "user is the LOGIN_NAME of DESC USER, and the user must have TYPE = SERVICE and not be disabled; account is "
     "MYORG-MYACCOUNT"},
    {"394301", ErrorKind::kInternal, "the token has no time of issue or end", ""},
    {"394302", ErrorKind::kConfiguration, "the token was issued at another time than Snowflake's clock shows",
     "set this machine's clock: timedatectl set-ntp true"},
    {"394303", ErrorKind::kConfiguration, "the token has ended when it arrives",
     "set this machine's clock: timedatectl set-ntp true"},
    {"394304", ErrorKind::kPermission, "none of the configured keys is registered for the user",
     "ALTER USER <user> SET RSA_PUBLIC_KEY = '<what `firn keygen --show` prints>'"},
    {"394305", ErrorKind::kInternal, "Snowflake does not take the token's algorithm", ""},
    {"394306", ErrorKind::kPermission, "the signature does not fit the registered public key",
     "ALTER USER <user> SET RSA_PUBLIC_KEY = '<what `firn keygen --show` prints>'"},
    {"394307", ErrorKind::kConfiguration, "the token names another account than the one that was asked",
     "account and host in firn.toml must be those of one account"},
    {"390100", ErrorKind::kPermission, "wrong user or credentials", "look at user and private_key_file in firn.toml"},
    {"390101", ErrorKind::kPermission, "wrong user or credentials", "look at user and private_key_file in firn.toml"},
    {"390102", ErrorKind::kPermission, "the user is locked for a while, after too many failed logins",
     "mend the key; the lock ends after 15 minutes, or with ALTER USER <user> SET MINS_TO_UNLOCK = 0"},
    {"390106", ErrorKind::kPermission, "the user is disabled", "ALTER USER <user> SET DISABLED = FALSE"},
    {"390114", ErrorKind::kUnavailable, "the session has ended", ""},
    {"390186", ErrorKind::kPermission, "the role does not exist or was not granted to the user",
     "GRANT ROLE <role> TO USER <user>; a role made with small letters is written '\"like this\"' in firn.toml"},
    {"390189", ErrorKind::kPermission, "the role does not exist or was not granted to the user",
     "GRANT ROLE <role> TO USER <user>; a role made with small letters is written '\"like this\"' in firn.toml"},
    {"390201", ErrorKind::kPermission, "the database, schema or warehouse does not exist or the role may not use it",
     "`firn setup snowflake` prints the grants; `firn check --live` tells which one is missing"},
    {"390422", ErrorKind::kPermission, "a network policy does not let this machine in",
     "add its public address to the network rule of the user's or the account's network policy"},
    {"390913", ErrorKind::kPermission, "the account is suspended", "the account's owner must ask Snowflake's support"},
    {"390505", ErrorKind::kBusy, "too many requests at once", ""},
    // "Troubleshooting COPY" and "Warehouses" in the Snowflake documentation; drivers of other languages.
    {"000606", ErrorKind::kPermission, "there is no warehouse that the role can use",
     "set warehouse in firn.toml, and GRANT USAGE ON WAREHOUSE <warehouse> TO ROLE <role>; it must have AUTO_RESUME"},
    {"090073", ErrorKind::kPermission, "the warehouse has reached the limit of its resource monitor",
     "raise the monitor's quota, wait for its next period, or use method = \"snowpipe\", which needs no warehouse"},
    {"000604", ErrorKind::kUnavailable, "the statement was cancelled", ""},
    {"000603", ErrorKind::kUnavailable, "Snowflake had an internal error while it ran the statement", ""},
    {"000630", ErrorKind::kUnavailable, "the statement ran longer than its limit", ""},
    {"000709", ErrorKind::kNotFound, "Snowflake does not know the statement any more", ""},
    {"002003", ErrorKind::kPermission, "an object does not exist, or the role may not see it",
     "`firn setup snowflake` prints the objects and grants; `firn check --live` tells which one is missing"},
    {"002043", ErrorKind::kPermission, "an object does not exist, or the role may not see it",
     "`firn setup snowflake` prints the objects and grants; `firn check --live` tells which one is missing"},
    {"003001", ErrorKind::kPermission, "a privilege is missing",
     "`firn setup snowflake` prints the grants; `firn check --live` tells which one is missing"},
    {"091003", ErrorKind::kPermission, "Snowflake cannot read the stage's bucket",
     "look at the trust policy of the storage integration's AWS role: `firn setup snowflake`"},
    {"091016", ErrorKind::kUnavailable, "Snowflake does not find a file in the bucket", ""},
}};

constexpr std::array<std::string_view, 3> kMissingGrants{"002003", "002043", "003001"};

const Meaning* meaning_of(std::string_view code) {
  const auto* found = std::ranges::find(kMeanings, code, &Meaning::code);
  return found == kMeanings.end() ? nullptr : found;
}

/// Snowflake's words, as far as they are wanted; the status when there are none.
std::string their_words(const SnowflakeRefusal& refusal) {
  // Codes of that beginning are about data, and may quote it.
  const std::string message = refusal.code.starts_with("100") ? without_values(refusal.message) : refusal.message;
  std::string text;
  append_escaped(text, message, kLongestText);
  if (text.empty()) {
    return fmt::format("HTTP {}", refusal.status);
  }
  return refusal.code.empty() ? text : fmt::format("{}: {}", refusal.code, text);
}

Error by_status(const SnowflakeRefusal& refusal) {
  switch (refusal.status) {
    case 400:
    case 405:
    case 415:
      return {ErrorKind::kInternal, "", "", "Snowflake does not understand the request", "report this as a fault"};
    case 401:
      return {ErrorKind::kPermission, "", "", "Snowflake does not let the user in",
              "look at user and private_key_file"};
    case 403:
      return {ErrorKind::kPermission, "", "", "Snowflake forbids it",
              "look at network policies, and whether the account is suspended"};
    case 404:
      return {ErrorKind::kPermission, "", "", "it does not exist there, or the role may not use all that it needs",
              "`firn setup snowflake` prints the objects and grants; `firn check --live` tells which one is missing"};
    case 522:
      return {ErrorKind::kConfiguration, "", "", "something between here and Snowflake has a wrong certificate",
              "look at ca_file, proxy and host"};
    case 422:
      return {ErrorKind::kConfiguration, "", "", "Snowflake refuses the statement", ""};
    case 429:
      return {ErrorKind::kBusy, "", "", "too many requests at once", ""};
    default:
      return {ErrorKind::kUnavailable, "", "", "Snowflake cannot answer now", ""};
  }
}

}  // namespace

std::string without_values(std::string_view message) {
  constexpr std::string_view kJson = "Error parsing JSON";
  if (const auto at = message.find(kJson); at != std::string_view::npos) {
    return std::string(message.substr(0, at + kJson.size()));
  }
  const auto first = message.find('\'');
  if (first == std::string_view::npos) {
    return std::string(message.substr(0, kLongestText));
  }
  const auto last = message.rfind('\'');
  const std::string_view rest = last == first ? std::string_view() : message.substr(last + 1);
  return std::string(message.substr(0, first)) + "'...'" + std::string(rest.substr(0, kLongestText));
}

SnowflakeRefusal read_refusal(const HttpReply& reply) { return refusal_in(reply.status, parse_answer(reply.body)); }

SnowflakeRefusal refusal_in(int status, const boost::json::value& answer) {
  return {status, text_member(answer, "code"), text_member(answer, "message")};
}

Error snowflake_error(const SnowflakeRefusal& refusal, const std::string& operation, const std::string& object) {
  const Meaning* meaning = meaning_of(refusal.code);
  Error error = meaning == nullptr
                    ? by_status(refusal)
                    : Error{meaning->kind, "", "", std::string(meaning->sentence), std::string(meaning->hint)};
  error.operation = operation;
  error.object = object;
  error.reason += " (" + their_words(refusal) + ")";
  return error;
}

bool is_missing_grant(const Error& error) {
  return std::ranges::any_of(
      kMissingGrants, [&](std::string_view code) { return error.reason.starts_with(meaning_of(code)->sentence); });
}

bool is_login_refusal(const SnowflakeRefusal& refusal) {
  return refusal.status == 401 || refusal.code == "390144" || refusal.code.starts_with("3943");
}

}  // namespace firn
