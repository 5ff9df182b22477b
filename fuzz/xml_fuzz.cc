// XML documents: the quick look of intake, its strict reading, and pack. The first byte chooses the kind.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "base/time.h"
#include "fuzz/input.h"
#include "intake/document_facts.h"
#include "intake/document_peek.h"
#include "model/filter.h"
#include "model/quarantine.h"
#include "model/record.h"
#include "model/table.h"
#include "pack/document_reader.h"
#include "pack/document_row.h"
#include "pack/json_fault.h"
#include "pack/xml_document.h"

namespace firn {
namespace {

/// True for what no filter may drop: pack could not read the body.
bool is_damage(QuarantineReason reason) {
  return reason == QuarantineReason::kNotXml || reason == QuarantineReason::kHasDoctype ||
         reason == QuarantineReason::kUnknownEncoding || reason == QuarantineReason::kEncodingMismatch;
}

void check_looks(const DocumentPeek& peek, const DocumentPeek& whole) {
  if (!whole.understood || !peek.understood) {
    return;
  }
  FIRN_CHECK(peek.id.empty() || peek.id == whole.id, "the answer's id is the document's");
  for (const FilterField field : {FilterField::kXmlns, FilterField::kUser, FilterField::kCaseType}) {
    const FieldValue& seen = peek.facts[field];
    FIRN_CHECK(seen.state() == FieldValue::State::kUnclear || seen.text() == whole.facts[field].text(),
               "what the quick look finds is what stands there");
  }
}

void check_row(const DocumentPeek& whole, FilterField field, const DocumentRow& row) {
  FIRN_CHECK(whole.id.empty() || whole.id == row.ids.back(), "the answer names the row's id");
  const FieldValue& value = whole.facts[field];
  if (value.state() == FieldValue::State::kFound && row.texts.front()) {
    FIRN_CHECK(value.text() == *row.texts.front(), "a filter sees what the column holds");
  }
}

/// What XML becomes is JSON that the reader of JSON has nothing to say against but for ids, names and times.
void convert(Kind kind, const std::string& body) {
  static XmlReader converter;  // kept, as pack keeps it
  const auto json = converter.to_json(body, "", kind);
  if (!json) {
    FIRN_CHECK(!json.error().detail.empty() && json.error().detail.size() < 1000, "a refusal has a short place");
    return;
  }
  FIRN_CHECK(!find_json_fault(*json), "what XML becomes is JSON");
  Record record;
  record.envelope.domain = "demo";
  record.body = *json;
  DocumentReader reader(kind);
  const auto row = reader.read(record);
  if (row) {
    FIRN_CHECK(row->json == *json, "it is minified");
    return;
  }
  const QuarantineReason reason = row.error().reason;
  FIRN_CHECK(reason != QuarantineReason::kDuplicateKey, "no key comes twice");
  FIRN_CHECK(reason != QuarantineReason::kTooDeep, "it is not too deep");
  FIRN_CHECK(reason != QuarantineReason::kMissingId, "it has an id");
}

void run(Kind kind, std::string body) {
  Record record;
  record.envelope.received_at = timestamp_from_micros(1'772'444'467'118'204);
  record.envelope.domain = "demo-health";
  record.body = body;
  const PeekOrder order{kind, filter_fields(kind)};
  const DocumentPeek whole = check_document(body, order);
  check_looks(peek_document(body, order), whole);
  DocumentReader reader(kind);
  const auto row = reader.read(record);
  if (row) {
    check_row(whole, kind == Kind::kForm ? FilterField::kXmlns : FilterField::kCaseType, *row);
  } else {
    FIRN_CHECK(!whole.understood || !is_damage(row.error().reason), "no filter drops what is damaged");
  }
}

}  // namespace
}  // namespace firn

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace firn;
  FuzzInput input(data, size);
  const Kind kind = input.number(1) == 'c' ? Kind::kCase : Kind::kForm;
  std::string body(input.rest());
  if (body.contains('<') && body.find('{') > body.find('<')) {
    convert(kind, body);
    run(kind, std::move(body));
  }
  return 0;
}
