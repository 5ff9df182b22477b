#include "stage/s3/credentials/credential_chain.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "platform/file_system.h"
#include "platform/http_client.h"
#include "platform/process.h"
#include "tests/standins/aws_machine.h"
#include "tests/support/manual_clock.h"
#include "tests/support/temporary_directory.h"

namespace firn {
namespace {

/// A machine with nothing on it at first; what a test puts there is found or not.
class CredentialChainTest : public testing::Test {
 protected:
  CredentialChainTest() {
    EXPECT_TRUE(files_->create_directories(home_ / ".aws"));
    variables_ = {{"HOME", home_.path()},
                  {"PATH", "/usr/bin:/bin"},
                  {"AWS_EC2_METADATA_DISABLED", "true"},
                  {"AWS_ENDPOINT_URL_STS", machine_.url()}};
  }

  void write(const std::string& name, const std::string& content) {
    EXPECT_TRUE(replace_file(*files_, home_ / name, content));
  }
  Result<SourcedCredentials> fetch(const std::string& profile = "") {
    const CredentialSurroundings surroundings{*files_,
                                              *launcher_,
                                              clock_,
                                              [this](const std::string& name) -> std::optional<std::string> {
                                                const auto found = variables_.find(name);
                                                return found == variables_.end() ? std::nullopt
                                                                                 : std::optional(found->second);
                                              },
                                              make_curl_client,
                                              make_curl_client};
    return make_credential_chain(surroundings, {profile, "eu-central-1"})->fetch();
  }
  std::string key_id(const std::string& profile = "") {
    const auto found = fetch(profile);
    return found ? found->keys.key_id : found.error().message();
  }
  Error failure(const std::string& profile = "") {
    const auto found = fetch(profile);
    EXPECT_FALSE(found) << found->source;
    const Error error = found ? Error() : found.error();
    EXPECT_EQ(error.message().find("sesame"), std::string::npos) << error.message();
    return error;
  }

  TemporaryDirectory home_;
  std::unique_ptr<FileSystem> files_ = make_posix_file_system();
  std::unique_ptr<ProcessLauncher> launcher_ = make_process_launcher();
  ManualClock clock_;
  AwsMachine machine_{clock_};
  std::map<std::string, std::string> variables_;
};

TEST_F(CredentialChainTest, SaysWhereItLookedWhenThereIsNothing) {
  const Error error = failure();
  EXPECT_EQ(error.kind, ErrorKind::kPermission);
  EXPECT_NE(error.hint.find("docs/setup-s3.md"), std::string::npos);
}

TEST_F(CredentialChainTest, TheOrderIsThatOfAllAwsTools) {
  variables_["AWS_EC2_METADATA_DISABLED"] = "false";
  variables_["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = machine_.url() + "/";
  EXPECT_EQ(key_id(), "ASIAINSTANCE");
  variables_["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = machine_.url() + "/container";
  variables_["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = AwsMachine::kContainerToken;
  EXPECT_EQ(key_id(), "ASIACONTAINER");
  write("token", std::string(AwsMachine::kWebToken) + "\n");
  variables_["AWS_WEB_IDENTITY_TOKEN_FILE"] = home_ / "token";
  variables_["AWS_ROLE_ARN"] = AwsMachine::kRole;
  EXPECT_EQ(key_id(), "ASIAROLE");
  write(".aws/credentials", "[default]\naws_access_key_id = AKIDDEFAULT\naws_secret_access_key = s\n");
  EXPECT_EQ(key_id(), "AKIDDEFAULT");
  variables_["AWS_ACCESS_KEY_ID"] = "AKIDENVIRONMENT";
  variables_["AWS_SECRET_ACCESS_KEY"] = "s";
  variables_["AWS_SESSION_TOKEN"] = "t";
  EXPECT_EQ(fetch().value().keys.session_token, "t");
  EXPECT_EQ(fetch().value().source, "environment variable AWS_ACCESS_KEY_ID");
  EXPECT_EQ(fetch().value().expires, std::nullopt);
  EXPECT_EQ(key_id("default"), "AKIDDEFAULT") << "a profile that was asked for";
}

TEST_F(CredentialChainTest, HalfAnEnvironmentIsAMistake) {
  variables_["AWS_ACCESS_KEY_ID"] = "AKIDENVIRONMENT";
  EXPECT_NE(failure().reason.find("AWS_ACCESS_KEY_ID is set without the other"), std::string::npos);
}

TEST_F(CredentialChainTest, TheCredentialsFileWinsOverTheOther) {
  write(".aws/config",
        "[profile firn]\r\nregion = eu-central-1\naws_access_key_id = AKIDOLD\naws_secret_access_key = old\n"
        "s3 =\n  max_concurrent_requests = 20\n[sso-session x]\nsso_region = us-east-1\n");
  write(".aws/credentials",
        "# keys\n\n[firn]\naws_access_key_id = AKIDNEW ; the new one\naws_secret_access_key=a#b=\n"
        "aws_session_token = t\n");
  const auto found = fetch("firn").value();
  EXPECT_EQ(found.keys.key_id, "AKIDNEW");
  EXPECT_EQ(found.keys.secret, "a#b=");
  EXPECT_EQ(found.keys.session_token, "t");
  EXPECT_EQ(found.source, "AWS profile \"firn\" (" + (home_ / ".aws/credentials") + ":3)");
}

TEST_F(CredentialChainTest, AKeyAndItsTokenAreNeverMixedFromTwoFiles) {
  write(".aws/config",
        "[default]\naws_access_key_id = AKIDOLD\naws_secret_access_key = old\naws_session_token = old\n");
  write(".aws/credentials", "[default]\naws_access_key_id = AKIDNEW\naws_secret_access_key = new\n");
  EXPECT_EQ(fetch().value().keys.session_token, "");
  write(".aws/credentials", "[default]\naws_access_key_id = AKIDNEW\n");
  EXPECT_EQ(failure().reason, "aws_secret_access_key is missing");
}

TEST_F(CredentialChainTest, TheFilesMayLieElsewhere) {
  write("c", "[profile x]\nregion = eu-central-1\n");
  write("k", "[x]\naws_access_key_id = AKIDX\naws_secret_access_key = s\n");
  variables_["AWS_CONFIG_FILE"] = "~/c";
  variables_["AWS_SHARED_CREDENTIALS_FILE"] = home_ / "k";
  variables_["AWS_PROFILE"] = "x";
  EXPECT_EQ(key_id(), "AKIDX");
}

const std::string kUser = "[user]\naws_access_key_id = AKIDUSER\naws_secret_access_key = a user's secret\n";

TEST_F(CredentialChainTest, ARoleIsAssumedByAnotherProfile) {
  write(".aws/credentials", kUser);
  write(".aws/config", std::string("[profile firn]\nrole_arn = ") + AwsMachine::kRole +
                           "\nsource_profile = user\nexternal_id = outside\nrole_session_name = f\n"
                           "duration_seconds = 900\n");
  const auto found = fetch("firn").value();
  EXPECT_EQ(found.keys.key_id, "ASIAROLE");
  EXPECT_EQ(found.keys.session_token, "role token 1");
  EXPECT_EQ(found.expires, clock_.now() + std::chrono::hours(1));
  EXPECT_EQ(found.source, std::string("role ") + AwsMachine::kRole + ", assumed by AWS profile \"user\" (" +
                              (home_ / ".aws/credentials") + ":1)");
}

TEST_F(CredentialChainTest, ARoleIsAssumedByTheMachine) {
  write(".aws/config", std::string("[default]\nrole_arn = ") + AwsMachine::kRole +
                           "\ncredential_source = Environment\nexternal_id = outside\n");
  variables_["AWS_PROFILE"] = "default";
  EXPECT_EQ(failure().kind, ErrorKind::kConfiguration) << "no other place is asked";
  variables_["AWS_ACCESS_KEY_ID"] = AwsMachine::user().key_id;
  variables_["AWS_SECRET_ACCESS_KEY"] = AwsMachine::user().secret;
  EXPECT_EQ(key_id("default"), "ASIAROLE");
}

TEST_F(CredentialChainTest, ARefusedRoleSaysWhatMustBeTrusted) {
  write(".aws/credentials", kUser);
  write(".aws/config", std::string("[profile firn]\nrole_arn = ") + AwsMachine::kRole + "\nsource_profile = user\n");
  const Error error = failure("firn");
  EXPECT_EQ(error.kind, ErrorKind::kPermission);
  EXPECT_NE(error.reason.find("STS answered 403 AccessDenied: as asked"), std::string::npos);
  EXPECT_NE(error.hint.find("external id"), std::string::npos);
  machine_.fail_with(503);
  EXPECT_EQ(failure("firn").kind, ErrorKind::kUnavailable);
  machine_.fail_with(200);
  EXPECT_EQ(failure("firn").kind, ErrorKind::kUnavailable) << "an empty answer";
}

TEST_F(CredentialChainTest, NoSecretGoesToStsInPlain) {
  write(".aws/credentials", kUser);
  write(".aws/config", std::string("[profile firn]\nrole_arn = ") + AwsMachine::kRole + "\nsource_profile = user\n");
  variables_["AWS_ENDPOINT_URL_STS"] = "http://192.0.2.1";
  EXPECT_EQ(failure("firn").kind, ErrorKind::kConfiguration);
}

TEST_F(CredentialChainTest, ProfilesThatLeadInACircleAreNamed) {
  write(".aws/config",
        "[profile a]\nrole_arn = r\nsource_profile = b\n[profile b]\nrole_arn = r\nsource_profile = a\n");
  const Error error = failure("a");
  EXPECT_EQ(error.reason, "source_profile leads back to it");
  EXPECT_NE(error.object.find(".aws/config:1"), std::string::npos);
}

TEST_F(CredentialChainTest, AProgramGivesThem) {
  write("give.sh",
        "#!/bin/sh\nprintf '{\"Version\":1,\"AccessKeyId\":\"AKIDPROCESS\",\"SecretAccessKey\":\"%s\","
        "\"Expiration\":\"2030-01-01T00:00:00Z\"}' \"$1\"\n");
  write(".aws/config", "[profile firn]\ncredential_process = /bin/sh '" + (home_ / "give.sh") + "' \"two words\"\n");
  const auto found = fetch("firn").value();
  EXPECT_EQ(found.keys.key_id, "AKIDPROCESS");
  EXPECT_EQ(found.keys.secret, "two words");
  EXPECT_EQ(found.expires, parse_timestamp("2030-01-01T00:00:00Z"));
}

TEST_F(CredentialChainTest, AProgramIsFoundOnThePath) {
  write(".aws/config", "[profile firn]\ncredential_process = sh " + (home_ / "give.sh") + "\n");
  write("give.sh", "echo '{\"Version\":1,\"AccessKeyId\":\"AKIDPROCESS\",\"SecretAccessKey\":\"s\"}'\n");
  EXPECT_EQ(key_id("firn"), "AKIDPROCESS");
  variables_["PATH"] = home_.path();
  EXPECT_EQ(failure("firn").kind, ErrorKind::kConfiguration);
}

TEST_F(CredentialChainTest, AProgramThatFailsIsNamedWithoutWhatItSaid) {
  for (const char* script : {"echo sesame; exit 3", "echo sesame", "echo '{\"Version\":2}'",
                             "echo '{\"Version\":1,\"AccessKeyId\":\"sesame\"}'"}) {
    write("give.sh", script);
    write(".aws/config", "[profile firn]\ncredential_process = /bin/sh " + (home_ / "give.sh") + "\n");
    EXPECT_EQ(failure("firn").kind, ErrorKind::kUnavailable) << script;
  }
  write(".aws/config", "[profile firn]\ncredential_process = 'open\n");
  EXPECT_NE(failure("firn").reason.find("a quote is not closed"), std::string::npos);
}

TEST_F(CredentialChainTest, AWebIdentityMayStandInAProfile) {
  write("token", AwsMachine::kWebToken);
  write(".aws/config", std::string("[profile firn]\nrole_arn = ") + AwsMachine::kRole +
                           "\nweb_identity_token_file = " + (home_ / "token") + "\n");
  EXPECT_EQ(key_id("firn"), "ASIAROLE");
  write("token", "an old sesame");
  EXPECT_EQ(failure("firn").kind, ErrorKind::kPermission);
}

TEST_F(CredentialChainTest, AWebIdentityWithoutItsFileOrRoleAsksNobodyElse) {
  variables_["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = machine_.url() + "/container";
  variables_["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = AwsMachine::kContainerToken;
  variables_["AWS_WEB_IDENTITY_TOKEN_FILE"] = home_ / "token";
  EXPECT_EQ(failure().kind, ErrorKind::kConfiguration);
  variables_["AWS_ROLE_ARN"] = AwsMachine::kRole;
  EXPECT_EQ(failure().kind, ErrorKind::kConfiguration);
  EXPECT_TRUE(machine_.requests().empty());
}

TEST_F(CredentialChainTest, TheContainersTokenIsReadFromItsFileEachTime) {
  variables_["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = machine_.url() + "/container";
  variables_["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = home_ / "token";
  write("token", "old sesame");
  EXPECT_EQ(failure().kind, ErrorKind::kPermission);
  write("token", std::string(AwsMachine::kContainerToken) + "\n");
  EXPECT_EQ(fetch().value().keys.session_token, "container token 1");
  variables_["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = home_ / "missing";
  EXPECT_EQ(failure().kind, ErrorKind::kConfiguration);
  variables_["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = home_ / "token";
  write("token", "sesame\r\nx-other: 1");
  EXPECT_EQ(failure().reason, "it has a line end inside");
}

TEST_F(CredentialChainTest, TheContainersTokenGoesToNoStranger) {
  variables_["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "sesame";
  for (const char* url : {"http://192.0.2.1/x", "http://169.254.170.2.example.org/x", "ftp://127.0.0.1/x", "x"}) {
    variables_["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = url;
    EXPECT_EQ(failure().kind, ErrorKind::kConfiguration) << url;
  }
  variables_["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = ".example.org/x";
  EXPECT_EQ(failure().kind, ErrorKind::kConfiguration);
}

TEST_F(CredentialChainTest, AnInstanceWithoutARoleHasNone) {
  variables_["AWS_EC2_METADATA_DISABLED"] = "";
  variables_["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = machine_.url();
  EXPECT_EQ(fetch().value().source, "EC2 instance role node role");
  machine_.take_role();
  EXPECT_NE(failure().reason.find("there are none in the environment"), std::string::npos);
  machine_.fail_with(500);
  EXPECT_EQ(failure().kind, ErrorKind::kPermission);
  variables_["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = "nowhere";
  EXPECT_EQ(failure().kind, ErrorKind::kConfiguration);
}

struct Wrong {
  std::string config;
  std::string part;
};
void PrintTo(const Wrong& wrong, std::ostream* out) { *out << wrong.config; }

class WrongProfile : public CredentialChainTest, public testing::WithParamInterface<Wrong> {};

TEST_P(WrongProfile, IsNamedWithItsPlace) {
  write(".aws/config", GetParam().config);
  const Error error = failure("firn");
  EXPECT_NE(error.message().find(GetParam().part), std::string::npos) << error.message();
}

INSTANTIATE_TEST_SUITE_P(
    Profiles, WrongProfile,
    testing::Values(Wrong{"", "there is no such profile"},
                    Wrong{"[profile firn]\nregion = x\n", "nothing about credentials"},
                    Wrong{"[profile firn]\naws_access_key_id = x\n", "aws_secret_access_key is missing"},
                    Wrong{"[profile firn]\nsesame\n", ".aws/config:2: it is no NAME = VALUE"},
                    Wrong{"[profile firn\n", ".aws/config:1: the section's ] is missing"},
                    Wrong{"a = sesame\n", ".aws/config:1: it stands before the first section"},
                    Wrong{"[profile firn]\nrole_arn = r\n", "needs one of source_profile"},
                    Wrong{"[profile firn]\nrole_arn = r\nsource_profile = x\ncredential_source = Environment\n",
                          "needs one of source_profile"},
                    Wrong{"[profile firn]\nrole_arn = r\nsource_profile = x\n", "there is no such profile"},
                    Wrong{"[profile firn]\nrole_arn = r\ncredential_source = Moon\n", "\"Moon\" is unknown"},
                    Wrong{"[profile firn]\nrole_arn = r\nmfa_serial = m\nsource_profile = x\n", "mfa_serial"}));

}  // namespace
}  // namespace firn
