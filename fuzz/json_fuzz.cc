// JSON documents of every kind: pack's reader, and intake's look at them. The first byte chooses the kind.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/xml_text.h"
#include "fuzz/input.h"
#include "intake/document_facts.h"
#include "intake/document_peek.h"
#include "model/filter.h"
#include "model/quarantine.h"
#include "model/record.h"
#include "model/table.h"
#include "pack/document_reader.h"
#include "pack/document_row.h"

namespace firn {
namespace {

constexpr std::array kKinds{std::pair{'f', Kind::kForm},       std::pair{'c', Kind::kCase},
                            std::pair{'u', Kind::kUser},       std::pair{'l', Kind::kLocation},
                            std::pair{'d', Kind::kDataSource}, std::pair{'s', Kind::kFormStub},
                            std::pair{'a', Kind::kAppChange}};

Kind kind_of(char letter) {
  for (const auto& [of_kind, kind] : kKinds) {
    if (of_kind == letter) {
      return kind;
    }
  }
  return Kind::kForm;
}

/// A row that lives longer than its reader's buffers.
struct KeptRow {
  explicit KeptRow(const DocumentRow& row) : domain(row.domain), id(row.id), json(row.json), digest(row.digest) {
    for (const auto& text : row.texts) {
      texts.push_back(text ? std::optional(std::string(*text)) : std::nullopt);
    }
    last_id = row.ids.empty() ? "" : row.ids.back();
  }
  bool operator==(const KeptRow&) const = default;

  std::string domain;
  std::string id;
  std::string last_id;
  std::vector<std::optional<std::string>> texts;
  std::string json;
  Digest128 digest;
};

std::optional<KeptRow> read(Kind kind, const Record& record, std::optional<QuarantineReason>& refused) {
  DocumentReader reader(kind);
  const auto row = reader.read(record);
  if (!row) {
    refused = row.error().reason;
    FIRN_CHECK(row.error().detail.size() < 1000, "a place is short");
    return std::nullopt;
  }
  return KeptRow(*row);
}

/// True when the rest of the document did not matter any more.
bool is_damage(QuarantineReason reason) {
  return reason == QuarantineReason::kNotJson || reason == QuarantineReason::kDuplicateKey ||
         reason == QuarantineReason::kTooDeep || reason == QuarantineReason::kNumberRange;
}

void check_fact(const DocumentPeek& peek, FilterField field, const std::optional<std::string>& column) {
  if (peek.facts[field].state() == FieldValue::State::kFound && column) {
    FIRN_CHECK(peek.facts[field].text() == *column, "a filter sees what the column holds");
  }
}

void check_peek(const DocumentPeek& peek, Kind kind, const KeptRow& row) {
  FIRN_CHECK(peek.understood, "what becomes a row was understood");
  FIRN_CHECK(peek.damage.empty(), "no damage is told of what becomes a row");
  FIRN_CHECK(peek.id == row.last_id, "the answer names the row's id");
  check_fact(peek, FilterField::kDomain, row.domain);
  if (kind == Kind::kForm) {
    check_fact(peek, FilterField::kXmlns, row.texts.at(0));
  } else if (kind == Kind::kCase) {
    check_fact(peek, FilterField::kCaseType, row.texts.at(0));
  }
}

void run(Kind kind, std::string body) {
  Record record;
  record.envelope.received_at = timestamp_from_micros(1'772'444'467'118'204);
  record.envelope.domain = body.contains("domain") ? "" : "demo-health";
  record.body = body;
  std::optional<QuarantineReason> refused;
  const auto row = read(kind, record, refused);
  const PeekOrder order{kind, filter_fields(kind)};
  const DocumentPeek whole = check_document(body, order);
  const std::string original = body;
  const DocumentPeek peek = peek_document(body, order);
  FIRN_CHECK(body == original, "a look changes nothing");
  if (!row) {
    FIRN_CHECK(!is_damage(*refused) || !whole.understood, "no filter drops what is damaged");
    return;
  }
  check_peek(peek, kind, *row);
  check_peek(whole, kind, *row);
  if (kind == Kind::kAppChange) {
    return;  // its body is no JSON
  }
  record.body = row->json;
  const auto again = read(kind, record, refused);
  FIRN_CHECK(again && *again == *row, "a row's document is read as the same row");
}

}  // namespace
}  // namespace firn

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  firn::FuzzInput input(data, size);
  const firn::Kind kind = firn::kind_of(static_cast<char>(input.number(1)));
  std::string body(input.rest());
  if (!firn::looks_like_xml(body, "")) {
    firn::run(kind, std::move(body));
  }
  return 0;
}
