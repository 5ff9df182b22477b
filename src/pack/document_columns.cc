#include "pack/document_columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "pack/json_member.h"

namespace firn {
namespace {

namespace dom = simdjson::dom;
using Reason = QuarantineReason;

constexpr std::size_t kMaxIdBytes = 255;

/// The keys that lead to a value; unused ones are empty.
using Place = std::array<std::string_view, 2>;
/// Where a value may stand: the first place that has one counts. An object around a place shows the document's shape:
/// then no later place counts.
using Places = std::vector<Place>;

/// Where a kind's documents have what its columns hold. Couch-shaped documents have some of it elsewhere.
struct Layout {
  std::vector<Places> ids;
  Places version;
  std::vector<Places> texts;
  bool states_receipt = false;
};

const Layout& layout_of(Kind kind) {
  static const Layout form{{{{"id"}, {"_id"}}}, {{"server_modified_on"}}, {{{"form", "@xmlns"}}, {{"app_id"}}}, true};
  static const Layout of_case{{{{"case_id"}, {"_id"}}},
                              {{"server_date_modified"}, {"server_modified_on"}},
                              {{{"properties", "case_type"}, {"type"}}, {{"properties", "owner_id"}, {"owner_id"}}}};
  static const Layout user{{{{"id"}, {"_id"}}}, {}, {{{"username"}}}};
  static const Layout location{
      {{{"location_id"}, {"_id"}}}, {{"last_modified"}}, {{{"location_type"}}, {{"site_code"}}}};
  static const Layout data_source{{{{"data_source_id"}}, {{"doc_id"}}}, {}, {}};
  static const Layout form_stub{{{{"form_id"}}}, {}, {}, true};
  static const Layout none;
  switch (kind) {
    case Kind::kForm:
      return form;
    case Kind::kCase:
      return of_case;
    case Kind::kUser:
      return user;
    case Kind::kLocation:
      return location;
    case Kind::kDataSource:
      return data_source;
    case Kind::kFormStub:
      return form_stub;
    case Kind::kAppChange:
      return none;
  }
  return none;
}

struct Found {
  dom::element element;
  const Place* place;
};

std::string show(const Place& place) {
  return place[1].empty() ? fmt::format("$.{}", place[0]) : fmt::format("$.{}.{}", place[0], place[1]);
}

std::optional<Found> find(const dom::object& document, const Places& places) {
  for (const Place& place : places) {
    auto element = member(document, place[0]);
    if (element && !place[1].empty()) {
      if (element->is_object()) {
        element = member(element->get_object().value_unsafe(), place[1]);
        return element ? std::optional(Found{*element, &place}) : std::nullopt;
      }
      element = std::nullopt;
    }
    if (element) {
      return Found{*element, &place};
    }
  }
  return std::nullopt;
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20U || c == '\x7F'; });
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

std::expected<std::optional<Timestamp>, Rejection> time_at(const dom::object& document, const Places& places) {
  const auto found = find(document, places);
  if (!found) {
    return std::nullopt;
  }
  const auto text = text_of(found->element);
  const auto time = text ? parse_timestamp(*text) : std::nullopt;
  if (!time) {
    return reject(Reason::kInvalidTimestamp, show(*found->place));
  }
  return time;
}

std::expected<std::optional<Timestamp>, Rejection> time_in_header(const std::string& text, std::string_view name) {
  if (text.empty()) {
    return std::nullopt;
  }
  const auto time = parse_timestamp(text);
  if (!time) {
    return reject(Reason::kInvalidTimestamp, fmt::format("header {}", name));
  }
  return time;
}

/// Takes the value, or hands on why there is none.
template <typename T, typename U>
bool take(std::expected<T, Rejection> found, U& to, Rejection& rejection) {
  if (!found) {
    rejection = std::move(found.error());
    return false;
  }
  to = std::move(*found);
  return true;
}

/// `document` is null when there is none.
std::expected<Timestamp, Rejection> receipt_of(const dom::object* document, const Envelope& envelope) {
  static const Places received_on{{"received_on"}};
  if (document != nullptr) {
    const auto stated = time_at(*document, received_on);
    if (!stated) {
      return std::unexpected(stated.error());
    }
    if (*stated) {
      return **stated;
    }
  }
  const auto header = time_in_header(envelope.received_on, "received-on");
  if (!header) {
    return std::unexpected(header.error());
  }
  return header->value_or(envelope.received_at);
}

std::expected<std::optional<Timestamp>, Rejection> version_of(Kind kind, const dom::object& document,
                                                              const Envelope& envelope) {
  auto stated = time_at(document, layout_of(kind).version);
  if (kind == Kind::kCase && stated && !*stated) {
    return time_in_header(envelope.server_modified_on, "server-modified-on");
  }
  return stated;
}

std::expected<std::string_view, Rejection> id_at(const dom::object& document, const Places& places) {
  const auto found = find(document, places);
  if (!found) {
    return reject(Reason::kMissingId, show(places.front()));
  }
  const auto id = text_of(found->element);
  if (!id || !is_good_name(*id)) {
    return reject(Reason::kInvalidId, show(*found->place));
  }
  return *id;
}

std::expected<std::vector<std::string_view>, Rejection> ids_of(Kind kind, const dom::object& document) {
  const auto& all = layout_of(kind).ids;
  std::vector<std::string_view> ids;
  ids.reserve(all.size());
  for (const Places& places : all) {
    const auto id = id_at(document, places);
    if (!id) {
      return std::unexpected(id.error());
    }
    // The ids are joined with a slash: only the last one may hold some, or two documents could have one name.
    if (ids.size() + 1 < all.size() && id->find('/') != std::string_view::npos) {
      return reject(Reason::kInvalidId, show(places.front()));
    }
    ids.push_back(*id);
  }
  return ids;
}

std::string joined(const std::vector<std::string_view>& ids) {
  std::string text;
  for (const std::string_view id : ids) {
    text.append(text.empty() ? "" : "/").append(id);
  }
  return text;
}

std::expected<std::string_view, Rejection> domain_of(std::optional<dom::element> element, const Envelope& envelope) {
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

}  // namespace

bool is_good_name(std::string_view text) { return !text.empty() && text.size() <= kMaxIdBytes && !has_control(text); }

std::expected<DocumentRow, Rejection> columns_of(Kind kind, const dom::object& document, const Envelope& envelope) {
  const Layout& layout = layout_of(kind);
  DocumentRow row;
  Rejection rejection;
  if (!take(ids_of(kind, document), row.ids, rejection) ||
      !take(domain_of(member(document, "domain"), envelope), row.domain, rejection) ||
      !take(receipt_of(layout.states_receipt ? &document : nullptr, envelope), row.received_on, rejection) ||
      !take(version_of(kind, document, envelope), row.version, rejection)) {
    return std::unexpected(std::move(rejection));
  }
  row.id = joined(row.ids);
  row.texts.reserve(layout.texts.size());
  for (const Places& places : layout.texts) {
    const auto found = find(document, places);
    row.texts.push_back(found ? column_text(text_of(found->element)) : std::nullopt);
  }
  if (kind == Kind::kForm && !row.texts.back()) {
    row.texts.back() = header_text(envelope.app_id);
  }
  return row;
}

std::expected<DocumentRow, Rejection> columns_of_id(std::string_view id, const Envelope& envelope) {
  DocumentRow row;
  Rejection rejection;
  if (!take(domain_of(std::nullopt, envelope), row.domain, rejection) ||
      !take(receipt_of(nullptr, envelope), row.received_on, rejection)) {
    return std::unexpected(std::move(rejection));
  }
  row.ids = {id};
  row.id = id;
  return row;
}

void identify(Kind kind, const dom::object* document, const Envelope& envelope, Rejection& rejection) {
  if (is_good_name(envelope.domain) && header_text(envelope.domain)) {
    rejection.domain = envelope.domain;
  }
  if (document == nullptr) {
    return;
  }
  if (const auto ids = ids_of(kind, *document)) {
    rejection.document_id = joined(*ids);
  }
  const auto domain = text_of(member(*document, "domain"));
  if (domain && is_good_name(*domain)) {
    rejection.domain = *domain;
  }
}

}  // namespace firn
