#include "cli/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>

#include "base/time.h"
#include "base/units.h"

namespace firn {
namespace {

constexpr std::uint64_t kWidth = 30;
constexpr Duration kBetween = std::chrono::milliseconds(100);

}  // namespace

void ProgressBar::update(std::uint64_t done, std::uint64_t total) {
  const Duration now = clock_.steady();
  if (!is_terminal_ || (drawn_at_ && now - *drawn_at_ < kBetween && done < total)) {
    return;
  }
  drawn_at_ = now;
  const std::uint64_t filled = total == 0 ? kWidth : std::min(done, total) * kWidth / total;
  out_ << fmt::format("\r{} [{:#<{}}{:.<{}}] {} of {}\x1b[K", label_, "", filled, "", kWidth - filled,
                      human_count(done), human_count(total))
       << std::flush;
}

void ProgressBar::finish() {
  if (drawn_at_) {
    out_ << "\r\x1b[K" << std::flush;
    drawn_at_.reset();
  }
}

}  // namespace firn
