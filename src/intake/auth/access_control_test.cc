#include "intake/auth/access_control.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/base64.h"
#include "base/mutex.h"
#include "intake/auth/access_fixture.h"
#include "intake/auth/digest.h"

namespace firn {
namespace {

std::string basic(const std::string& user, const std::string& secret) {
  return "Basic " + to_base64(user + ":" + secret);
}

class AccessControlTest : public AccessFixture {
 protected:
  /// A header of HTTP Digest for `POST /in/forms`.
  std::string digest(const std::string& user, const std::string& secret, const std::string& nonce,
                     const std::string& count = "00000001", const std::string& uri = "/in/forms") {
    DigestCredentials shown{user, nonce, uri, "c", count, 1, DigestAlgorithm::kSha256, ""};
    return "Digest username=\"" + user + "\", realm=\"firn\", nonce=\"" + nonce + "\", uri=\"" + uri +
           "\", algorithm=SHA-256, qop=auth, nc=" + count + ", cnonce=\"c\", response=\"" +
           digest_response(shown, "POST", digest_secret(user, secret)) + "\"";
  }
  std::string nonce() {
    const std::string challenge = challenge_of("Digest");
    const auto at = challenge.find("nonce=\"") + 7;
    return challenge.substr(at, challenge.find('"', at) - at);
  }
  /// The first challenge of that scheme; empty when it is not offered.
  std::string challenge_of(const std::string& scheme, std::string_view repeater = "forms") {
    for (const std::string& challenge : access_->challenges(repeater, {})) {
      if (challenge.starts_with(scheme)) {
        return challenge;
      }
    }
    return "";
  }
  State bearer(const std::string& token, std::string_view repeater = "forms") {
    return decide("Authorization", "Bearer " + token, repeater);
  }
  /// The token that the secret gets.
  std::string token(const Proof& proof) {
    std::string owner;
    Access access = access_->check(proof, "203.0.113.7", owner);
    while (access.state == State::kSlow) {
      EXPECT_TRUE(resolve(std::move(access)));
      access = access_->check(proof, "203.0.113.7", owner);
    }
    return access.state == State::kGranted ? access_->make_token(owner) : "";
  }
  /// Until the changed file has been taken in.
  void expect_soon(State state, const std::string& field, const std::string& value) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (decide(field, value) != state && std::chrono::steady_clock::now() < until) {
      std::this_thread::yield();
    }
    EXPECT_EQ(decide(field, value), state);
  }
};

TEST_F(AccessControlTest, LetsEverybodyInWhenThereIsNothingAndThatIsAllowed) {
  open();
  EXPECT_EQ(check("X", "y").state, State::kMissing);
  options_.credentials.may_be_open = true;
  open();
  EXPECT_EQ(check("X", "y").state, State::kGranted);
  add("a", CredentialType::kBasic, "hq");
  open();
  EXPECT_EQ(check("X", "y").state, State::kMissing);
  retire("a");
  open();
  EXPECT_EQ(check("X", "y").state, State::kMissing) << "nobody opens the door by retiring the last one";
}

TEST_F(AccessControlTest, TakesBasicAgainstItsHashAndThenKnowsIt) {
  const std::string secret = add("a", CredentialType::kBasic, "hq");
  open();
  EXPECT_EQ(check("Authorization", basic("hq", secret)).state, State::kSlow);
  EXPECT_EQ(decide("Authorization", basic("hq", secret)), State::kGranted);
  EXPECT_EQ(check("authorization", basic("hq", secret)).state, State::kGranted);
  EXPECT_EQ(check("Authorization", "basic   " + basic("hq", secret).substr(6)).state, State::kGranted);
}

TEST_F(AccessControlTest, RefusesWhatIsWrongAndThenKnowsThatToo) {
  const std::string secret = add("a", CredentialType::kBasic, "hq");
  open();
  for (const std::string& wrong : {basic("hq", secret + "x"), basic("hq", ""), basic("nobody", secret)}) {
    EXPECT_EQ(check("Authorization", wrong).state, State::kSlow) << "an unknown user takes as long: " << wrong;
    EXPECT_EQ(decide("Authorization", wrong), State::kRefused) << wrong;
    EXPECT_EQ(check("Authorization", wrong).state, State::kRefused) << wrong;
  }
  for (const std::string& malformed :
       {std::string("Basic ****"), std::string("Basic YWJj"), std::string("Digest x"), std::string("Bearer x"),
        std::string("Digest username=\"hq\""), "Basic " + std::string(9000, 'A')}) {
    EXPECT_EQ(check("Authorization", malformed).state, State::kRefused) << malformed;
  }
  EXPECT_EQ(check("Authorization", "Other x").state, State::kMissing);
  EXPECT_EQ(check("Authorization", "Basic").state, State::kMissing);
}

TEST_F(AccessControlTest, TakesSeveralOfOneUserDuringARotation) {
  const std::string first = add("a", CredentialType::kBasic, "hq");
  const std::string second = add("b", CredentialType::kBasic, "hq");
  open();
  EXPECT_EQ(decide("Authorization", basic("hq", first)), State::kGranted);
  EXPECT_EQ(decide("Authorization", basic("hq", second)), State::kGranted);
}

TEST_F(AccessControlTest, TakesPlainCredentialsAtOnce) {
  options_.credentials.plain = {{"p", CredentialType::kBasic, "a", "b", {}},
                                {"q", CredentialType::kApiKey, "X-Key", "k", {}},
                                {"d", CredentialType::kDigest, "u", "sixteen letters!", {}},
                                {"e", CredentialType::kBasic, "e", "", {}}};
  open();
  EXPECT_EQ(check("Authorization", "Basic YTpi").state, State::kGranted);
  EXPECT_EQ(check("x-key", "k").state, State::kGranted);
  EXPECT_EQ(check("Authorization", digest("u", "sixteen letters!", nonce())).state, State::kGranted);
  EXPECT_EQ(check("Authorization", "Basic YTpj").state, State::kRefused);
  EXPECT_EQ(check("Authorization", "Basic ZTo=").state, State::kRefused) << "an empty secret lets nobody in";
  EXPECT_EQ(check("x-key", "K").state, State::kRefused);
}

TEST_F(AccessControlTest, TakesApiKeysInTheirHeaderOnly) {
  const std::string key = add("a", CredentialType::kApiKey, "X-Key");
  const std::string authorization = add("b", CredentialType::kApiKey, "Authorization");
  open();
  EXPECT_EQ(decide("X-KEY", key), State::kGranted);
  EXPECT_EQ(decide("authorization", authorization), State::kGranted);
  EXPECT_EQ(decide("authorization", key), State::kRefused);
  EXPECT_EQ(decide("X-Key", key + "x"), State::kRefused);
  EXPECT_EQ(decide("X-Key", key.substr(0, 17)), State::kRefused);
  EXPECT_EQ(decide("X-Other", key), State::kMissing);
}

TEST_F(AccessControlTest, RefusesACredentialOfOneRepeaterAtAnother) {
  const std::string secret = add("a", CredentialType::kBasic, "hq", {RepeaterName("forms"), RepeaterName("cases")});
  const std::string client = add("c", CredentialType::kOauth2, "id", {RepeaterName("forms")});
  open();
  EXPECT_EQ(decide("Authorization", basic("hq", secret), "forms"), State::kGranted);
  EXPECT_EQ(decide("Authorization", basic("hq", secret), "cases"), State::kGranted);
  EXPECT_EQ(decide("Authorization", basic("hq", secret), "users"), State::kRefused);
  const std::string token = this->token({CredentialType::kOauth2, "id", client});
  EXPECT_EQ(bearer(token, "forms"), State::kGranted);
  EXPECT_EQ(bearer(token, "cases"), State::kRefused);
}

TEST_F(AccessControlTest, TakesEachDigestOnce) {
  const std::string secret = add("a", CredentialType::kDigest, "hq");
  open();
  const std::string nonce = this->nonce();
  EXPECT_EQ(check("Authorization", digest("hq", secret, nonce)).state, State::kGranted);
  const Access again = check("Authorization", digest("hq", secret, nonce));
  EXPECT_EQ(again.state, State::kMissing);
  EXPECT_TRUE(again.stale);
  EXPECT_NE(access_->challenges("forms", again).front().find("stale=true"), std::string::npos);
  EXPECT_EQ(check("Authorization", digest("hq", secret, nonce, "00000002")).state, State::kGranted);
  clock_.advance(DigestNonces::kLife + Duration(1));
  EXPECT_TRUE(check("Authorization", digest("hq", secret, nonce, "00000003")).stale);
}

TEST_F(AccessControlTest, RefusesWrongDigests) {
  const std::string secret = add("a", CredentialType::kDigest, "hq");
  open();
  EXPECT_EQ(check("Authorization", digest("hq", "wrong", nonce())).state, State::kRefused);
  EXPECT_EQ(check("Authorization", digest("nobody", secret, nonce())).state, State::kRefused);
  EXPECT_EQ(check("Authorization", digest("hq", secret, nonce(), "00000001", "/in/cases")).state, State::kRefused);
  EXPECT_TRUE(check("Authorization", digest("hq", secret, "made up")).stale) << "right, so it may ask anew";
}

TEST_F(AccessControlTest, GivesTokensThatEndAndOutliveARestart) {
  const std::string user = add("u", CredentialType::kBearer, "hq");
  const std::string client = add("c", CredentialType::kOauth2, "id");
  open();
  const std::string first = token({CredentialType::kBearer, "hq", user});
  const std::string second = token({CredentialType::kOauth2, "id", client});
  EXPECT_EQ(token({CredentialType::kBearer, "id", client}), "") << "each for its own grant";
  EXPECT_EQ(token({CredentialType::kOauth2, "id", user}), "");
  open();
  EXPECT_EQ(bearer(first), State::kGranted);
  EXPECT_EQ(bearer(second), State::kGranted);
  EXPECT_EQ(bearer(second + "0"), State::kRefused);
  clock_.advance(options_.token_life);
  EXPECT_EQ(bearer(first), State::kMissing) << "the client fetches a new one";
  EXPECT_NE(challenge_of("Bearer"), "");
}

TEST_F(AccessControlTest, TakesAChangedFileInWithoutARestart) {
  options_.lane.tick = std::chrono::milliseconds(5);
  const std::string first = add("a", CredentialType::kBasic, "hq");
  const std::string client = add("c", CredentialType::kOauth2, "id");
  open();
  const std::string token = this->token({CredentialType::kOauth2, "id", client});
  EXPECT_EQ(decide("Authorization", basic("hq", first)), State::kGranted);
  const std::string second = add("b", CredentialType::kBasic, "hq");
  expect_soon(State::kGranted, "Authorization", basic("hq", second));
  EXPECT_EQ(check("Authorization", basic("hq", first)).state, State::kGranted) << "known still, without a hash";
  EXPECT_EQ(bearer(token), State::kGranted);
  retire("c");
  retire("a");
  expect_soon(State::kRefused, "Authorization", basic("hq", first));
  EXPECT_EQ(bearer(token), State::kRefused) << "with its credential";
  EXPECT_EQ(check("Authorization", basic("hq", second)).state, State::kGranted);
}

TEST_F(AccessControlTest, KeepsWhatWasValidWhenTheFileCannotBeRead) {
  Mutex mutex;
  std::vector<std::string> reloads;
  options_.lane.tick = std::chrono::milliseconds(5);
  options_.on_reload = [&](const Status& taken) {
    const MutexLock lock(mutex);
    reloads.push_back(taken ? "taken" : std::string(to_string(taken.error().kind)));
  };
  const auto wait_for = [&](const std::vector<std::string>& expected) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    std::vector<std::string> seen;
    while (seen != expected && std::chrono::steady_clock::now() < until) {
      const MutexLock lock(mutex);
      seen = reloads;
    }
    EXPECT_EQ(seen, expected);
  };
  const std::string secret = add("a", CredentialType::kBasic, "hq");
  const std::string content = *read_file(*files_, path_, 1000000);
  open();
  ASSERT_TRUE(replace_file(*files_, path_, "damaged"));
  wait_for({"damaged"});
  EXPECT_EQ(decide("Authorization", basic("hq", secret)), State::kGranted);
  ASSERT_TRUE(files_->remove(path_));
  wait_for({"damaged", "not_found"});
  EXPECT_EQ(decide("Authorization", basic("hq", secret)), State::kGranted);
  ASSERT_TRUE(replace_file(*files_, path_, content));
  wait_for({"damaged", "not_found", "taken"});
  access_.reset();
}

TEST_F(AccessControlTest, RefusesToStartWithADamagedFile) {
  ASSERT_TRUE(replace_file(*files_, path_, "damaged"));
  options_.credentials.path = path_;
  options_.token_key_path = directory_ / "token.key";
  EXPECT_EQ(AccessControl::open(options_, *files_, clock_).error().kind, ErrorKind::kDamaged);
}

TEST_F(AccessControlTest, HashesTheSameSecretOfManyConnectionsOnce) {
  options_.lane.most_of_client = 1;
  const std::string secret = add("a", CredentialType::kBasic, "hq");
  open();
  std::vector<std::promise<bool>> known(200);
  for (auto& promise : known) {
    Access access = check("Authorization", basic("hq", secret));
    if (access.state == State::kSlow) {
      access_->resolve(std::move(access), [&promise](bool is_known) { promise.set_value(is_known); });
    } else {
      promise.set_value(true);
    }
  }
  for (auto& promise : known) {
    EXPECT_TRUE(promise.get_future().get());
  }
  EXPECT_EQ(check("Authorization", basic("hq", secret)).state, State::kGranted);
}

TEST_F(AccessControlTest, ThrowsAwayWhatHasNoRoomOrComesAfterTheEnd) {
  options_.lane.most_jobs = 0;
  const std::string secret = add("a", CredentialType::kBasic, "hq");
  open();
  EXPECT_FALSE(resolve(check("Authorization", basic("hq", secret))));
  options_.lane.most_jobs = 10;
  open();
  access_->stop();
  EXPECT_FALSE(resolve(check("Authorization", basic("hq", secret))));
}

TEST_F(AccessControlTest, OffersTheSchemesThatLeadIntoARepeater) {
  add("a", CredentialType::kBasic, "hq", {RepeaterName("forms")});
  add("b", CredentialType::kDigest, "hq", {RepeaterName("cases")});
  add("c", CredentialType::kBearer, "hq", {RepeaterName("cases")});
  add("d", CredentialType::kApiKey, "X-Key", {RepeaterName("users")});
  open();
  EXPECT_EQ(access_->challenges("forms", {}), std::vector<std::string>{"Basic realm=\"firn\""});
  EXPECT_EQ(access_->challenges("users", {}), std::vector<std::string>{"ApiKey realm=\"firn\""});
  const auto cases = access_->challenges("cases", {});
  ASSERT_EQ(cases.size(), 3U);
  EXPECT_EQ(cases[0], "Bearer realm=\"firn\"");
  EXPECT_TRUE(cases[1].starts_with("Digest realm=\"firn\", qop=\"auth\", algorithm=SHA-256, nonce=\"")) << cases[1];
  EXPECT_TRUE(cases[2].starts_with("Digest realm=\"firn\", qop=\"auth\", algorithm=MD5, nonce=\"")) << cases[2];
  EXPECT_TRUE(access_->expects_challenge("cases"));
  EXPECT_FALSE(access_->expects_challenge("forms"));
}

TEST_F(AccessControlTest, DelaysTheClientThatIsWrongAndNoNeighbour) {
  options_.credentials.plain = {{"p", CredentialType::kBasic, "a", "b", {}}};
  open();
  const Access wrong = check("Authorization", "Basic YTpj");
  EXPECT_EQ(access_->penalty(wrong), Duration(0));
  EXPECT_GT(access_->penalty(wrong), Duration(0));
  EXPECT_EQ(access_->penalty(check("Authorization", "Basic Yjpj")), Duration(0)) << "another user, same address";
  EXPECT_EQ(check("Authorization", "Basic YTpi").state, State::kGranted) << "never delayed";
}

TEST_F(AccessControlTest, NotesWhenACredentialWasUsed) {
  const std::string secret = add("a", CredentialType::kDigest, "hq");
  open();
  EXPECT_EQ(check("Authorization", digest("hq", secret, nonce())).state, State::kGranted);
  access_->stop();
  const auto uses = read_credential_uses(*files_, options_.uses_path);
  ASSERT_EQ(uses.size(), 1U);
  EXPECT_EQ(uses.begin()->second, clock_.now());
}

}  // namespace
}  // namespace firn
