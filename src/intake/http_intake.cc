#include "intake/http_intake.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/result.h"
#include "intake/auth/client_network.h"
#include "intake/intake_answer.h"
#include "model/record.h"

namespace firn {
namespace {

/// What large bodies may take together: three quarters, but always one of the largest.
InFlightBudget budget_of(const HttpIntakeOptions& options) {
  const std::size_t all = options.max_in_flight_bytes;
  return {all, std::min(all, std::max(options.max_body_bytes, all / 4 * 3))};
}

HttpDecision answer_at_once(HttpResponse response) { return {nullptr, std::move(response)}; }

}  // namespace

/// A record between its submission and its answer.
struct HttpIntake::Waiting {
  RepeaterName repeater;
  DocumentPeek peek;
  std::size_t bytes = 0;
  InFlight in_flight;
  HttpAnswer answer;
};

/// Where the documents of a repeater go in, and which of them do not.
struct HttpIntake::Door {
  CommitQueue& queue;
  const DocumentFilter& filter;
};

class HttpIntake::Exchange final : public HttpExchange {
 public:
  Exchange(HttpIntake& intake, Door door, RepeaterName repeater, Envelope envelope)
      : intake_(intake),
        door_(door),
        repeater_(std::move(repeater)),
        envelope_(std::move(envelope)),
        in_flight_(intake.budget_) {}

  std::optional<HttpResponse> grow(std::size_t size) override {
    if (size > intake_.options_.max_body_bytes) {
      return intake_.too_large(repeater_, size);
    }
    const std::size_t reserved = in_flight_.bytes();
    if (size > reserved && !in_flight_.take(size - reserved)) {
      return intake_.over_budget(repeater_);
    }
    return std::nullopt;
  }

  void body(std::string body, HttpAnswer answer) override {
    DocumentPeek peek = peek_document(body, door_.filter.order());
    if (const auto rule = door_.filter.drops(peek, envelope_, body)) {
      drop(peek, *rule, body.size(), std::move(answer));
      return;
    }
    envelope_.received_at = intake_.mediator_.now();
    Waiting waiting{std::move(repeater_), std::move(peek), body.size(), std::move(in_flight_), std::move(answer)};
    door_.queue.submit({std::move(envelope_), std::move(body)},
                       [&intake = intake_, waiting = std::move(waiting)](Result<Position> appended) mutable {
                         intake.finish(waiting, std::move(appended));
                       });
  }

 private:
  void drop(const DocumentPeek& peek, std::size_t rule, std::size_t bytes, HttpAnswer answer) {
    {
      const InFlight released = std::move(in_flight_);
    }
    intake_.mediator_.count_filtered(repeater_, rule, bytes);
    answer(filtered_answer(peek, door_.filter.rule_name(rule)));
  }

  HttpIntake& intake_;
  Door door_;
  RepeaterName repeater_;
  Envelope envelope_;
  InFlight in_flight_;
};

/// A request whose secret must be compared with a hash first. The head is then looked at anew.
class HttpIntake::SlowCheck final : public HttpDeferral {
 public:
  SlowCheck(HttpIntake& intake, Access access) : intake_(intake), access_(std::move(access)) {}

  void start(HttpResume resume) override {
    intake_.access_.resolve(std::move(access_), [known = known_, resume = std::move(resume)](bool is_known) mutable {
      *known = is_known;
      resume();
    });
  }

  HttpDecision decide(const HttpHead& head) override {
    return *known_ ? intake_.head(head) : answer_at_once(intake_.busy());
  }

 private:
  HttpIntake& intake_;
  Access access_;
  std::shared_ptr<std::atomic<bool>> known_ = std::make_shared<std::atomic<bool>>(false);
};

/// A refusal that waits for its time, because the client was wrong before.
class HttpIntake::LateRefusal final : public HttpDeferral {
 public:
  LateRefusal(AccessControl& access, Duration delay, HttpResponse response)
      : access_(access), delay_(delay), response_(std::move(response)) {}

  void start(HttpResume resume) override {
    static_cast<void>(access_.call_later(delay_, [resume = std::move(resume)]() mutable { resume(); }));
  }
  HttpDecision decide(const HttpHead& /*head*/) override { return answer_at_once(std::move(response_)); }

 private:
  AccessControl& access_;
  Duration delay_;
  HttpResponse response_;
};

HttpIntake::HttpIntake(HttpIntakeOptions options, AccessControl& access, Mediator& mediator)
    : options_(options),
      access_(access),
      budget_(budget_of(options_)),
      mediator_(mediator),
      tokens_(access, [this](const std::string& remote) { count_refused(remote); }) {}

HttpDecision HttpIntake::head(const HttpHead& head) {
  if (is_token_target(head.target)) {
    return tokens_.head(head);
  }
  auto target = parse_intake_target(head.target);
  const std::string_view repeater = target ? target->repeater : std::string_view();
  Access access = access_.check(head, repeater);
  if (access.state == Access::State::kGranted) {
    challenges_.answered(head.remote, repeater);
    return serve(head, std::move(target));
  }
  if (access.state == Access::State::kSlow) {
    HttpDecision decision;
    decision.later = std::make_unique<SlowCheck>(*this, std::move(access));
    return decision;
  }
  return unauthorized(head, target, access);
}

HttpDecision HttpIntake::serve(const HttpHead& head, std::optional<IntakeTarget> target) {
  const bool brings = head.method == "POST" || head.method == "PUT";
  if (!target && brings) {
    return answer_at_once(wrong_path());
  }
  if (!target) {
    return answer_at_once(refused_answer(404, "there is nothing at this path",
                                         "forward to /in/<repeater>/<domain>, with a repeater of firn.toml"));
  }
  if (brings) {
    return accept(head, std::move(*target));
  }
  if (head.method != "GET" && head.method != "HEAD") {
    HttpResponse response;
    if (head.method != "OPTIONS") {
      response = refused_answer(405, "this method is not used here", "choose POST or PUT in HQ");
    }
    response.headers.emplace_back("Allow", "GET, HEAD, OPTIONS, POST, PUT");
    return answer_at_once(std::move(response));
  }
  const RepeaterName repeater(target->repeater);
  const bool known = mediator_.find_queue(repeater) != nullptr;
  return answer_at_once(known ? ready_answer(repeater.str()) : without_queue(repeater, 0));
}

HttpDecision HttpIntake::accept(const HttpHead& head, IntakeTarget target) {
  RepeaterName repeater(std::move(target.repeater));
  const std::size_t length = head.content_length.value_or(0);
  if (length > options_.max_body_bytes) {
    return answer_at_once(too_large(repeater, length));
  }
  CommitQueue* queue = mediator_.find_queue(repeater);
  if (queue == nullptr) {
    return answer_at_once(without_queue(repeater, length));
  }
  auto refusal = mediator_.refusal(repeater);
  if (!refusal) {
    refusal = queue->refusal();
  }
  if (refusal) {
    mediator_.count(repeater, IntakeOutcome::kRefused, length);
    return answer_at_once(refused(repeater, *refusal));
  }
  Envelope envelope;
  envelope.domain = std::move(target.domain);
  envelope.app_id = std::move(target.app_id);
  envelope.received_on = head.header("received-on");
  envelope.server_modified_on = head.header("server-modified-on");
  envelope.content_type = head.header("content-type");
  const Door door{*queue, mediator_.filter(repeater)};
  HttpDecision decision;
  decision.exchange = std::make_unique<Exchange>(*this, door, std::move(repeater), std::move(envelope));
  return decision;
}

void HttpIntake::finish(Waiting& waiting, Result<Position> appended) {
  {
    const InFlight released = std::move(waiting.in_flight);
  }  // before the answer: the client may send again at once
  if (!appended) {
    mediator_.count(waiting.repeater, IntakeOutcome::kFailed, waiting.bytes);
    waiting.answer(refused(waiting.repeater, appended.error()));
    return;
  }
  const bool damaged = !waiting.peek.damage.empty();
  mediator_.count(waiting.repeater, damaged ? IntakeOutcome::kStoredDamaged : IntakeOutcome::kStored, waiting.bytes);
  waiting.answer(stored_answer(waiting.peek, *appended));
}

HttpDecision HttpIntake::unauthorized(const HttpHead& head, const std::optional<IntakeTarget>& target,
                                      const Access& access) {
  const std::string_view repeater = target ? target->repeater : std::string_view();
  const bool missing = access.state == Access::State::kMissing;
  // Clients of HTTP Digest ask for a nonce first, those with tokens try one until it is refused.
  const bool begins = missing && (access.stale || access.bad_token || access_.expects_challenge(repeater));
  if (begins && !never_answers(head.remote, repeater)) {
    mediator_.count({}, IntakeOutcome::kChallenged, 0);
  } else if (target) {
    count_refused(head.remote);
  }
  HttpResponse response = refused_answer(401, "the credentials are wrong or missing",
                                         "correct the connection settings in HQ, then requeue the records");
  for (std::string& challenge : access_.challenges(repeater, access)) {
    response.headers.emplace_back("WWW-Authenticate", std::move(challenge));
  }
  HttpDecision decision;
  const Duration delay = missing ? Duration(0) : access_.penalty(access);
  if (delay > Duration(0)) {
    decision.later = std::make_unique<LateRefusal>(access_, delay, std::move(response));
  } else {
    decision.response = std::move(response);
  }
  return decision;
}

/// Names that strangers make up are not counted.
bool HttpIntake::never_answers(std::string_view remote, std::string_view repeater) {
  const bool known = !repeater.empty() && mediator_.find_queue(RepeaterName(std::string(repeater))) != nullptr;
  return known && challenges_.challenged(remote, repeater, mediator_.now());
}

void HttpIntake::count_refused(std::string_view remote) {
  mediator_.count({}, IntakeOutcome::kUnauthorized, 0);
  mediator_.alarm(
      kCredentialsAlarm, client_network(remote),
      "a client sent wrong credentials, none, or some that are not for this repeater; HQ does not send such "
      "a form again by itself: correct the connection settings there, then requeue its records");
}

HttpResponse HttpIntake::busy() {
  mediator_.count({}, IntakeOutcome::kRefused, 0);
  return later_answer("too many credentials are being checked at the same time", "nothing to do: HQ sends it again",
                      options_.retry_after_seconds);
}

HttpResponse HttpIntake::too_large(const RepeaterName& repeater, std::size_t bytes) {
  mediator_.count(repeater, IntakeOutcome::kTooLarge, bytes);
  mediator_.alarm(kTooLargeAlarm, repeater.str(),
                  fmt::format("a document was larger than {} bytes and was refused; HQ does not send it again by "
                              "itself: raise the limit, then requeue its record",
                              options_.max_body_bytes));
  return refused_answer(413, fmt::format("the document is larger than {} bytes", options_.max_body_bytes),
                        "raise the limit in firn.toml, then requeue the record");
}

HttpResponse HttpIntake::over_budget(const RepeaterName& repeater) {
  mediator_.count(repeater, IntakeOutcome::kOverBudget, 0);
  mediator_.alarm(kOverBudgetAlarm, repeater.str(),
                  "more bytes came at the same time than are kept in memory; HQ sends those documents again, but if "
                  "this goes on, raise intake.in_flight or let HQ send fewer at a time");
  return later_answer("too many bytes are being received at the same time", "nothing to do: HQ sends it again",
                      options_.retry_after_seconds);
}

HttpResponse HttpIntake::without_queue(const RepeaterName& repeater, std::size_t length) {
  if (const auto refusal = mediator_.refusal(repeater)) {
    mediator_.count(repeater, IntakeOutcome::kRefused, length);
    return refused(repeater, *refusal);
  }
  return unknown(repeater);
}

/// HQ would take 404 as the end of the document.
HttpResponse HttpIntake::wrong_path() {
  mediator_.count({}, IntakeOutcome::kUnknownRepeater, 0);
  mediator_.alarm(kUnknownRepeaterAlarm, "a wrong path",
                  "a client sent to a path that is not /in/<repeater>/<domain>: correct the URL in HQ");
  return later_answer("there is no repeater at this path", "forward to /in/<repeater>/<domain>",
                      options_.retry_after_seconds);
}

HttpResponse HttpIntake::unknown(const RepeaterName& repeater) {
  mediator_.count({}, IntakeOutcome::kUnknownRepeater, 0);
  mediator_.alarm(kUnknownRepeaterAlarm, repeater.str(),
                  "a client sent to a repeater that is not configured: add it, or correct the URL in HQ");
  return later_answer("no repeater of that name is configured", "add it to firn.toml, or correct the URL in HQ",
                      options_.retry_after_seconds);
}

HttpResponse HttpIntake::refused(const RepeaterName& repeater, const Error& error) {
  const std::string reason = fmt::format("{} cannot store anything now: {}", repeater.str(), error.reason);
  const std::string_view hint =
      error.hint.empty() ? "nothing was lost: HQ sends it again" : std::string_view(error.hint);
  return later_answer(reason, hint, options_.retry_after_seconds);
}

}  // namespace firn
