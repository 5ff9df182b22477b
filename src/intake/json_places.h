#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "intake/document_facts.h"
#include "intake/document_peek.h"
#include "model/filter.h"
#include "model/table.h"

namespace firn {

/// What can be found at a place of a JSON document.
enum class JsonFact : std::uint8_t {
  kId,
  kCouchId,  ///< stands for kId when that is missing; likewise the other ones below
  kDomain,
  kXmlns,
  kAppId,
  kCaseType,
  kOtherCaseType,  ///< only in documents that say in `doc_type` that they are a case
  kDocType,
  kUser,
  kOtherUser,
  kInside,  ///< nothing itself: an object with places in it
};

/// A member of an object: a fact, or an object that has places of its own.
struct JsonPlace {
  std::string_view key;
  JsonFact fact = JsonFact::kInside;
  FilterFields fields = 0;  ///< looked at only when one of these is wanted; 0: always
  std::span<const JsonPlace> inside{};
  bool is_spare = false;  ///< counts only when what it stands for was not found
};

/// Where the id and the fields of filters stand in the outermost object of a document of that kind; the id is first.
/// Empty for app changes, which are no JSON.
std::span<const JsonPlace> json_places(Kind kind);

/// What was found.
class JsonFacts {
 public:
  [[nodiscard]] FieldValue& operator[](JsonFact fact) { return values_[static_cast<std::size_t>(fact)]; }
  [[nodiscard]] const FieldValue& operator[](JsonFact fact) const { return values_[static_cast<std::size_t>(fact)]; }
  [[nodiscard]] const FieldValue& id() const;
  [[nodiscard]] DocumentFacts fields() &&;

 private:
  std::array<FieldValue, static_cast<std::size_t>(JsonFact::kInside)> values_;
};

/// Puts what was found into `peek`; a missing or unclear id becomes its damage, unless it has one.
void take_facts(JsonFacts& facts, Kind kind, DocumentPeek& peek);

}  // namespace firn
