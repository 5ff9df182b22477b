#include "intake/json_peek.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/xml_text.h"
#include "intake/document_facts.h"
#include "intake/document_peek.h"
#include "intake/json_check.h"
#include "intake/json_places.h"

namespace firn {
namespace {

namespace ondemand = simdjson::ondemand;

std::string describe(simdjson::error_code error) {
  return fmt::format("$: this is not valid JSON ({})", simdjson::error_message(error));
}

/// One walk over the fields of a document.
class Look {
 public:
  explicit Look(const PeekOrder& order) : places_(json_places(order.kind)), fields_(order.fields) {}

  /// What is wrong with the document, as far as it was seen.
  std::string run(ondemand::document& document) {
    ondemand::object object;
    if (document.get_object().get(object) != simdjson::SUCCESS) {
      return "$: it is not an object";
    }
    if (const auto error = members(object, places_)) {
      return describe(error);
    }
    const char* rest = nullptr;
    if (document.current_location().get(rest) == simdjson::SUCCESS) {
      return "$: something follows the document";
    }
    understood_ = true;
    return {};
  }

  /// The document was seen from its beginning to its end; it may lack an id.
  [[nodiscard]] bool understood() const { return understood_; }

  [[nodiscard]] JsonFacts& facts() { return facts_; }

 private:
  [[nodiscard]] bool is_wanted(const JsonPlace& place) const {
    return place.fields == 0 || (place.fields & fields_) != 0;
  }

  /// An inner object is left as soon as everything wanted was found; the outermost is read to its end, for its damage.
  simdjson::error_code members(ondemand::object object, std::span<const JsonPlace> places) {
    const bool is_outermost = places.data() == places_.data();
    auto left = std::ranges::count_if(places, [&](const JsonPlace& p) { return !p.is_spare && is_wanted(p); });
    for (auto entry : object) {
      ondemand::field field;
      if (const auto error = std::move(entry).get(field)) {
        return error;
      }
      if (left == 0) {
        continue;
      }
      const auto place = std::ranges::find_if(places, [&](const JsonPlace& p) { return field.key() == p.key; });
      if (place == places.end() || !is_wanted(*place)) {
        continue;
      }
      if (const auto error = take(field.value(), *place)) {
        return error;
      }
      left -= place->is_spare || is_missing(*place) ? 0 : 1;
      if (left == 0 && !is_outermost) {
        break;
      }
    }
    return simdjson::SUCCESS;
  }

  [[nodiscard]] bool is_missing(const JsonPlace& place) {
    return place.fact != JsonFact::kInside && facts_[place.fact].state() == FieldValue::State::kMissing;
  }

  simdjson::error_code take(ondemand::value value, const JsonPlace& place) {
    if (place.fact == JsonFact::kInside) {
      ondemand::object inner;
      return value.get_object().get(inner) == simdjson::SUCCESS ? members(inner, place.inside) : simdjson::SUCCESS;
    }
    FieldValue& fact = facts_[place.fact];
    std::string_view text;
    if (value.get_string().get(text) == simdjson::SUCCESS) {
      fact.set(text);
      return simdjson::SUCCESS;
    }
    ondemand::json_type type{};
    const auto error = value.type().get(type);
    if (error == simdjson::SUCCESS && type != ondemand::json_type::null) {
      fact.spoil();
    }
    return error;
  }

  std::span<const JsonPlace> places_;
  FilterFields fields_;
  JsonFacts facts_;
  bool understood_ = false;
};

}  // namespace

void peek_json(std::string& body, const PeekOrder& order, DocumentPeek& peek) {
  body.reserve(body.size() + simdjson::SIMDJSON_PADDING);
  thread_local ondemand::parser parser;
  ondemand::document document;
  const std::size_t skipped = body.starts_with(kUtf8Mark) ? kUtf8Mark.size() : 0;
  if (const auto error =
          parser.iterate(body.data() + skipped, body.size() - skipped, body.capacity() - skipped).get(document)) {
    peek.damage = describe(error);
    return;
  }
  Look look(order);
  peek.damage = look.run(document);
  peek.understood = look.understood();
  take_facts(look.facts(), order.kind, peek);
  if (peek.understood && !peek.damage.empty()) {
    // Rare: there is no id, or its key is written with escapes, which the look does not resolve.
    DocumentPeek read = check_json(body, order);
    peek.understood = read.understood;
    if (read.understood) {
      peek = std::move(read);
    }
  }
}

}  // namespace firn
