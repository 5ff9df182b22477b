// XML documents: intake's quick look against its strict reading. The first byte chooses the kind.

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "fuzz/input.h"
#include "intake/document_facts.h"
#include "intake/document_peek.h"
#include "model/filter.h"
#include "model/table.h"

namespace firn {
namespace {

void run(const PeekOrder& order, std::string body) {
  const DocumentPeek whole = check_document(body, order);
  const DocumentPeek peek = peek_document(body, order);
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

}  // namespace
}  // namespace firn

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace firn;
  FuzzInput input(data, size);
  const Kind kind = input.number(1) == 'c' ? Kind::kCase : Kind::kForm;
  std::string body(input.rest());
  if (body.contains('<')) {
    run({kind, filter_fields(kind)}, std::move(body));
  }
  return 0;
}
