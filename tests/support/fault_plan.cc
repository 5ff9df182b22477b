#include "tests/support/fault_plan.h"

#include <cerrno>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "platform/system_error.h"

namespace firn {
namespace {
constexpr std::string_view kMark = " [injected]";
}

void FaultPlan::fail_nth(FileCall call, std::string path_part, std::uint64_t nth, int code) {
  scripts_.push_back({call, std::move(path_part), nth, code});
}

void FaultPlan::set_rate(FileCall call, double probability) { rates_.at(static_cast<std::size_t>(call)) = probability; }

void FaultPlan::clear() { *this = FaultPlan(); }

std::optional<int> FaultPlan::check(FileCall call, std::string_view path, Chance& chance) {
  if (stopped()) {
    return EIO;
  }
  if (left_) {
    --*left_;
  }
  std::optional<int> code;
  for (auto& script : scripts_) {
    const bool matches =
        script.call == call && script.left > 0 && path.find(script.path_part) != std::string_view::npos;
    if (matches && --script.left == 0) {
      code = script.code;
    }
  }
  if (!code && chance.happens(rates_.at(static_cast<std::size_t>(call)))) {
    code = EIO;
  }
  return code;
}

Error injected_error(int code, std::string operation, std::string path) {
  auto error = system_error(code, std::move(operation), std::move(path));
  error.reason += kMark;
  return error;
}

bool is_injected(const Error& error) { return error.reason.ends_with(kMark); }

}  // namespace firn
