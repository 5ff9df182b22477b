#pragma once

#include <map>
#include <set>
#include <string>

#include "model/position.h"

namespace firn {

/// What must become of documents without version: each is a row unless the newest row before it has the same content.
/// Said of positions alone, so that nothing that happens to the machine is an excuse.
class VersionlessLedger {
 public:
  /// Contents of one document by position.
  using Contents = std::map<Position, std::string>;

  /// Rows whose content the document had before, with another one in between: the third of A, B, A.
  static int came_back(const std::map<std::string, Contents>& rows);

  void attempted(const std::string& id, const std::string& content) { unanswered_[id].insert(content); }
  void acknowledged(const std::string& id, const std::string& content, Position position);

  /// What is wrong with the table's rows, by id; empty when nothing is.
  [[nodiscard]] std::string complaint(const std::map<std::string, Contents>& rows) const;

 private:
  using Unanswered = std::multiset<std::string>;
  static std::string complaint_of(const Contents& sent, Unanswered unanswered, const Contents& rows);

  std::map<std::string, Contents> acknowledged_;
  std::map<std::string, Unanswered> unanswered_;  ///< the journal may have kept them all the same
};

}  // namespace firn
