#include "pack/document_reader.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/digest.h"
#include "base/time.h"
#include "base/xml_text.h"
#include "model/position.h"
#include "model/privacy.h"
#include "model/quarantine.h"
#include "model/record.h"
#include "pack/csv.h"
#include "pack/document_columns.h"
#include "pack/document_kind.h"
#include "pack/json_fault.h"
#include "pack/json_member.h"
#include "pack/json_walk.h"
#include "pack/key_table.h"
#include "pack/privacy_filter.h"
#include "pack/xml_document.h"

namespace firn {
namespace {

namespace dom = simdjson::dom;
using Reason = QuarantineReason;

/// A parser that has grown beyond this is given up after the document, with its memory.
constexpr std::size_t kKeptParserBytes = 1U << 20U;
constexpr const char* kProperties = "properties";

/// An application's id: a UUID in hexadecimal.
constexpr std::size_t kAppIdBytes = 32;

Rejection rejection_of(const JsonFault& fault, std::string_view body) {
  const std::string detail = fmt::format("{}: {}", describe_place(body, fault.offset), fault.words);
  switch (fault.kind) {
    case JsonFaultKind::kSyntax:
      return {Reason::kNotJson, detail, {}, {}};
    case JsonFaultKind::kNumber:
      return {Reason::kNumberRange, detail, {}, {}};
    case JsonFaultKind::kDepth:
      return {Reason::kTooDeep, detail, {}, {}};
  }
  return {};
}

bool has_versions(Kind kind) { return kind == Kind::kForm || kind == Kind::kCase || kind == Kind::kLocation; }

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpaces = " \t\r\n";
  const auto begin = std::min(text.find_first_not_of(kSpaces), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(kSpaces) + 1);
}

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

/// What is parsed. XML has been converted, and its kind checked.
struct Text {
  std::string_view json;
  bool was_xml = false;
};

/// A body that is an application's id and nothing else.
std::expected<DocumentRow, Rejection> read_app_change(const Record& record) {
  const std::string_view id = trimmed(without_utf8_mark(record.body));
  std::optional<Reason> wrong;
  if (id.empty()) {
    wrong = Reason::kMissingId;
  } else if (std::string_view("{[<\"").contains(id.front())) {
    wrong = Reason::kWrongKind;
  } else if (id.size() != kAppIdBytes || !std::ranges::all_of(id, is_hex)) {
    wrong = Reason::kInvalidId;
  }
  if (wrong) {
    return std::unexpected(Rejection{*wrong, "the body", {}, {}});
  }
  return columns_of_id(id, record.envelope);
}

}  // namespace

/// What a repeater's rules do.
struct DocumentReader::Rules {
  explicit Rules(const PrivacyPolicy& policy, bool needs) : filter(policy), needs_properties(needs) {}

  PrivacyFilter filter;
  bool needs_properties;  ///< a Couch-shaped case has them in other places, where the rules would not find them
};

/// The parser and its buffers, kept from document to document.
struct DocumentReader::State {
  /// One level more than allowed, so that the walk can tell the exact place.
  static constexpr std::size_t kParserDepth = kMaxJsonDepth + 1;

  std::unique_ptr<Rules> rules;  ///< null when there are none
  std::unique_ptr<dom::parser> parser;
  std::unique_ptr<XmlReader> xml;
  std::string padded;
  std::string minified;
  std::string hashed;
  std::vector<Cut> cuts;
  KeyTable keys;

  /// Forgets what a document of unusual size has left.
  void trim() {
    if (padded.capacity() > kKeptParserBytes) {
      auto kept = std::move(rules);
      *this = State();
      rules = std::move(kept);
    }
    if (!parser) {
      parser = std::make_unique<dom::parser>();
      FIRN_CHECK(parser->allocate(1U << 14U, kParserDepth) == simdjson::SUCCESS, "there is memory for a parser");
    }
  }

  std::expected<dom::element, Rejection> parse(std::string_view body) {
    padded.resize_and_overwrite(body.size() + simdjson::SIMDJSON_PADDING, [&](char* to, std::size_t size) {
      std::memcpy(to, body.data(), body.size());
      std::memset(to + body.size(), 0, simdjson::SIMDJSON_PADDING);
      return size;
    });
    dom::element root;
    if (parser->parse(padded.data(), body.size(), false).get(root) == simdjson::SUCCESS) {
      return root;
    }
    const auto fault = find_json_fault(body);
    return std::unexpected(fault ? rejection_of(*fault, body) : Rejection{Reason::kNotJson, "unknown place", {}, {}});
  }

  void minify(std::string_view body) {
    minified.resize_and_overwrite(body.size() + simdjson::SIMDJSON_PADDING, [&](char* to, std::size_t /*size*/) {
      std::size_t length = 0;
      FIRN_CHECK(simdjson::minify(padded.data(), body.size(), to, length) == simdjson::SUCCESS, "the text is JSON");
      return length;
    });
  }

  /// The JSON of the body, whatever its encoding is.
  std::expected<Text, Rejection> decode(Kind kind, const Record& record) {
    const std::string& content_type = record.envelope.content_type;
    if (!looks_like_xml(record.body, content_type)) {
      return Text{without_utf8_mark(record.body), false};
    }
    if (!xml) {
      xml = std::make_unique<XmlReader>();
    }
    const auto json = xml->to_json(record.body, content_type, kind);
    return json ? std::expected<Text, Rejection>(Text{*json, true}) : std::unexpected(json.error());
  }

  /// Minifies and checks it; then its columns.
  std::expected<DocumentRow, Rejection> row_of(Kind kind, dom::element root, const Text& text,
                                               const Envelope& envelope) {
    const dom::object document = root.get_object().value_unsafe();
    minify(text.json);
    JsonWalk walk(minified, keys, cuts);
    if (!walk.run(root)) {
      return std::unexpected(Rejection{walk.reason(), walk.place(), {}, {}});
    }
    auto place = text.was_xml ? std::nullopt : place_of_other_kind(kind, document);
    if (place) {
      return std::unexpected(Rejection{Reason::kWrongKind, *std::move(place), {}, {}});
    }
    return rules ? private_row_of(kind, document, envelope) : columns_of(kind, document, envelope);
  }

  /// Takes what the rules leave for the document.
  std::expected<DocumentRow, Rejection> private_row_of(Kind kind, const dom::object& document,
                                                       const Envelope& envelope) {
    if (rules->needs_properties && !member(document, kProperties)) {
      return std::unexpected(Rejection{Reason::kPrivacyRule, "$.properties", {}, {}});
    }
    const auto kept = rules->filter.apply(minified);
    if (!kept) {
      return std::unexpected(kept.error());
    }
    minified = *kept;
    const auto root = parse(minified);
    FIRN_CHECK(root && JsonWalk(minified, keys, cuts).run(*root), "the rules leave a correct document");
    return columns_of(kind, root->get_object().value_unsafe(), envelope);
  }

  Digest128 digest() {
    if (cuts.empty()) {
      return digest128(minified);
    }
    hashed.clear();
    std::size_t from = 0;
    for (const Cut& cut : cuts) {
      hashed.append(minified, from, cut.begin - from);
      from = cut.end;
    }
    hashed.append(minified, from);
    return digest128(hashed);
  }
};

DocumentReader::DocumentReader(Kind kind, const PrivacyPolicy& privacy)
    : kind_(kind), state_(std::make_unique<State>()) {
  if (privacy.empty()) {
    return;
  }
  PrivacyPolicy policy = privacy;
  if (kind == Kind::kForm) {
    add_rules_for_metadata(policy);
  }
  const bool names_properties = std::ranges::any_of(
      policy.rules, [](const PrivacyRule& rule) { return path_leads_through(rule.steps, kProperties); });
  state_->rules = std::make_unique<Rules>(policy, kind == Kind::kCase && policy.deidentified && names_properties);
}
DocumentReader::~DocumentReader() = default;

void DocumentReader::trim() { state_->trim(); }

std::expected<DocumentRow, Rejection> DocumentReader::read(const Record& record) {
  if (kind_ == Kind::kAppChange) {
    auto row = read_app_change(record);
    if (!row) {
      identify(kind_, nullptr, record.envelope, row.error());
    }
    return row;
  }
  state_->trim();
  const auto text = state_->decode(kind_, record);
  const auto root = text ? state_->parse(text->json) : std::unexpected(text.error());
  if (!root || !root->is_object()) {
    Rejection rejection = root ? Rejection{Reason::kWrongKind, "$", {}, {}} : root.error();
    identify(kind_, nullptr, record.envelope, rejection);
    return std::unexpected(std::move(rejection));
  }
  auto row = state_->row_of(kind_, *root, *text, record.envelope);
  if (!row) {
    const dom::object document = root->get_object().value_unsafe();
    identify(kind_, &document, record.envelope, row.error());
    return row;
  }
  row->json = state_->minified;
  // With privacy rules nothing that depends on what they removed may be kept.
  const bool of_bytes = text->was_xml && !state_->rules;
  row->digest = of_bytes ? digest128(record.body) : state_->digest();
  return row;
}

void append_document_line(Kind kind, const DocumentRow& row, Position position, std::string& out) {
  const auto text = [&](const std::optional<std::string_view>& value) {
    if (value) {
      append_csv_text(out, *value);
    }
    out.push_back(kCsvSeparator);
  };
  const auto time = [&](const std::optional<Timestamp>& value) {
    if (value) {
      append_csv_timestamp(out, *value);
    }
    out.push_back(kCsvSeparator);
  };
  text(row.domain);
  for (const std::string_view id : row.ids) {
    text(id);
  }
  time(row.received_on);
  if (has_versions(kind)) {
    time(row.version);
  }
  for (const auto& value : row.texts) {
    text(value);
  }
  text(row.json);
  append_csv_number(out, position.value());
  out.push_back(kCsvLineEnd);
}

}  // namespace firn
