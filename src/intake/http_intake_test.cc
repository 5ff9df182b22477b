#include "intake/http_intake.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "intake/auth/access_control.h"
#include "intake/document_filter.h"
#include "intake/scripted_journal.h"
#include "model/filter.h"
#include "model/table.h"
#include "platform/file_system.h"
#include "platform/http_server.h"
#include "tests/support/manual_clock.h"
#include "tests/support/temporary_directory.h"

namespace firn {
namespace {

constexpr std::string_view kForm = R"({"id":"7b6c","form":{}})";

class FakeMediator final : public HttpIntake::Mediator {
 public:
  CommitQueue* find_queue(const RepeaterName& repeater) override {
    return repeater == RepeaterName("forms") ? queue : nullptr;
  }
  const DocumentFilter& filter(const RepeaterName&) override { return filter_now; }
  std::optional<Error> refusal(const RepeaterName&) override { return refusal_now; }
  Timestamp now() override { return timestamp_from_micros(1772444467118204); }
  void alarm(std::string_view name, const std::string& object, const std::string& text) override {
    EXPECT_FALSE(text.empty());
    const MutexLock lock(mutex_);
    alarms.push_back(std::string(name) + " " + object);
  }
  void count(const RepeaterName&, IntakeOutcome outcome, std::size_t) override {
    const MutexLock lock(mutex_);
    ++counts_[outcome];
  }
  void count_filtered(const RepeaterName&, std::size_t rule, std::size_t) override { filtered.push_back(rule); }
  int counted(IntakeOutcome outcome) {
    const MutexLock lock(mutex_);
    return counts_[outcome];
  }

  CommitQueue* queue = nullptr;
  std::optional<Error> refusal_now;
  std::vector<std::string> alarms;
  DocumentFilter filter_now{Kind::kForm};
  std::vector<std::size_t> filtered;

 private:
  Mutex mutex_;
  std::map<IntakeOutcome, int> counts_ FIRN_GUARDED_BY(mutex_);
};

class PromiseSink final : public HttpAnswerSink {
 public:
  void answer(HttpResponse response) override { promise.set_value(std::move(response)); }
  std::promise<HttpResponse> promise;
};

struct Request {
  std::string method = "POST";
  std::string target = "/in/forms/demo";
  std::string authorization = "Basic YTpi";  // a:b
  std::string body = std::string(kForm);
  bool chunked = false;
};

std::string header_of(const HttpResponse& response, std::string_view name) {
  for (const auto& [field, value] : response.headers) {
    if (field == name) {
      return value;
    }
  }
  return "";
}

class HttpIntakeTest : public testing::Test {
 protected:
  void SetUp() override {
    AccessOptions access;
    access.credentials.plain = {{"old", CredentialType::kBasic, "a", "b", {}},
                                {"new", CredentialType::kApiKey, "X-Key", "k", {}}};
    access.credentials.path = directory_ / "credentials";
    access.token_key_path = directory_ / "token.key";
    auto opened = AccessControl::open(std::move(access), *files_, clock_);
    ASSERT_TRUE(opened) << opened.error().message();
    access_ = std::move(*opened);
    start();
  }

  /// Anew, with options_ as they are now.
  void start() {
    queue_.reset();
    intake_ = std::make_unique<HttpIntake>(options_, *access_, mediator_);
    CommitQueueOptions queue_options;
    queue_options.name = "forms";
    queue_options.first_pause = std::chrono::milliseconds(1);
    queue_ = std::make_unique<CommitQueue>(journal_, queue_options);
    mediator_.queue = queue_.get();
  }

  HttpDecision head_of(const Request& request) {
    const std::vector<HttpField> fields = {{"authorization", request.authorization},
                                           {"received-on", "2026-03-02T09:41:07.118204Z"},
                                           {"server-modified-on", "2026-03-02T09:41:07.300000Z"},
                                           {"content-type", "application/json"}};
    HttpHead head{request.method, request.target, "203.0.113.7", std::nullopt, fields};
    if (!request.chunked) {
      head.content_length = request.body.size();
    }
    return intake_->head(head);
  }

  /// Plays the server: the answer that the client gets, now or later.
  std::future<HttpResponse> send(const Request& request) {
    auto sink = std::make_shared<PromiseSink>();
    auto answer = sink->promise.get_future();
    HttpDecision decision = head_of(request);
    if (!decision.exchange) {
      sink->answer(std::move(decision.response));
      return answer;
    }
    std::optional<HttpResponse> refusal = decision.exchange->grow(request.body.size());
    if (refusal) {
      sink->answer(std::move(*refusal));
    } else {
      decision.exchange->body(request.body, HttpAnswer(sink));
    }
    return answer;
  }

  HttpResponse ask(const Request& request) { return send(request).get(); }

  void expect_later(const HttpResponse& response) {
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(header_of(response, "Retry-After"), "60");
    EXPECT_NE(response.body.find("\"hint\":\""), std::string::npos);
  }

  TemporaryDirectory directory_;
  std::unique_ptr<FileSystem> files_ = make_posix_file_system();
  ManualClock clock_;
  std::unique_ptr<AccessControl> access_;
  HttpIntakeOptions options_;
  FakeMediator mediator_;
  ScriptedJournal journal_;
  std::unique_ptr<HttpIntake> intake_;
  std::unique_ptr<CommitQueue> queue_;
};

TEST_F(HttpIntakeTest, AnswersIdAndPositionOfAStoredForm) {
  const HttpResponse response = ask({});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body,
            "{\"status\":\"stored\",\"id\":\"7b6c\",\"position\":\"" + Position::make(1, 0, 0).str() + "\"}\n");
  EXPECT_EQ(mediator_.counted(IntakeOutcome::kStored), 1);
  EXPECT_TRUE(mediator_.alarms.empty());
}

TEST_F(HttpIntakeTest, AnswersByWhichRuleADocumentWasDropped) {
  mediator_.filter_now = DocumentFilter(Kind::kForm, {{"only_app_ids", FilterField::kAppId, true, {"app1"}},
                                                      {"not_xmlns", FilterField::kXmlns, false, {"http://secret"}}});
  const HttpResponse response = ask({.body = R"({"id":"7b6c","form":{"@xmlns":"http://secret"}})"});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "{\"status\":\"filtered\",\"id\":\"7b6c\",\"rule\":\"not_xmlns\"}\n");
  EXPECT_EQ(mediator_.filtered, std::vector<std::size_t>{1});
  EXPECT_EQ(mediator_.counted(IntakeOutcome::kStored), 0);
  EXPECT_EQ(intake_->in_flight(), 0U);
  EXPECT_TRUE(journal_.stored().empty());
}

TEST_F(HttpIntakeTest, AnswersOnlyAfterTheRecordIsDurable) {
  journal_.hold();
  auto answer = send({});
  journal_.wait_for_appends(1);
  EXPECT_NE(answer.wait_for(std::chrono::seconds(0)), std::future_status::ready);
  journal_.let_go();
  EXPECT_EQ(answer.get().status, 200);
}

TEST_F(HttpIntakeTest, StoresBodyAndEnvelope) {
  Request request;
  request.method = "PUT";
  request.target = "/api/v1/in/forms/demo%20x/?app_id=app1";
  EXPECT_EQ(ask(request).status, 200);
  const auto stored = journal_.stored();
  ASSERT_EQ(stored.size(), 1U);
  EXPECT_EQ(stored[0].body, kForm);
  EXPECT_EQ(stored[0].envelope.domain, "demo x");
  EXPECT_EQ(stored[0].envelope.app_id, "app1");
  EXPECT_EQ(stored[0].envelope.received_on, "2026-03-02T09:41:07.118204Z");
  EXPECT_EQ(stored[0].envelope.server_modified_on, "2026-03-02T09:41:07.300000Z");
  EXPECT_EQ(stored[0].envelope.content_type, "application/json");
  EXPECT_EQ(stored[0].envelope.received_at, mediator_.now());
}

TEST_F(HttpIntakeTest, StoresADamagedBodyAndSaysSo) {
  for (const auto* body : {"{\"id\":\"a\",", "", "7b6c", "{\"form\":{}}"}) {
    Request request;
    request.body = body;
    const HttpResponse response = ask(request);
    EXPECT_EQ(response.status, 200) << body;
    EXPECT_NE(response.body.find("\"status\":\"stored\""), std::string::npos) << body;
    EXPECT_NE(response.body.find("\"damage\":\"$"), std::string::npos) << body;
  }
  EXPECT_EQ(journal_.stored().size(), 4U);
  EXPECT_EQ(mediator_.counted(IntakeOutcome::kStoredDamaged), 4);
}

TEST_F(HttpIntakeTest, EscapesTheIdInItsAnswer) {
  Request request;
  request.body = R"({"id":"a\"\\\u0001"})";
  EXPECT_NE(ask(request).body.find(R"("id":"a\"\\\u0001")"), std::string::npos);
}

TEST_F(HttpIntakeTest, RefusesWrongCredentialsAndRaisesAnAlarm) {
  Request request;
  request.authorization = "Basic YTpj";
  const HttpResponse response = ask(request);
  EXPECT_EQ(response.status, 401);
  EXPECT_EQ(header_of(response, "WWW-Authenticate"), "Basic realm=\"firn\"");
  EXPECT_EQ(mediator_.alarms, std::vector<std::string>{"credentials_refused 203.0.113.7"});
  EXPECT_EQ(mediator_.counted(IntakeOutcome::kUnauthorized), 1);
  EXPECT_TRUE(journal_.stored().empty());
}

TEST_F(HttpIntakeTest, RaisesNoAlarmForAStrangerElsewhere) {
  Request request;
  request.authorization = "";
  request.target = "/favicon.ico";
  EXPECT_EQ(ask(request).status, 401);
  EXPECT_TRUE(mediator_.alarms.empty());
}

TEST_F(HttpIntakeTest, ChecksCredentialsBeforeEverythingElse) {
  options_.max_body_bytes = 5;
  start();
  mediator_.refusal_now = Error{ErrorKind::kNoSpace, "accept", "forms", "the disk is full", ""};
  for (const auto* target : {"/in/forms", "/in/unknown", "/elsewhere"}) {
    for (const auto* method : {"POST", "GET", "DELETE"}) {
      Request request;
      request.method = method;
      request.target = target;
      request.authorization = "";
      EXPECT_EQ(ask(request).status, 401) << method << target;
    }
  }
}

TEST_F(HttpIntakeTest, TakesTwoCredentialsAtATime) {
  EXPECT_EQ(ask({}).status, 200);
  const std::vector<HttpField> fields = {{"x-key", "k"}};
  EXPECT_EQ(intake_->head({"GET", "/in/forms", "", 0, fields}).response.status, 200);
}

TEST_F(HttpIntakeTest, RefusesALargeBodyAtItsHead) {
  options_.max_body_bytes = kForm.size() - 1;
  start();
  const HttpDecision decision = head_of({});
  EXPECT_EQ(decision.exchange, nullptr);
  EXPECT_EQ(decision.response.status, 413);
  EXPECT_EQ(mediator_.alarms, std::vector<std::string>{"body_too_large forms"});
  EXPECT_EQ(mediator_.counted(IntakeOutcome::kTooLarge), 1);
}

TEST_F(HttpIntakeTest, RefusesAChunkedBodyOnceItIsTooLarge) {
  options_.max_body_bytes = 10;
  start();
  Request request;
  request.chunked = true;
  const HttpDecision decision = head_of(request);
  ASSERT_NE(decision.exchange, nullptr);
  EXPECT_FALSE(decision.exchange->grow(10));
  EXPECT_EQ(decision.exchange->grow(11)->status, 413);
  EXPECT_EQ(mediator_.alarms, std::vector<std::string>{"body_too_large forms"});
}

TEST_F(HttpIntakeTest, TakesABodyOfExactlyTheLimit) {
  options_.max_body_bytes = kForm.size();
  start();
  EXPECT_EQ(ask({}).status, 200);
}

TEST_F(HttpIntakeTest, ChecksTheSizeBeforeTheRepeater) {
  options_.max_body_bytes = 5;
  start();
  Request request;
  request.target = "/in/unknown";
  EXPECT_EQ(ask(request).status, 413);
}

TEST_F(HttpIntakeTest, RefusesForNowWhatExceedsTheBudget) {
  options_.max_in_flight_bytes = kForm.size() + 1;
  start();
  journal_.hold();
  auto first = send({});
  expect_later(ask({}));
  EXPECT_EQ(mediator_.counted(IntakeOutcome::kOverBudget), 1);
  journal_.let_go();
  EXPECT_EQ(first.get().status, 200);
}

TEST_F(HttpIntakeTest, ALengthAloneTakesNothingOfTheBudget) {
  options_.max_in_flight_bytes = 100;
  start();
  Request large;
  large.body = std::string(100, 'x');
  const HttpDecision slow = head_of(large);
  const HttpDecision slower = head_of(large);
  EXPECT_EQ(intake_->in_flight(), 0U);
  EXPECT_EQ(ask({}).status, 200);
}

TEST_F(HttpIntakeTest, LargeBodiesLeaveRoomForForms) {
  options_.max_in_flight_bytes = 128 * kForm.size();
  options_.max_body_bytes = 64 * kForm.size();
  start();
  Request large;
  large.body = std::string(options_.max_body_bytes, 'x');
  const HttpDecision first = head_of(large);
  const HttpDecision second = head_of(large);
  EXPECT_FALSE(first.exchange->grow(64 * kForm.size()));
  EXPECT_FALSE(second.exchange->grow(32 * kForm.size()));
  EXPECT_EQ(second.exchange->grow(33 * kForm.size())->status, 503);
  EXPECT_EQ(mediator_.alarms, std::vector<std::string>{"over_budget forms"});
  EXPECT_EQ(ask({}).status, 200);
}

TEST_F(HttpIntakeTest, GivesTheBudgetBackWithTheAnswer) {
  options_.max_in_flight_bytes = kForm.size() + 1;
  start();
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(ask({}).status, 200);
  }
  mediator_.refusal_now = Error{ErrorKind::kNoSpace, "accept", "forms", "the disk is full", ""};
  expect_later(ask({}));
  EXPECT_EQ(intake_->in_flight(), 0U);
}

TEST_F(HttpIntakeTest, CountsAChunkedBodyAsItGrows) {
  options_.max_in_flight_bytes = 100000;
  start();
  Request request;
  request.chunked = true;
  {
    const HttpDecision decision = head_of(request);
    EXPECT_EQ(intake_->in_flight(), 0U);
    EXPECT_FALSE(decision.exchange->grow(1));
    EXPECT_GE(intake_->in_flight(), 1U);
    expect_later(*decision.exchange->grow(100001));
  }
  EXPECT_EQ(intake_->in_flight(), 0U);
}

TEST_F(HttpIntakeTest, RefusesForNowAnUnknownRepeaterAndRaisesAnAlarm) {
  Request request;
  request.target = "/in/form/demo";
  expect_later(ask(request));
  EXPECT_EQ(mediator_.alarms, std::vector<std::string>{"unknown_repeater form"});
  EXPECT_EQ(mediator_.counted(IntakeOutcome::kUnknownRepeater), 1);
}

TEST_F(HttpIntakeTest, TellsWhyARepeaterHasNoQueueInsteadOfCallingItUnknown) {
  mediator_.queue = nullptr;
  mediator_.refusal_now = Error{ErrorKind::kUnavailable, "accept", "forms", "its journal cannot be opened", "mend it"};
  for (const char* const method : {"POST", "GET"}) {
    Request request;
    request.method = method;
    const HttpResponse response = ask(request);
    expect_later(response);
    EXPECT_NE(response.body.find("its journal cannot be opened"), std::string::npos);
  }
  EXPECT_TRUE(mediator_.alarms.empty());
}

TEST_F(HttpIntakeTest, RefusesForNowWhatTheSurroundingsDoNotAdmit) {
  mediator_.refusal_now = Error{ErrorKind::kNoSpace, "accept", "forms", "the disk is nearly full", "make room"};
  const HttpResponse response = ask({});
  expect_later(response);
  EXPECT_NE(response.body.find("the disk is nearly full"), std::string::npos);
  EXPECT_NE(response.body.find("make room"), std::string::npos);
  EXPECT_EQ(mediator_.counted(IntakeOutcome::kRefused), 1);
  EXPECT_TRUE(journal_.stored().empty());
}

TEST_F(HttpIntakeTest, RefusesForNowBeforeTheBodyWhenItIsShuttingDown) {
  queue_->stop();
  const HttpDecision decision = head_of({});
  EXPECT_EQ(decision.exchange, nullptr);
  expect_later(decision.response);
}

TEST_F(HttpIntakeTest, AnswersEveryFailedAppendWithLater) {
  for (const auto kind :
       {ErrorKind::kInvalidInput, ErrorKind::kNotFound, ErrorKind::kAlreadyExists, ErrorKind::kConflict,
        ErrorKind::kDamaged, ErrorKind::kPoisoned, ErrorKind::kNoSpace, ErrorKind::kBusy, ErrorKind::kUnavailable,
        ErrorKind::kPermission, ErrorKind::kConfiguration, ErrorKind::kInternal}) {
    journal_.fail_append(kind);
    expect_later(ask({}));
  }
  EXPECT_EQ(mediator_.counted(IntakeOutcome::kFailed), 12);
  EXPECT_TRUE(journal_.stored().empty());
}

TEST_F(HttpIntakeTest, StoresAgainOnceAPoisonedJournalIsReopened) {
  journal_.fail_append(ErrorKind::kPoisoned);
  journal_.fail_reopens(2);
  expect_later(ask({}));
  journal_.wait_for_reopens(3);
  while (queue_->refusal()) {
    std::this_thread::yield();
  }
  EXPECT_EQ(ask({}).status, 200);
  EXPECT_EQ(journal_.stored().size(), 1U);
}

TEST_F(HttpIntakeTest, AnswersTheConnectionTestOfHq) {
  Request request;
  request.method = "GET";
  request.body = "";
  const HttpResponse response = ask(request);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "{\"status\":\"ready\",\"repeater\":\"forms\"}\n");
  request.target = "/in/unknown";
  expect_later(ask(request));
  EXPECT_TRUE(journal_.stored().empty());
}

TEST_F(HttpIntakeTest, TellsWhichMethodsThereAre) {
  Request request;
  request.method = "OPTIONS";
  const HttpResponse response = ask(request);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(header_of(response, "Allow"), "GET, HEAD, OPTIONS, POST, PUT");
  request.method = "HEAD";
  EXPECT_EQ(ask(request).status, 200);
  request.target = "/in/unknown";
  expect_later(ask(request));
}

TEST_F(HttpIntakeTest, RefusesOtherMethodsAndPaths) {
  for (const auto* method : {"DELETE", "PATCH", "TRACE", "CONNECT", "post"}) {
    Request request;
    request.method = method;
    const HttpResponse response = ask(request);
    EXPECT_EQ(response.status, 405) << method;
    EXPECT_EQ(header_of(response, "Allow"), "GET, HEAD, OPTIONS, POST, PUT");
  }
  Request request;
  request.target = "/out/forms";
  request.method = "GET";
  EXPECT_EQ(ask(request).status, 404);
}

}  // namespace
}  // namespace firn
