#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/time.h"
#include "intake/auth/access_control.h"
#include "intake/auth/token_endpoint.h"
#include "intake/auth/unanswered_challenges.h"
#include "intake/commit_queue.h"
#include "intake/document_filter.h"
#include "intake/document_peek.h"
#include "intake/in_flight.h"
#include "intake/intake_target.h"
#include "model/names.h"
#include "platform/http_server.h"

namespace firn {

struct HttpIntakeOptions {
  std::size_t max_body_bytes = 64U << 20U;
  std::size_t max_in_flight_bytes = 128U << 20U;  ///< of all bodies being received or waiting for the journal
  int retry_after_seconds = 60;                   ///< told with every 503
};

/// How a request ended.
enum class IntakeOutcome {
  kStored,
  kStoredDamaged,    ///< stored as well, but pack will quarantine it
  kUnauthorized,     ///< 401
  kChallenged,       ///< 401 as the first step of HTTP Digest, or because the time of a nonce or token is over
  kTooLarge,         ///< 413
  kOverBudget,       ///< 503: too many bytes in flight
  kUnknownRepeater,  ///< 503
  kRefused,          ///< 503: disk floor, quota, shutting down, poisoned journal
  kFailed,           ///< 503: the append failed
};

/// Takes forms from CommCare HQ: `POST|PUT /in/<repeater>[/<domain>]`, also under `/api/v1`. The answer 200 comes when
/// the record is durable, or when the repeater's filter has dropped the document, which its body then says. HQ takes
/// most other statuses as final, so everything that passes is answered 503 (design section 2): 401 and 413 are the only
/// refusals of a document that stay. Tokens are given out at `POST /api/v1/token`.
class HttpIntake final : public HttpHandler {
 public:
  /// What intake asks its surroundings. Threads: find_queue, filter and refusal on the server's, the others on any.
  class Mediator {
   public:
    virtual ~Mediator() = default;
    /// Null when no repeater has that name, or when refusal() tells why it has no queue. The queue must live as long as
    /// the server.
    virtual CommitQueue* find_queue(const RepeaterName& repeater) = 0;
    /// Which documents of a repeater that has a queue are dropped. Must live as long as the server.
    virtual const DocumentFilter& filter(const RepeaterName& repeater) = 0;
    /// Why the repeater takes nothing now (disk floor, shutting down, no journal); nothing when it does. Asked for
    /// every request: must be cheap.
    [[nodiscard]] virtual std::optional<Error> refusal(const RepeaterName& repeater) = 0;
    [[nodiscard]] virtual Timestamp now() = 0;
    /// Something a person must know, because HQ will not try again or tries in vain. Called each time it happens; the
    /// mediator keeps one alarm for each name and object, and bounds their number.
    virtual void alarm(std::string_view name, const std::string& object, const std::string& text) = 0;
    /// `repeater` is empty when the request was refused before it was known; `bytes` is the body's size.
    virtual void count(const RepeaterName& repeater, IntakeOutcome outcome, std::size_t bytes) = 0;
    /// A document was dropped; `rule` is an index of the repeater's filter.
    virtual void count_filtered(const RepeaterName& repeater, std::size_t rule, std::size_t bytes) = 0;
  };

  static constexpr std::string_view kCredentialsAlarm =
      "credentials_refused";  ///< object: the client's address or IPv6 network
  static constexpr std::string_view kTooLargeAlarm = "body_too_large";           ///< object: the repeater
  static constexpr std::string_view kOverBudgetAlarm = "over_budget";            ///< object: the repeater
  static constexpr std::string_view kUnknownRepeaterAlarm = "unknown_repeater";  ///< object: the name in the path

  /// `access` and `mediator` must outlive the intake; the intake must outlive the server, the commit queues' threads
  /// and what `access` does until its stop().
  HttpIntake(HttpIntakeOptions options, AccessControl& access, Mediator& mediator);

  HttpDecision head(const HttpHead& head) override;

  /// Bytes of bodies being received or waiting for the journal.
  [[nodiscard]] std::size_t in_flight() const { return budget_.used(); }

 private:
  struct Door;
  class Exchange;
  class SlowCheck;
  class LateRefusal;
  struct Waiting;

  HttpDecision serve(const HttpHead& head, std::optional<IntakeTarget> target);
  HttpDecision accept(const HttpHead& head, IntakeTarget target);
  HttpDecision unauthorized(const HttpHead& head, const std::optional<IntakeTarget>& target, const Access& access);
  HttpResponse busy();
  void count_refused(std::string_view remote);
  bool never_answers(std::string_view remote, std::string_view repeater);
  HttpResponse too_large(const RepeaterName& repeater, std::size_t bytes);
  HttpResponse over_budget(const RepeaterName& repeater);
  HttpResponse without_queue(const RepeaterName& repeater, std::size_t length);
  HttpResponse unknown(const RepeaterName& repeater);
  HttpResponse wrong_path();
  HttpResponse refused(const RepeaterName& repeater, const Error& error);
  void finish(Waiting& waiting, Result<Position> appended);

  HttpIntakeOptions options_;
  AccessControl& access_;
  InFlightBudget budget_;
  Mediator& mediator_;
  TokenEndpoint tokens_;
  UnansweredChallenges challenges_;  ///< the server's thread only
};

}  // namespace firn
