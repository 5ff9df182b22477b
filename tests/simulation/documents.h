#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/position.h"
#include "tests/simulation/versionless.h"
#include "tests/support/fault_plan.h"

namespace firn {

/// How the ids of forms begin that the destination does not take.
inline constexpr std::string_view kPoison = "poison-";
/// And of those that have no version: only their content tells what was sent before.
inline constexpr std::string_view kVersionless = "versionless-";

/// What HQ would send, and what came of it: the truth outside of the simulated machine. A document is a form id with a
/// version; its bytes follow from the two, so that a second delivery is equal to the first. Where the form shows no
/// version, it is the number of the content only.
class Documents {
 public:
  /// Something to post. `id` is empty for a damaged body, which is told apart by `number`.
  struct Delivery {
    std::string body;
    std::string id;
    std::uint64_t version = 0;
    std::uint64_t number = 0;
  };

  explicit Documents(Chance& chance) : chance_(chance) {}

  /// A new form, an edited version, an earlier version come late, one sent before, one that the destination does not
  /// take, or a damaged body.
  Delivery next();

  void attempted(const Delivery& delivery);
  /// The journal said where it is: it must never be lost from now on.
  void acknowledged(const Delivery& delivery, Position position);

  /// A form id and its version as the table shows it.
  using Row = std::pair<std::string, std::string>;
  [[nodiscard]] const std::set<Row>& acknowledged_rows() const { return acknowledged_rows_; }
  [[nodiscard]] const std::set<Row>& attempted_rows() const { return attempted_rows_; }
  /// The ids of those that the destination does not take.
  [[nodiscard]] const std::set<std::string>& acknowledged_poison() const { return acknowledged_poison_; }
  [[nodiscard]] const std::set<Position>& damaged_positions() const { return damaged_positions_; }
  [[nodiscard]] const std::map<Row, std::string>& bodies() const { return bodies_; }
  [[nodiscard]] const VersionlessLedger& versionless() const { return versionless_; }

 private:
  Delivery form(const std::string& id, std::uint64_t version);
  static Row row_of(const Delivery& delivery);

  Chance& chance_;
  std::map<std::string, std::uint64_t> newest_;
  std::vector<std::string> ids_;
  std::uint64_t next_number_ = 1;
  std::set<Row> acknowledged_rows_;
  std::set<Row> attempted_rows_;
  std::set<std::string> acknowledged_poison_;
  std::set<Position> damaged_positions_;
  std::map<Row, std::string> bodies_;
  VersionlessLedger versionless_;
};

}  // namespace firn
