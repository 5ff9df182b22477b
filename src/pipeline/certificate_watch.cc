#include "pipeline/certificate_watch.h"

#include <algorithm>
#include <chrono>

namespace firn {
namespace {

constexpr Duration kBetweenLooks = std::chrono::seconds(2);
constexpr const char* kUnusable = "tls.certificate_unusable";
constexpr const char* kExpires = "tls.certificate_expires";

}  // namespace

StepOutcome CertificateWatch::run() {
  for (const auto& source : sources_) {
    look_at(*source);
    look_at_end(*source);
  }
  return StepOutcome::idle_for(kBetweenLooks);
}

void CertificateWatch::look_at(TlsSource& source) {
  const auto before = source.current();
  const Status refreshed = source.refresh();
  const auto now = source.current();
  if (now != before) {
    log_.write(LogLevel::kInfo, "tls.certificate_changed",
               {{"file", source.where().certificate},
                {"subject", now->certificate().subject},
                {"not_after", format_iso8601(now->certificate().not_after)}});
  }
  std::optional<std::string> text;
  if (!refreshed) {
    text = "what lies there cannot be used: " + refreshed.error().message() +
           "; new connections go on with the certificate from before, good until " +
           format_iso8601(now->certificate().not_after);
  } else if (now->certificate().not_before > clock_.now()) {
    text = "the certificate of " + now->certificate().subject + " is good from " +
           format_iso8601(now->certificate().not_before) + " on; clients refuse it until then, and send again later";
  }
  set(kUnusable, source.where().certificate, text);
}

void CertificateWatch::look_at_end(const TlsSource& source) {
  const TlsCertificate& certificate = source.current()->certificate();
  const Duration life = certificate.not_after - certificate.not_before;
  const Duration left = certificate.not_after - clock_.now();
  std::optional<std::string> text;
  if (left < std::min(kEarly, life / 4)) {
    text = "the certificate of " + certificate.subject + (left > Duration(0) ? " ends at " : " ended at ") +
           format_iso8601(certificate.not_after) +
           (left > Duration(0) ? "; from then on clients refuse it" : "; clients refuse it, and send again later");
  }
  set(kExpires, source.where().certificate, text);
}

void CertificateWatch::set(const char* alarm, const std::string& object, const std::optional<std::string>& text) {
  std::string& raised = raised_[{alarm, object}];
  if (!text) {
    alarms_.clear(alarm, object);
  } else if (*text != raised) {
    alarms_.raise(alarm, object, *text);
  }
  raised = text.value_or("");
}

}  // namespace firn
