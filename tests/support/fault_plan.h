#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace firn {

/// The calls that can be made to fail.
enum class FileCall : std::uint8_t { kCreate, kOpen, kAppend, kRead, kSync, kRename, kRemove, kSyncDirectory, kList };
inline constexpr std::size_t kFileCalls = 9;

/// Chance, the same for the same seed on every machine.
class Chance {
 public:
  explicit Chance(std::uint64_t seed) : engine_(seed) {}
  /// 0 <= result < bound, or 0 for a bound of 0.
  std::uint64_t below(std::uint64_t bound) { return bound == 0 ? 0 : engine_() % bound; }
  bool coin() { return below(2) == 0; }
  bool happens(double probability) {
    return probability > 0 && static_cast<double>(engine_() >> 11U) * 0x1p-53 < probability;
  }
  char byte() { return static_cast<char>(below(256)); }

 private:
  std::mt19937_64 engine_;
};

/// Which calls fail: scripted ones, and any by chance.
class FaultPlan {
 public:
  /// The nth call of that sort from now, on a path that contains `path_part`, fails once with this errno value.
  void fail_nth(FileCall call, std::string path_part, std::uint64_t nth, int code);
  /// Every such call fails with this probability (EIO).
  void set_rate(FileCall call, double probability);
  /// The next `calls` calls of any sort do what they should; every later one fails.
  void stop_after(std::uint64_t calls) { left_ = calls; }
  void clear();
  /// stop_after() has run out.
  [[nodiscard]] bool stopped() const { return left_ == 0; }

  /// Counts the call. The errno value when it is to fail.
  std::optional<int> check(FileCall call, std::string_view path, Chance& chance);

 private:
  struct Script {
    FileCall call;
    std::string path_part;
    std::uint64_t left;
    int code;
  };
  std::vector<Script> scripts_;
  std::array<double, kFileCalls> rates_{};
  std::optional<std::uint64_t> left_;
};

/// An error made by a test's plan and not by a wrong call.
Error injected_error(int code, std::string operation, std::string path);
bool is_injected(const Error& error);

}  // namespace firn
