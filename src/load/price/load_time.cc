#include "load/price/load_time.h"

#include <cmath>

namespace firn {
namespace {

constexpr double kMegabytesPerGigabyte = 1000;

}  // namespace

double load_seconds(const LoadSpeed& speed, const LoadFiles& files) {
  if (speed.learnt_seconds_per_gigabyte) {
    return speed.statement_seconds + *speed.learnt_seconds_per_gigabyte * files.count * files.gigabytes_each;
  }
  const double rounds = std::ceil(files.count / speed.threads);
  return speed.statement_seconds +
         rounds * files.gigabytes_each * kMegabytesPerGigabyte / speed.megabytes_per_thread_second;
}

double seconds_per_gigabyte(const LoadSpeed& speed) {
  return speed.learnt_seconds_per_gigabyte.value_or(kMegabytesPerGigabyte /
                                                    (speed.megabytes_per_thread_second * speed.threads));
}

}  // namespace firn
