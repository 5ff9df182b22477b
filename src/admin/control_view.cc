#include "admin/control_view.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <string>
#include <utility>
#include <vector>

#include "admin/find_line.h"
#include "admin/json.h"
#include "pipeline/controls.h"
#include "pipeline/repeater_line.h"

namespace firn {
namespace {

using boost::json::array;
using boost::json::object;

Result<std::vector<std::string>> steps_of(const std::string& step) {
  if (step.empty()) {
    return std::vector<std::string>(kPausable.begin(), kPausable.end());
  }
  if (std::ranges::find(kPausable, step) == kPausable.end()) {
    std::string names;
    for (const std::string_view name : kPausable) {
      names += (names.empty() ? "" : ", ") + std::string(name);
    }
    return fail(Error{ErrorKind::kInvalidInput, "find step", step, "there is no such step", "the steps are " + names});
  }
  return std::vector<std::string>{step};
}

Result<object> controls_view(Daemon& daemon) {
  FIRN_ASSIGN(const auto controls, daemon.catalog().controls());
  array out;
  for (const Control& control : controls) {
    out.push_back(object{
        {"repeater", control.repeater.str()}, {"control", control.name}, {"since", format_iso8601(control.since)}});
  }
  return object{{"controls", std::move(out)}};
}

}  // namespace

Result<object> pause(Daemon& daemon, const ControlWish& wish) {
  FIRN_ASSIGN(const auto lines, find_lines(daemon, wish.repeater));
  FIRN_ASSIGN(const auto steps, steps_of(wish.step));
  for (const RepeaterLine* line : lines) {
    for (const std::string& step : steps) {
      FIRN_TRY(daemon.controls().pause(line->name(), step));
    }
  }
  return controls_view(daemon);
}

Result<object> resume(Daemon& daemon, const ControlWish& wish) {
  FIRN_ASSIGN(const auto lines, find_lines(daemon, wish.repeater));
  FIRN_ASSIGN(const auto steps, steps_of(wish.step));
  for (const RepeaterLine* line : lines) {
    for (const std::string& step : steps) {
      FIRN_TRY(daemon.controls().resume(line->name(), step));
    }
    if (wish.step.empty()) {
      FIRN_TRY(daemon.controls().end_drain(line->name()));
    }
  }
  return controls_view(daemon);
}

Result<object> drain(Daemon& daemon, const std::string& repeater) {
  FIRN_ASSIGN(const RepeaterLine* line, find_line(daemon, repeater));
  FIRN_TRY(daemon.controls().drain(line->name()));
  daemon.scheduler().retry_now(line->name());
  return drain_view(daemon, repeater);
}

Result<object> drain_view(Daemon& daemon, const std::string& repeater) {
  FIRN_ASSIGN(const RepeaterLine* line, find_line(daemon, repeater));
  FIRN_ASSIGN(const auto left, line->leftover());
  array chunks;
  for (const ChunkTotals& totals : left.chunks) {
    chunks.push_back(object{{"state", to_string(totals.state)}, {"chunks", totals.chunks}, {"rows", totals.rows}});
  }
  array paused;
  for (const std::string_view step : kPausable) {
    if (daemon.scheduler().is_paused(line->name(), std::string(step))) {
      paused.emplace_back(step);
    }
  }
  return object{{"repeater", line->name().str()}, {"draining", line->is_draining()}, {"drained", left.is_nothing()},
                {"waiting", left.waiting},        {"chunks", std::move(chunks)},     {"paused", std::move(paused)}};
}

}  // namespace firn
