#include "admin/find_line.h"

namespace firn {

Result<RepeaterLine*> find_line(Daemon& daemon, const std::string& repeater) {
  RepeaterLine* line = daemon.line(RepeaterName(repeater));
  if (line == nullptr) {
    return fail(Error{ErrorKind::kNotFound, "find", repeater, "there is no such repeater", "see `firn status`"});
  }
  return line;
}

Result<std::vector<RepeaterLine*>> find_lines(Daemon& daemon, const std::string& repeater) {
  std::vector<RepeaterLine*> lines;
  if (!repeater.empty()) {
    FIRN_ASSIGN(RepeaterLine * line, find_line(daemon, repeater));
    lines.push_back(line);
    return lines;
  }
  for (const auto& line : daemon.lines()) {
    lines.push_back(line.get());
  }
  return lines;
}

}  // namespace firn
