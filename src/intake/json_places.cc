#include "intake/json_places.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

#include "intake/document_facts.h"
#include "intake/document_peek.h"
#include "model/filter.h"
#include "model/table.h"

namespace firn {
namespace {

constexpr std::size_t kLongestId = 255;

constexpr FilterFields kDomain = bit_of(FilterField::kDomain);
constexpr FilterFields kXmlns = bit_of(FilterField::kXmlns);
constexpr FilterFields kAppId = bit_of(FilterField::kAppId);
constexpr FilterFields kUser = bit_of(FilterField::kUser);
constexpr FilterFields kCaseType = bit_of(FilterField::kCaseType);

constexpr JsonPlace id(std::string_view key) { return {.key = key, .fact = JsonFact::kId}; }
/// Documents in CouchDB's shape have their id there.
constexpr JsonPlace kCouchId{.key = "_id", .fact = JsonFact::kCouchId, .is_spare = true};
constexpr JsonPlace kDomainPlace{.key = "domain", .fact = JsonFact::kDomain, .fields = kDomain};

constexpr std::array kMetaOfForm{JsonPlace{.key = "userID", .fact = JsonFact::kUser}};
constexpr std::array kPartsOfForm{JsonPlace{.key = "@xmlns", .fact = JsonFact::kXmlns, .fields = kXmlns},
                                  JsonPlace{.key = "meta", .fields = kUser, .inside = kMetaOfForm}};
constexpr std::array kMetadata{JsonPlace{.key = "userID", .fact = JsonFact::kOtherUser}};
constexpr std::array kForm{id("id"),
                           kCouchId,
                           kDomainPlace,
                           JsonPlace{.key = "app_id", .fact = JsonFact::kAppId, .fields = kAppId},
                           JsonPlace{.key = "form", .fields = kXmlns | kUser, .inside = kPartsOfForm},
                           JsonPlace{.key = "metadata", .fields = kUser, .inside = kMetadata}};

constexpr std::array kProperties{JsonPlace{.key = "case_type", .fact = JsonFact::kCaseType}};
constexpr std::array kCase{
    id("case_id"), kCouchId, kDomainPlace, JsonPlace{.key = "user_id", .fact = JsonFact::kUser, .fields = kUser},
    JsonPlace{.key = "properties", .fields = kCaseType, .inside = kProperties},
    // In CouchDB's shape, where there are no properties. Forms have a `type` too.
    JsonPlace{.key = "doc_type", .fact = JsonFact::kDocType, .fields = kCaseType, .is_spare = true},
    JsonPlace{.key = "type", .fact = JsonFact::kOtherCaseType, .fields = kCaseType, .is_spare = true}};

constexpr std::array kUserDocument{id("id"), kCouchId, kDomainPlace};
constexpr std::array kLocation{id("location_id"), kCouchId, kDomainPlace};
constexpr std::array kDataSource{id("doc_id"), kDomainPlace};
constexpr std::array kFormStub{id("form_id"), kDomainPlace};

/// The one that was found where it should be, or else the other.
FieldValue&& either(FieldValue& first, FieldValue& second) {
  return std::move(first.state() == FieldValue::State::kMissing ? second : first);
}

}  // namespace

const FieldValue& JsonFacts::id() const {
  const FieldValue& own = (*this)[JsonFact::kId];
  return own.state() == FieldValue::State::kMissing ? (*this)[JsonFact::kCouchId] : own;
}

DocumentFacts JsonFacts::fields() && {
  JsonFacts& from = *this;
  DocumentFacts facts;
  facts[FilterField::kDomain] = std::move(from[JsonFact::kDomain]);
  facts[FilterField::kXmlns] = std::move(from[JsonFact::kXmlns]);
  facts[FilterField::kAppId] = std::move(from[JsonFact::kAppId]);
  const bool is_couch_case = from[JsonFact::kDocType].text() == "CommCareCase";
  facts[FilterField::kCaseType] =
      is_couch_case ? either(from[JsonFact::kCaseType], from[JsonFact::kOtherCaseType]) : from[JsonFact::kCaseType];
  facts[FilterField::kUser] = either(from[JsonFact::kUser], from[JsonFact::kOtherUser]);
  return facts;
}

void take_facts(JsonFacts& facts, Kind kind, DocumentPeek& peek) {
  const FieldValue& id = facts.id();
  if (id.state() != FieldValue::State::kFound && peek.damage.empty()) {
    const bool missing = id.state() == FieldValue::State::kMissing;
    peek.damage =
        fmt::format("$.{}: it is {}", json_places(kind).front().key, missing ? "missing or empty" : "not one text");
  }
  if (id.text().size() <= kLongestId) {
    peek.id = id.text();
  }
  peek.facts = std::move(facts).fields();
}

std::span<const JsonPlace> json_places(Kind kind) {
  switch (kind) {
    case Kind::kForm:
      return kForm;
    case Kind::kCase:
      return kCase;
    case Kind::kUser:
      return kUserDocument;
    case Kind::kLocation:
      return kLocation;
    case Kind::kDataSource:
      return kDataSource;
    case Kind::kFormStub:
      return kFormStub;
    case Kind::kAppChange:
      break;
  }
  return {};
}

}  // namespace firn
