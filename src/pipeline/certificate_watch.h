#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/time.h"
#include "model/step.h"
#include "observe/alarms.h"
#include "observe/log.h"
#include "platform/tls.h"

namespace firn {

/// Follows the certificates that intake is served with: a step of its own that looks every two seconds. A new one is
/// taken as soon as it fits its key, and logged as `tls.certificate_changed`; `tls.certificate_unusable` stands while
/// the files hold something that cannot be served, or is not good yet, `tls.certificate_expires` from 21 days before
/// the end on, or from the last quarter of a shorter life on.
class CertificateWatch final : public Step {
 public:
  static constexpr Duration kEarly = std::chrono::days(21);

  /// `clock`, `alarms` and `log` must outlive the watch.
  CertificateWatch(std::vector<std::shared_ptr<TlsSource>> sources, const Clock& clock, Alarms& alarms, Log& log)
      : sources_(std::move(sources)), clock_(clock), alarms_(alarms), log_(log) {}

  [[nodiscard]] std::string_view name() const override { return "certificate_watch"; }
  StepOutcome run() override;

 private:
  void look_at(TlsSource& source);
  void look_at_end(const TlsSource& source);
  /// Raises the alarm when its text is new; clears it without one.
  void set(const char* alarm, const std::string& object, const std::optional<std::string>& text);

  const std::vector<std::shared_ptr<TlsSource>> sources_;
  const Clock& clock_;
  Alarms& alarms_;
  Log& log_;
  std::map<std::pair<std::string, std::string>, std::string> raised_;  // texts, by alarm and object
};

}  // namespace firn
