#include "pack/form_document.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
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
#include "model/position.h"
#include "model/quarantine.h"
#include "model/record.h"
#include "pack/csv.h"
#include "pack/json_fault.h"
#include "pack/key_table.h"

namespace firn {
namespace {

namespace dom = simdjson::dom;
using Reason = QuarantineReason;

constexpr std::size_t kMaxIdBytes = 255;
constexpr std::size_t kMaxDetailBytes = 200;
constexpr std::size_t kMaxShownKeyBytes = 60;
/// A parser that has grown beyond this is given up after the document, with its memory.
constexpr std::size_t kKeptParserBytes = 1U << 20U;

/// A part of the text that the digest leaves out.
struct Cut {
  std::size_t begin;
  std::size_t end;
};

struct PathPart {
  std::string_view key;
  std::size_t index = 0;
  bool is_key = false;
};

bool can_be_shown(std::string_view key) {
  return !key.empty() && key.size() <= kMaxShownKeyBytes &&
         std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < '\x7F' && c != '"'; });
}

/// `$.form.members[3].age`; a key that cannot be shown plainly is a question mark.
std::string show(const std::vector<PathPart>& path) {
  std::string text = "$";
  for (const PathPart& part : path) {
    if (text.size() > kMaxDetailBytes) {
      return text + "...";
    }
    if (part.is_key) {
      text += can_be_shown(part.key) ? fmt::format(".{}", part.key) : std::string(".?");
    } else {
      text += fmt::format("[{}]", part.index);
    }
  }
  return text;
}

/// Walks through a parsed document and its minified text in step: finds keys that come twice, and where in the text
/// the members lie that the digest leaves out.
class Walk {
 public:
  Walk(std::string_view text, KeyTable& keys, std::vector<Cut>& cuts) : text_(text), keys_(keys), cuts_(cuts) {
    cuts_.clear();
    keys_.begin_document();
  }

  /// False when a rule is broken: then `reason` and `path` say where.
  bool run(dom::element root) {
    const bool good = value(root);
    FIRN_CHECK(!good || at_ == text_.size(), "a document and its text have the same length");
    return good;
  }

  [[nodiscard]] Reason reason() const { return reason_; }
  [[nodiscard]] std::string place() const { return show(path_); }

 private:
  bool value(dom::element element) {
    switch (element.type()) {
      case dom::element_type::OBJECT:
        return enter() && object(element.get_object().value_unsafe());
      case dom::element_type::ARRAY:
        return enter() && array(element.get_array().value_unsafe());
      case dom::element_type::STRING:
        skip_string(element.get_string().value_unsafe().size());
        return true;
      case dom::element_type::BOOL:
      case dom::element_type::NULL_VALUE:
        at_ += text_[at_] == 'f' ? 5U : 4U;
        return true;
      case dom::element_type::INT64:
      case dom::element_type::UINT64:
      case dom::element_type::DOUBLE:
        at_ = std::min(text_.find_first_of(",]}", at_), text_.size());
        return true;
    }
    return true;
  }

  bool enter() { return path_.size() < kMaxJsonDepth || broken(Reason::kTooDeep); }

  bool broken(Reason reason) {
    reason_ = reason;
    return false;
  }

  bool object(dom::object object) {
    const std::uint64_t serial = keys_.begin_object();
    path_.push_back({.key = {}, .index = 0, .is_key = true});
    const std::size_t opening = at_++;
    for (const auto [key, member] : object) {
      path_.back().key = key;
      if (!keys_.insert(serial, key)) {
        return broken(Reason::kDuplicateKey);
      }
      const std::size_t begin = at_;
      skip_string(key.size());
      ++at_;  // the colon
      if (!value(member)) {
        return false;
      }
      if (is_left_out(key)) {
        leave_out(opening, begin);
      }
      at_ += text_[at_] == ',' ? 1U : 0U;
    }
    ++at_;
    path_.pop_back();
    return true;
  }

  bool array(dom::array array) {
    path_.push_back({});
    ++at_;
    for (const dom::element element : array) {
      if (!value(element)) {
        return false;
      }
      at_ += text_[at_] == ',' ? 1U : 0U;
      ++path_.back().index;
    }
    ++at_;
    path_.pop_back();
    return true;
  }

  /// `decoded` is the string's length without its escapes. Where the closing quote stands if it has none, an escaped
  /// quote may stand if it has some; every escape is longer than what it means.
  void skip_string(std::size_t decoded) {
    const std::size_t end = at_ + 1 + decoded;
    if (text_[end] == '"' && (decoded == 0 || text_[end - 1] != '\\')) {
      at_ = end + 1;
      return;
    }
    std::size_t i = at_ + 1;
    while (text_[i] != '"') {
      i += text_[i] == '\\' ? 2U : 1U;
    }
    at_ = i + 1;
  }

  [[nodiscard]] bool is_left_out(std::string_view key) const {
    return (path_.size() == 1 && key == "indexed_on") ||
           (path_.size() == 3 && key == "url" && path_.front().key == "attachments" && path_[1].is_key);
  }

  /// The member from `begin` to here, with the comma behind it, or the one before it when it is the last.
  void leave_out(std::size_t opening, std::size_t begin) {
    if (text_[at_] == ',') {
      cuts_.push_back({begin, at_ + 1});
    } else {
      cuts_.push_back({begin == opening + 1 ? begin : begin - 1, at_});
    }
  }

  std::string_view text_;
  KeyTable& keys_;
  std::vector<Cut>& cuts_;
  std::size_t at_ = 0;
  std::vector<PathPart> path_;
  Reason reason_ = Reason::kTooDeep;
};

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20U || c == '\x7F'; });
}

bool is_good_name(std::string_view text) { return !text.empty() && text.size() <= kMaxIdBytes && !has_control(text); }

/// The member when it is there and not null.
std::optional<dom::element> member(const dom::object& object, std::string_view key) {
  dom::element element;
  if (object[key].get(element) != simdjson::SUCCESS || element.is_null()) {
    return std::nullopt;
  }
  return element;
}

std::optional<std::string_view> text_of(const std::optional<dom::element>& element) {
  if (!element || !element->is_string()) {
    return std::nullopt;
  }
  return element->get_string().value_unsafe();
}

/// A text that a VARCHAR column of any destination can hold.
std::optional<std::string_view> column_text(std::optional<std::string_view> text) {
  return text && text->find('\0') == std::string_view::npos ? text : std::nullopt;
}

std::optional<std::string_view> header_text(const std::string& text) {
  const bool good = !text.empty() && simdjson::validate_utf8(text.data(), text.size());
  return good ? column_text(text) : std::nullopt;
}

std::unexpected<Rejection> reject(Reason reason, std::string detail) {
  return std::unexpected(Rejection{reason, std::move(detail), {}, {}});
}

std::expected<std::optional<Timestamp>, Rejection> time_member(const dom::object& document, std::string_view key) {
  const auto element = member(document, key);
  if (!element) {
    return std::nullopt;
  }
  const auto text = text_of(element);
  const auto time = text ? parse_timestamp(*text) : std::nullopt;
  if (!time) {
    return reject(Reason::kInvalidTimestamp, fmt::format("$.{}", key));
  }
  return time;
}

std::expected<Timestamp, Rejection> receipt_of(const dom::object& document, const Envelope& envelope) {
  const auto stated = time_member(document, "received_on");
  if (!stated) {
    return std::unexpected(stated.error());
  }
  if (*stated) {
    return **stated;
  }
  if (envelope.received_on.empty()) {
    return envelope.received_at;
  }
  const auto header = parse_timestamp(envelope.received_on);
  if (!header) {
    return reject(Reason::kInvalidTimestamp, "header received-on");
  }
  return *header;
}

std::expected<std::string_view, Rejection> id_of(const dom::object& document) {
  const auto element = member(document, "id");
  if (!element) {
    return reject(Reason::kMissingId, "$.id");
  }
  const auto id = text_of(element);
  if (!id || !is_good_name(*id)) {
    return reject(Reason::kInvalidId, "$.id");
  }
  return *id;
}

std::expected<std::string_view, Rejection> domain_of(const dom::object& document, const Envelope& envelope) {
  const auto element = member(document, "domain");
  const auto stated = text_of(element);
  if (element && !stated) {
    return reject(Reason::kInvalidId, "$.domain");
  }
  const std::string_view domain = stated && !stated->empty() ? *stated : std::string_view(envelope.domain);
  if (domain.empty()) {
    return reject(Reason::kMissingDomain, "$.domain");
  }
  if (!is_good_name(domain) || !simdjson::validate_utf8(domain.data(), domain.size())) {
    return reject(Reason::kInvalidId, stated && !stated->empty() ? "$.domain" : "the domain in the request's path");
  }
  if (!envelope.domain.empty() && domain != envelope.domain) {
    return reject(Reason::kDomainMismatch, "$.domain");
  }
  return domain;
}

/// The columns of a row but `json` and `digest`.
std::expected<FormRow, Rejection> columns_of(const dom::object& document, const Envelope& envelope) {
  const auto form_element = member(document, "form");
  if (!form_element || !form_element->is_object()) {
    return reject(Reason::kWrongKind, "$.form");
  }
  FormRow row;
  const auto id = id_of(document);
  if (!id) {
    return std::unexpected(id.error());
  }
  const auto domain = domain_of(document, envelope);
  if (!domain) {
    return std::unexpected(domain.error());
  }
  const auto received_on = receipt_of(document, envelope);
  if (!received_on) {
    return std::unexpected(received_on.error());
  }
  const auto modified_on = time_member(document, "server_modified_on");
  if (!modified_on) {
    return std::unexpected(modified_on.error());
  }
  row.form_id = *id;
  row.domain = *domain;
  row.received_on = *received_on;
  row.server_modified_on = *modified_on;
  row.xmlns = column_text(text_of(member(form_element->get_object().value_unsafe(), "@xmlns")));
  const auto app = column_text(text_of(member(document, "app_id")));
  row.app_id = app ? app : header_text(envelope.app_id);
  return row;
}

/// What is known of a rejected record, as far as it can be shown. `document` is null when it could not be read.
void identify(const dom::object* document, const Envelope& envelope, Rejection& rejection) {
  if (is_good_name(envelope.domain) && header_text(envelope.domain)) {
    rejection.domain = envelope.domain;
  }
  if (document == nullptr) {
    return;
  }
  const auto id = text_of(member(*document, "id"));
  if (id && is_good_name(*id)) {
    rejection.document_id = *id;
  }
  const auto domain = text_of(member(*document, "domain"));
  if (domain && is_good_name(*domain)) {
    rejection.domain = *domain;
  }
}

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

}  // namespace

/// The parser and its buffers, kept from document to document.
struct FormReader::State {
  /// One level more than allowed, so that the walk can tell the exact place.
  static constexpr std::size_t kParserDepth = kMaxJsonDepth + 1;

  std::unique_ptr<dom::parser> parser;
  std::string padded;
  std::string minified;
  std::string hashed;
  std::vector<Cut> cuts;
  KeyTable keys;

  /// Forgets what a document of unusual size has left.
  void trim() {
    if (padded.capacity() > kKeptParserBytes) {
      *this = State();
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

FormReader::FormReader() : state_(std::make_unique<State>()) {}
FormReader::~FormReader() = default;

std::expected<FormRow, Rejection> FormReader::read(const Record& record) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  std::string_view body = record.body;
  if (body.starts_with(kByteOrderMark)) {
    body.remove_prefix(kByteOrderMark.size());
  }
  state_->trim();
  const auto root = state_->parse(body);
  if (!root || !root->is_object()) {
    Rejection rejection = root ? Rejection{Reason::kWrongKind, "$", {}, {}} : root.error();
    identify(nullptr, record.envelope, rejection);
    return std::unexpected(std::move(rejection));
  }
  const dom::object document = root->get_object().value_unsafe();
  state_->minify(body);
  Walk walk(state_->minified, state_->keys, state_->cuts);
  auto row = walk.run(*root) ? columns_of(document, record.envelope)
                             : std::expected<FormRow, Rejection>(reject(walk.reason(), walk.place()));
  if (!row) {
    identify(&document, record.envelope, row.error());
    return row;
  }
  row->json = state_->minified;
  row->digest = state_->digest();
  return row;
}

void append_form_line(const FormRow& row, Position position, std::string& out) {
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
  text(row.form_id);
  time(row.received_on);
  time(row.server_modified_on);
  text(row.xmlns);
  text(row.app_id);
  text(row.json);
  append_csv_number(out, position.value());
  out.push_back(kCsvLineEnd);
}

}  // namespace firn
