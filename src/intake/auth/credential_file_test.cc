#include "intake/auth/credential_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <memory>
#include <string>

#include "intake/auth/credential_change.h"
#include "intake/auth/digest.h"
#include "intake/auth/secret_hash.h"
#include "platform/paths.h"
#include "tests/support/temporary_directory.h"

namespace firn {
namespace {

const Timestamp kNow = timestamp_from_micros(1772444467118204);

NewCredential asked(const std::string& name, CredentialType type = CredentialType::kBasic,
                    const std::string& user = "hq") {
  NewCredential asked;
  asked.name = name;
  asked.type = type;
  asked.user = user;
  return asked;
}

class CredentialFileTest : public testing::Test {
 protected:
  /// The secret.
  std::string add(const NewCredential& asked) {
    std::string secret;
    const Status done = change_credentials(*files_, path_, [&](StoredCredentials& credentials) -> Status {
      FIRN_ASSIGN(secret, add_credential(credentials, asked, kNow));
      return {};
    });
    EXPECT_TRUE(done) << done.error().message();
    return secret;
  }
  StoredCredentials read() {
    auto credentials = read_credentials(*files_, path_);
    EXPECT_TRUE(credentials) << credentials.error().message();
    return credentials.value_or(StoredCredentials());
  }
  std::string text() { return read_file(*files_, path_, 1U << 20U).value_or(""); }

  TemporaryDirectory directory_;
  std::unique_ptr<FileSystem> files_ = make_posix_file_system();
  std::string path_ = directory_ / "data/credentials";
};

TEST_F(CredentialFileTest, IsEmptyWhenMissing) {
  EXPECT_TRUE(read().empty());
  EXPECT_FALSE(read_credentials_text(*files_, path_)->has_value());
}

TEST_F(CredentialFileTest, KeepsHashesOnlyAndForItsOwnerOnly) {
  const std::string basic = add(asked("a"));
  const std::string digest = add(asked("b", CredentialType::kDigest));
  const std::string key = add(asked("c", CredentialType::kApiKey, "X-Key"));
  EXPECT_EQ(*file_mode(path_), 0600U);
  for (const std::string& secret : {basic, digest, key}) {
    EXPECT_GE(secret.size(), 32U);
    EXPECT_EQ(text().find(secret), std::string::npos);
  }
  const auto stored = read();
  ASSERT_EQ(stored.size(), 3U);
  EXPECT_EQ(check_secret(stored[0].hash, basic), SecretCheck::kRight);
  EXPECT_EQ(check_secret(stored[0].hash, basic + "x"), SecretCheck::kWrong);
  EXPECT_EQ(stored[1].digest, digest_secret("hq", digest));
  EXPECT_TRUE(key.starts_with(stored[2].id + "."));
  EXPECT_TRUE(stored[2].id_in_secret);
}

TEST_F(CredentialFileTest, ComesBackAsItWasWritten) {
  StoredCredentials credentials(2);
  credentials[0] = {"00112233aabbccdd",
                    "a",
                    CredentialType::kOauth2,
                    "client \"x\"",
                    {RepeaterName("r"), RepeaterName("s")},
                    kNow,
                    {},
                    "$hash",
                    false,
                    {}};
  credentials[1] = {"00112233aabbccde", "b", CredentialType::kDigest, "u", {}, kNow, kNow, "", false, {}};
  const auto parsed = parse_credentials(format_credentials(credentials), "p");
  ASSERT_TRUE(parsed) << parsed.error().message();
  EXPECT_EQ(*parsed, credentials);
}

TEST_F(CredentialFileTest, RefusesAFileThatOthersCanRead) {
  add(asked("a"));
  ASSERT_EQ(chmod(path_.c_str(), 0640), 0);
  EXPECT_EQ(read_credentials(*files_, path_).error().kind, ErrorKind::kPermission);
}

TEST_F(CredentialFileTest, RefusesWhatIsDamagedInsteadOfGuessing) {
  const std::string entry = R"({"id":"00112233aabbccdd","name":"a","type":"basic","user":"u","repeaters":["r"],)"
                            R"("created_at":"2026-03-02T09:41:07Z","hash":"h"})";
  const auto file = [](const std::string& entries) { return R"({"version":1,"credentials":[)" + entries + "]}"; };
  ASSERT_TRUE(parse_credentials(file(entry), "p"));
  for (const std::string& wrong :
       {std::string(), std::string("{}"), std::string("[]"), file(entry).substr(1), file(entry) + "x", file("1"),
        file("{}"), std::string(R"({"version":2,"credentials":[]})"),
        std::string(R"({"version":1,"credentials":{}})")}) {
    EXPECT_EQ(parse_credentials(wrong, "p").error().kind, ErrorKind::kDamaged) << wrong;
  }
  const std::pair<const char*, const char*> changes[] = {{"00112233aabbccdd", "00112233aabbccd"},
                                                         {"00112233aabbccdd", "00112233aabbccdg"},
                                                         {"\"name\":\"a\"", "\"name\":\"\""},
                                                         {"basic", "other"},
                                                         {"\"u\"", "\"\""},
                                                         {"[\"r\"]", "\"r\""},
                                                         {"[\"r\"]", "[1]"},
                                                         {"[\"r\"]", "[\"\"]"},
                                                         {"\"repeaters\"", "\"repeater\""},
                                                         {"2026-03-02T", "yesterday"},
                                                         {"\"hash\":\"h\"", "\"hash\":\"\""},
                                                         {"\"hash\":\"h\"", "\"hash\":1"},
                                                         {"\"hash\":\"h\"", "\"retired_at\":\"x\""},
                                                         {"basic", "digest"}};
  for (const auto& [from, to] : changes) {
    std::string changed = entry;
    changed.replace(changed.find(from), std::string(from).size(), to);
    EXPECT_FALSE(parse_credentials(file(changed), "p")) << changed;
  }
}

TEST_F(CredentialFileTest, RefusesWhatCannotBeUsed) {
  StoredCredentials credentials;
  const auto refused = [&](NewCredential asked, const std::string& secret = "") {
    asked.secret = secret;
    const auto added = add_credential(credentials, asked, kNow);
    return !added && added.error().kind == ErrorKind::kInvalidInput && !added.error().reason.empty();
  };
  EXPECT_TRUE(refused(asked("")));
  EXPECT_TRUE(refused(asked("a b")));
  EXPECT_TRUE(refused(asked(std::string(64, 'a'))));
  EXPECT_TRUE(refused(asked("a", CredentialType::kBasic, "")));
  EXPECT_TRUE(refused(asked("a", CredentialType::kBasic, "h:q")));
  EXPECT_TRUE(refused(asked("a", CredentialType::kBasic, "h\nq")));
  EXPECT_TRUE(refused(asked("a", CredentialType::kDigest, "h\"q")));
  EXPECT_TRUE(refused(asked("a", CredentialType::kDigest, "h q")));
  EXPECT_TRUE(refused(asked("a", CredentialType::kApiKey, "X Key")));
  EXPECT_TRUE(refused(asked("a", CredentialType::kOauth2, "a%b")));
  EXPECT_TRUE(refused(asked("a"), "fifteen letters"));
  EXPECT_TRUE(refused(asked("a"), "sixteen letters\n"));
  EXPECT_TRUE(refused(asked("a"), std::string(256, 'x')));
  EXPECT_TRUE(refused(asked("a", CredentialType::kApiKey, "X-Key"), " sixteen letters"));
  EXPECT_TRUE(refused(asked("a", CredentialType::kOauth2, "id"), "sixteen+letters!"));
  EXPECT_TRUE(credentials.empty());
  EXPECT_EQ(add_credential(credentials, asked("a"), kNow).has_value(), true);
  EXPECT_EQ(add_credential(credentials, asked("a"), kNow).error().kind, ErrorKind::kAlreadyExists);
}

TEST_F(CredentialFileTest, BoundsTheCredentialsOfOneUser) {
  for (const auto* name : {"a", "b", "c", "d"}) {
    add(asked(name));
  }
  auto stored = read();
  EXPECT_FALSE(add_credential(stored, asked("e"), kNow));
  EXPECT_TRUE(retire_credential(stored, "a", kNow));
  EXPECT_TRUE(add_credential(stored, asked("e"), kNow));
}

TEST_F(CredentialFileTest, ForgetsTheSecretOfARetiredOne) {
  add(asked("a"));
  add(asked("b", CredentialType::kDigest));
  for (const auto* name : {"a", "b"}) {
    const auto retire = [&](StoredCredentials& credentials) { return retire_credential(credentials, name, kNow); };
    EXPECT_TRUE(change_credentials(*files_, path_, retire));
    EXPECT_EQ(change_credentials(*files_, path_, retire).error().kind, ErrorKind::kConflict);
  }
  const auto stored = read();
  EXPECT_TRUE(stored[0].retired_at && stored[0].hash.empty());
  EXPECT_TRUE(stored[1].retired_at && stored[1].digest == DigestSecret());
  EXPECT_EQ(text().find("argon2"), std::string::npos);
  const std::string old_id = stored[0].id;
  add(asked("a"));
  ASSERT_EQ(read().size(), 2U) << "the new one takes the name";
  EXPECT_NE(read()[1].id, old_id) << "and no token of the old one";
}

TEST_F(CredentialFileTest, StaysAsItWasWhenAChangeFails) {
  add(asked("a"));
  const std::string before = text();
  const Status done = change_credentials(*files_, path_, [](StoredCredentials& credentials) {
    credentials.clear();
    return Status(fail({ErrorKind::kInvalidInput, "a", "b", "c", ""}));
  });
  EXPECT_FALSE(done);
  EXPECT_EQ(text(), before);
}

TEST_F(CredentialFileTest, IsChangedByOneAtATime) {
  add(asked("a"));
  const Status done = change_credentials(*files_, path_, [&](StoredCredentials&) {
    return change_credentials(*files_, path_, [](StoredCredentials&) { return Status(); });
  });
  EXPECT_EQ(done.error().kind, ErrorKind::kBusy);
}

}  // namespace
}  // namespace firn
