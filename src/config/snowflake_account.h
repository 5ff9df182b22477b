#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace firn {

/// Where a Snowflake account is reached, and how tokens name it. Rules: "Account identifiers" and "Key-pair
/// authentication" in the Snowflake documentation.
struct SnowflakeAccount {
  std::string url;         ///< `https://HOST`, or `http://` for a server on this machine
  std::string token_name;  ///< capital letters: `MYORG-MYACCOUNT`, or the locator alone
};

/// `account`: `MYORG-MYACCOUNT`; a locator with its region and cloud (`xy12345.eu-central-1`); one of them with
/// `.privatelink`; or a whole host (`myorg-myaccount.snowflakecomputing.com`). `host`, when not empty, is asked
/// instead of the one that follows from the account: a host, or the URL of a server on this machine. The failure says
/// why it cannot be an account, for people.
std::expected<SnowflakeAccount, std::string> parse_snowflake_account(std::string_view account, std::string_view host);

}  // namespace firn
