#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/base64.h"
#include "base/mutex.h"
#include "intake/auth/access_fixture.h"
#include "intake/commit_queue.h"
#include "intake/document_filter.h"
#include "intake/http_intake.h"
#include "intake/scripted_journal.h"
#include "model/table.h"
#include "platform/http_server.h"

namespace firn {
namespace {

/// Takes nothing, so that who is let in is answered 503.
class NoRepeaters final : public HttpIntake::Mediator {
 public:
  CommitQueue* find_queue(const RepeaterName&) override { return queue; }
  const DocumentFilter& filter(const RepeaterName&) override { return filter_; }
  std::optional<Error> refusal(const RepeaterName&) override {
    return Error{ErrorKind::kUnavailable, "accept", "forms", "not now", ""};
  }
  Timestamp now() override { return time; }
  void alarm(std::string_view name, const std::string& object, const std::string&) override {
    const MutexLock lock(mutex_);
    alarms_.push_back(std::string(name) + " " + object);
  }
  void count(const RepeaterName&, IntakeOutcome, std::size_t) override {}
  void count_filtered(const RepeaterName&, std::size_t, std::size_t) override {}
  CommitQueue* queue = nullptr;
  Timestamp time;
  std::vector<std::string> alarms() {
    const MutexLock lock(mutex_);
    return alarms_;
  }

 private:
  DocumentFilter filter_{Kind::kForm};
  Mutex mutex_;
  std::vector<std::string> alarms_ FIRN_GUARDED_BY(mutex_);
};

class PromiseSink final : public HttpAnswerSink, public HttpResumeSink {
 public:
  void answer(HttpResponse response) override { answered.set_value(std::move(response)); }
  void resume() override { resumed.set_value(); }
  std::promise<HttpResponse> answered;
  std::promise<void> resumed;
};

std::string header_of(const HttpResponse& response, std::string_view name) {
  for (const auto& [field, value] : response.headers) {
    if (field == name) {
      return value;
    }
  }
  return "";
}

class HttpIntakeAuthTest : public AccessFixture {
 protected:
  void start() {
    open();
    intake_ = std::make_unique<HttpIntake>(HttpIntakeOptions{}, *access_, mediator_);
  }

  HttpHead head(const std::vector<HttpField>& fields, std::string_view method = "GET") {
    return {method, target_, "203.0.113.7", 0, fields};
  }

  /// Plays the server; `deferrals` counts how often the decision came later.
  HttpResponse ask(std::string_view authorization, int& deferrals) {
    const std::vector<HttpField> fields = {{"Authorization", authorization}};
    HttpDecision decision = intake_->head(head(fields));
    deferrals = 0;
    while (decision.later) {
      ++deferrals;
      const auto sink = std::make_shared<PromiseSink>();
      const auto later = std::move(decision.later);
      later->start(HttpResume(sink));
      sink->resumed.get_future().wait();
      decision = later->decide(head(fields));
    }
    EXPECT_EQ(decision.exchange, nullptr);
    return std::move(decision.response);
  }

  /// Asks for a token.
  HttpResponse ask_token(std::string_view body, std::string_view authorization = "") {
    target_ = "/api/v1/token";
    const std::vector<HttpField> fields = {{"Authorization", authorization},
                                           {"Content-Type", "application/x-www-form-urlencoded"}};
    const HttpDecision decision = intake_->head(head(fields, "POST"));
    if (!decision.exchange) {
      return decision.response;
    }
    const auto sink = std::make_shared<PromiseSink>();
    if (auto refusal = decision.exchange->grow(body.size())) {
      return std::move(*refusal);
    }
    decision.exchange->body(std::string(body), HttpAnswer(sink));
    return sink->answered.get_future().get();
  }

  std::string target_ = "/in/forms";
  NoRepeaters mediator_;
  std::unique_ptr<HttpIntake> intake_;
};

TEST_F(HttpIntakeAuthTest, DecidesLaterAboutASecretThatMustBeHashedFirst) {
  const std::string secret = "Basic " + to_base64("hq:" + add("a", CredentialType::kBasic, "hq"));
  start();
  int deferrals = 0;
  EXPECT_EQ(ask(secret, deferrals).status, 503) << "let in, to a repeater that is not there";
  EXPECT_EQ(deferrals, 1);
  EXPECT_EQ(ask(secret, deferrals).status, 503);
  EXPECT_EQ(deferrals, 0);
  EXPECT_EQ(ask(secret + "x", deferrals).status, 401) << "malformed: no hash is needed";
  EXPECT_EQ(deferrals, 0);
}

TEST_F(HttpIntakeAuthTest, NeverCallsASecretWrongThatItCannotCheck) {
  const std::string secret = "Basic " + to_base64("hq:" + add("a", CredentialType::kBasic, "hq"));
  start();
  access_->stop();
  int deferrals = 0;
  const HttpResponse response = ask(secret, deferrals);
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(header_of(response, "Retry-After"), "60");
  EXPECT_TRUE(mediator_.alarms().empty());
}

TEST_F(HttpIntakeAuthTest, MakesTheSecondRefusalWait) {
  options_.credentials.plain = {{"p", CredentialType::kBasic, "a", "b", {}}};
  start();
  int deferrals = 0;
  EXPECT_EQ(ask("Basic YTpj", deferrals).status, 401);
  EXPECT_EQ(deferrals, 0);
  EXPECT_EQ(ask("Basic YTpj", deferrals).status, 401);
  EXPECT_EQ(deferrals, 1);
  EXPECT_EQ(ask("Basic YTpi", deferrals).status, 503) << "let in at once";
  EXPECT_EQ(deferrals, 0);
  access_->stop();
  EXPECT_EQ(ask("Basic YTpj", deferrals).status, 401) << "what waits is answered when the daemon stops";
}

TEST_F(HttpIntakeAuthTest, RaisesNoAlarmForTheFirstStepOfDigest) {
  add("a", CredentialType::kDigest, "hq");
  start();
  int deferrals = 0;
  EXPECT_NE(header_of(ask("", deferrals), "WWW-Authenticate").find("Digest"), std::string::npos);
  EXPECT_TRUE(mediator_.alarms().empty());
  EXPECT_EQ(ask("Digest x=y", deferrals).status, 401);
  EXPECT_EQ(mediator_.alarms(), std::vector<std::string>{"credentials_refused 203.0.113.7"});
}

TEST_F(HttpIntakeAuthTest, RaisesAnAlarmForAClientThatNeverAnswersTheChallenge) {
  const std::string secret = "Basic " + to_base64("hq:" + add("b", CredentialType::kBasic, "hq"));
  add("a", CredentialType::kDigest, "hq");
  start();
  ScriptedJournal journal;
  CommitQueue queue(journal, {});
  int deferrals = 0;
  const auto begin_often = [&] {
    for (int i = 0; i < UnansweredChallenges::kTimes; ++i) {
      EXPECT_EQ(ask("", deferrals).status, 401);
      mediator_.time += UnansweredChallenges::kPatience;
    }
  };
  begin_often();
  EXPECT_TRUE(mediator_.alarms().empty()) << "there is no such repeater";
  mediator_.queue = &queue;
  EXPECT_EQ(ask("", deferrals).status, 401);
  EXPECT_EQ(ask(secret, deferrals).status, 200);
  begin_often();
  EXPECT_EQ(mediator_.alarms(), std::vector<std::string>{"credentials_refused 203.0.113.7"});
}

TEST_F(HttpIntakeAuthTest, GivesOutTokens) {
  const std::string user = add("u", CredentialType::kBearer, "hq");
  const std::string client = add("c", CredentialType::kOauth2, "id");
  start();
  const std::string password_grant = "grant_type=password&username=hq&password=" + user;
  EXPECT_EQ(ask_token(password_grant).status, 200);
  EXPECT_EQ(ask_token(password_grant, "Basic " + to_base64("id:" + client)).status, 200);
  EXPECT_EQ(ask_token("grant_type=client_credentials&client_id=id&client_secret=" + client).status, 200);
  const HttpResponse wrong_client = ask_token(password_grant, "Basic " + to_base64("id:x" + client));
  EXPECT_EQ(wrong_client.status, 401);
  EXPECT_NE(wrong_client.body.find("invalid_client"), std::string::npos);
  const HttpResponse wrong_user = ask_token(password_grant + "x");
  EXPECT_EQ(wrong_user.status, 400);
  EXPECT_NE(wrong_user.body.find("invalid_grant"), std::string::npos);
  EXPECT_EQ(mediator_.alarms().size(), 2U);
}

TEST_F(HttpIntakeAuthTest, RefusesOtherRequestsForTokens) {
  start();
  EXPECT_EQ(ask_token("").status, 400);
  EXPECT_EQ(ask_token(std::string(20000, 'x')).status, 400);
  int deferrals = 0;
  const HttpResponse get = ask("", deferrals);
  EXPECT_EQ(get.status, 405);
  EXPECT_EQ(header_of(get, "Allow"), "POST");
}

}  // namespace
}  // namespace firn
