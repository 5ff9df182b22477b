#include "config/snowflake_account.h"

#include <gtest/gtest.h>

#include <string>

namespace firn {
namespace {

std::string parsed(const std::string& account, const std::string& host = "") {
  const auto found = parse_snowflake_account(account, host);
  return found ? found->url + " as " + found->token_name : found.error();
}

TEST(SnowflakeAccount, TakesEveryFormOfAnIdentifier) {
  const std::string end = ".snowflakecomputing.com as ";
  EXPECT_EQ(parsed("MyOrg-My_Account"), "https://myorg-my-account" + end + "MYORG-MY_ACCOUNT");
  EXPECT_EQ(parsed("xy12345"), "https://xy12345" + end + "XY12345");
  EXPECT_EQ(parsed("xy12345.eu-central-1"), "https://xy12345.eu-central-1" + end + "XY12345");
  EXPECT_EQ(parsed("xy12345.us-east-2.aws"), "https://xy12345.us-east-2.aws" + end + "XY12345");
  EXPECT_EQ(parsed("xy12345.eu-west-1.privatelink"), "https://xy12345.eu-west-1.privatelink" + end + "XY12345");
  EXPECT_EQ(parsed("myorg-myaccount.privatelink"), "https://myorg-myaccount.privatelink" + end + "MYORG-MYACCOUNT");
  EXPECT_EQ(parsed("myorg-myaccount.snowflakecomputing.com"), "https://myorg-myaccount" + end + "MYORG-MYACCOUNT");
  EXPECT_EQ(parsed("acme-1234.global"), "https://acme-1234.global" + end + "ACME");
  EXPECT_EQ(parsed("xy12345.cn-northwest-1"), "https://xy12345.cn-northwest-1.snowflakecomputing.cn as XY12345");
}

TEST(SnowflakeAccount, AsksAnotherHostWhenOneIsNamed) {
  EXPECT_EQ(parsed("MYORG-A", "snow.example.org"), "https://snow.example.org as MYORG-A");
  EXPECT_EQ(parsed("MYORG-A", "snow.example.org:8443"), "https://snow.example.org:8443 as MYORG-A");
  EXPECT_EQ(parsed("MYORG-A", "http://127.0.0.1:8080"), "http://127.0.0.1:8080 as MYORG-A");
  EXPECT_EQ(parsed("MYORG-A", "http://snow.example.org"),
            "host must be the name of a host; http:// is for a server on this machine only");
  EXPECT_EQ(parsed("MYORG-A", "snow/x"),
            "host must be the name of a host, like myorg-myaccount.snowflakecomputing.com");
}

TEST(SnowflakeAccount, SaysWhatIsWrong) {
  EXPECT_EQ(parsed("https://app.snowflake.com/myorg/myaccount"),
            "it is the address of a page; write the account identifier alone");
  EXPECT_EQ(parsed("myorg.myaccount"), "organisation and account are joined by a hyphen, not by a dot");
  EXPECT_EQ(parsed("my org-account"), "it has a character that no account identifier has");
  EXPECT_EQ(parsed("-myorg"), "it does not begin and end with a letter or a digit");
  EXPECT_EQ(parsed(".snowflakecomputing.com"), "it does not begin and end with a letter or a digit");
}

}  // namespace
}  // namespace firn
