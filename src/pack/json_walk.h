#pragma once

#include <simdjson.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "model/quarantine.h"
#include "pack/key_table.h"

namespace firn {

/// A part of the text that the digest leaves out.
struct Cut {
  std::size_t begin;
  std::size_t end;
};

/// Walks through a parsed document and its minified text in step: finds keys that come twice and what is nested too
/// deep, and where in the text the members lie that change at each sending: the top `indexed_on` and the `url` of each
/// attachment.
class JsonWalk {
 public:
  /// All must outlive the walk. The cuts are cleared.
  JsonWalk(std::string_view text, KeyTable& keys, std::vector<Cut>& cuts);

  /// False when a rule is broken: then `reason` and `place` say which and where.
  bool run(simdjson::dom::element root);

  [[nodiscard]] QuarantineReason reason() const { return reason_; }
  /// `$.form.members[3].age`; a key that cannot be shown plainly is a question mark.
  [[nodiscard]] std::string place() const;

 private:
  struct PathPart {
    std::string_view key;
    std::size_t index = 0;
    bool is_key = false;
  };

  bool value(simdjson::dom::element element);
  bool object(simdjson::dom::object object);
  bool array(simdjson::dom::array array);
  bool enter();
  bool broken(QuarantineReason reason);
  void skip_string(std::size_t decoded);
  [[nodiscard]] bool is_left_out(std::string_view key) const;
  void leave_out(std::size_t opening, std::size_t begin);

  std::string_view text_;
  KeyTable& keys_;
  std::vector<Cut>& cuts_;
  std::size_t at_ = 0;
  std::vector<PathPart> path_;
  QuarantineReason reason_ = QuarantineReason::kTooDeep;
};

}  // namespace firn
