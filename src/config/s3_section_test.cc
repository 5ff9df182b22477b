#include "config/s3_section.h"

#include <gtest/gtest.h>

#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "config/config.h"
#include "config/document.h"
#include "config/reader.h"
#include "config/secrets.h"
#include "tests/support/simulated_file_system.h"

namespace firn {
namespace {

/// A section [connection.lake], what reading it gives, and what is wrong with it.
class S3Section : public testing::Test {
 protected:
  S3Connection read(const std::string& lines) {
    report_ = ConfigReport{.file = "firn.toml", .errors = {}, .warnings = {}, .settings = {}};
    const auto document = parse_document("[lake]\n" + lines, "firn.toml");
    EXPECT_TRUE(document) << document.error().str();
    const Environment environment = [](const std::string& name) -> std::optional<std::string> {
      return name == "SECRET" ? std::optional<std::string>("opensesame")
             : name == "TORN" ? std::optional<std::string>("open\nsesame")
                              : std::nullopt;
    };
    const SecretSources secrets{files_, environment, "/etc/firn"};
    SectionReader section(&document->members.at(0).value, {1, 1}, "connection.lake", report_);
    section.word("type", "s3", {"s3"});
    auto s3 = read_s3(section, ConnectionName("lake"), secrets);
    section.finish();
    return s3;
  }

  SimulatedFileSystem files_;
  ConfigReport report_;
};

TEST_F(S3Section, NeedsABucketOnly) {
  const S3Connection s3 = read("bucket = \"firn-forms\"\n");
  EXPECT_TRUE(report_.errors.empty());
  EXPECT_EQ(s3.url(), "s3://firn-forms");
  EXPECT_EQ(s3.region, "");
  EXPECT_EQ(s3.addressing, "auto");
  EXPECT_EQ(s3.encryption, "");
  EXPECT_EQ(s3.uploads, 4U);
}

TEST_F(S3Section, TakesEverythingElse) {
  const S3Connection s3 = read(R"(bucket = "firn.forms"
prefix = "firn/north"
region = "eu-central-1"
addressing = "path"
dual_stack = true
proxy = "http://proxy.example.org:3128"
proxy_user = "firn"
proxy_password = "${SECRET}"
access_key_id = "AKIAIOSFODNN7EXAMPLE"
secret_access_key = "${SECRET}"
session_token = "${SECRET}"
encryption = "aws:kms"
kms_key = "alias/firn"
storage_class = "STANDARD_IA"
tags = ["team=health", "cost centre=1=2"]
uploads = 8
snowflake_region = "AWS_EU_CENTRAL_1"
)");
  ASSERT_TRUE(report_.errors.empty()) << report_.errors.front().str();
  EXPECT_EQ(s3.url(), "s3://firn.forms/firn/north");
  EXPECT_EQ(s3.secret_access_key.reveal(), "opensesame");
  EXPECT_EQ(s3.storage_class, "STANDARD_IA");
  EXPECT_EQ(s3.tags.at(1), std::pair(std::string("cost centre"), std::string("1=2")));
  EXPECT_EQ(s3.snowflake_region, "eu-central-1");
  for (const Setting& setting : report_.settings) {
    EXPECT_EQ(setting.value.find("opensesame"), std::string::npos) << setting.key;
  }
}

struct Wrong {
  std::string lines;
  std::string place;
  std::string part;
};
void PrintTo(const Wrong& wrong, std::ostream* out) { *out << wrong.lines; }

class WrongS3Section : public S3Section, public testing::WithParamInterface<Wrong> {};

TEST_P(WrongS3Section, IsRefusedWithItsPlace) {
  const Wrong& wrong = GetParam();
  read(wrong.lines);
  ASSERT_FALSE(report_.errors.empty());
  const std::string error = report_.errors.front().str();
  EXPECT_TRUE(error.starts_with("firn.toml:" + wrong.place)) << error;
  EXPECT_NE(error.find(wrong.part), std::string::npos) << error;
  EXPECT_EQ(error.find("sesame"), std::string::npos) << error;
}

std::vector<Wrong> wrong_buckets() {
  std::vector<Wrong> all;
  for (const char* name : {"ab", "Firn", "firn_forms", "-firn", "firn-", "firn..forms", "192.0.2.7", "xn--firn",
                           "firn-s3alias", "firn--x-s3", "firn forms", "firn\\nforms"}) {
    all.push_back({std::string("bucket = \"") + name + "\"\n", "2:", "is not a valid name of a bucket"});
  }
  return all;
}
INSTANTIATE_TEST_SUITE_P(Buckets, WrongS3Section, testing::ValuesIn(wrong_buckets()));

Wrong with_bucket(const std::string& lines, const std::string& part, const std::string& place = "3:") {
  return {"bucket = \"firn-forms\"\n" + lines, place, part};
}
INSTANTIATE_TEST_SUITE_P(
    Settings, WrongS3Section,
    testing::Values(
        Wrong{"prefix = \"firn\"\n", "1:", "the setting \"connection.lake.bucket\" is missing"},
        with_bucket("prefix = \"../other\"", "not a valid prefix"),
        with_bucket("prefix = \"a b\"", "not a valid prefix"), with_bucket("prefix = \"a\\nb\"", "not a valid prefix"),
        with_bucket("prefix = \"a/\"", "not a valid prefix"),
        with_bucket("endpoint = \"s3.example.org\"", "not the URL of a server"),
        with_bucket("endpoint = \"https://s3.example.org/path\"", "not the URL of a server"),
        with_bucket("endpoint = \"ftp://s3.example.org\"", "not the URL of a server"),
        with_bucket("endpoint = \"http://s3.example.org\"", "unencrypted"),
        with_bucket("endpoint = \"http://127.0.0.1.example.org\"", "unencrypted"),
        with_bucket("region = \"Frankfurt\"", "not the name of a region"),
        with_bucket("endpoint = \"https://s3.example.org\"\nfips = true", "has no effect", "4:"),
        with_bucket("ca_file = \"missing.pem\"", "cannot be read"),
        with_bucket("proxy = \"proxy.example.org\"", "not the URL of a proxy"),
        with_bucket("proxy = \"http://user:sesame@proxy.example.org\"", "not the URL of a proxy"),
        with_bucket("proxy_user = \"firn\"\nproxy_password = \"${SECRET}\"", "without a proxy"),
        with_bucket("access_key_id = \"AKIA EXAMPLE\"\nsecret_access_key = \"${SECRET}\"", "has a space"),
        with_bucket("access_key_id = \"AKIAEXAMPLE\"\nsecret_access_key = \"${TORN}\"", "has a space", "4:"),
        with_bucket("access_key_id = \"AKIAEXAMPLE\"\nsecret_access_key = \"opensesame\"", "must not hold the secret",
                    "4:"),
        with_bucket("access_key_id = \"AKIAEXAMPLE\"\n", "secret_access_key_file\" is missing", "1:"),
        with_bucket("secret_access_key = \"${SECRET}\"\n", "without its id", "1:"),
        with_bucket("profile = \"firn\"\naccess_key_id = \"AKIAEXAMPLE\"\nsecret_access_key = \"${SECRET}\"",
                    "both set"),
        with_bucket("kms_key = \"alias/firn\"", "needs encryption"),
        with_bucket("storage_class = \"GLACIER\"", "storage_class"), with_bucket("tags = [\"team\"]", "is not a tag"),
        with_bucket("tags = [\"aws:team=1\"]", "is not a tag"), with_bucket("uploads = 0", "uploads")));

}  // namespace
}  // namespace firn
