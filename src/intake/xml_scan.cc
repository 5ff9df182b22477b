#include "intake/xml_scan.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/xml_text.h"
#include "intake/document_facts.h"
#include "intake/document_peek.h"
#include "intake/xml_encoding.h"
#include "intake/xml_facts.h"

namespace firn {
namespace {

constexpr std::size_t kDeepest = 256;
constexpr std::size_t kMaxRootAttributes = 64;

/// `&#65;` or `&#x41;` without its ends; only ASCII.
std::optional<char> numbered(std::string_view reference) {
  reference.remove_prefix(1);
  const bool hex = reference.starts_with('x');
  reference.remove_prefix(hex ? 1 : 0);
  unsigned code = 0;
  const auto [end, error] = std::from_chars(reference.data(), reference.data() + reference.size(), code, hex ? 16 : 10);
  const bool whole = error == std::errc() && end == reference.data() + reference.size();
  return whole && code >= 0x20 && code < 0x7F ? std::optional(static_cast<char>(code)) : std::nullopt;
}

std::optional<char> referenced(std::string_view reference) {
  constexpr std::array<std::pair<std::string_view, char>, 5> kNamed{
      {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}}};
  if (reference.starts_with('#')) {
    return numbered(reference);
  }
  const auto* const found = std::ranges::find(kNamed, reference, &std::pair<std::string_view, char>::first);
  return found == kNamed.end() ? std::nullopt : std::optional(found->second);
}

/// Which bytes of a set a byte is, at one look; find_first_of() asks for each byte anew.
class ByteSet {
 public:
  explicit constexpr ByteSet(std::string_view bytes) {
    for (const char c : bytes) {
      has_[static_cast<unsigned char>(c)] = true;
    }
  }
  /// Where the first of them stands from `at` on; npos when none does.
  [[nodiscard]] std::size_t find_in(std::string_view text, std::size_t at) const {
    while (at < text.size() && !has_[static_cast<unsigned char>(text[at])]) {
      ++at;
    }
    return at < text.size() ? at : std::string_view::npos;
  }

 private:
  std::array<bool, 256> has_{};
};

constexpr ByteSet kEndsName(" />\t\r\n");
constexpr ByteSet kEndsTagOrQuotes("\"'>");

std::string_view local_name(std::string_view name) { return name.substr(name.find(':') + 1); }

std::string_view prefix_of(std::string_view name) {
  const std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? std::string_view() : name.substr(0, colon);
}

struct Attribute {
  std::string_view name;
  std::string_view value;  ///< as it stands there
};

class Scanner {
 public:
  Scanner(std::string_view body, XmlEncoding encoding, XmlFacts& facts)
      : rest_(body), encoding_(encoding), facts_(facts) {}

  /// False when something was met that the scan does not understand.
  bool run() {
    while (true) {
      const std::size_t tag = rest_.find('<');
      if (!text(rest_.substr(0, tag))) {
        return false;
      }
      if (tag == std::string_view::npos) {
        return facts_.depth() == 0 && had_root_;
      }
      rest_.remove_prefix(tag + 1);
      if (!markup()) {
        return false;
      }
    }
  }

 private:
  bool text(std::string_view text) {
    if (facts_.depth() == 0) {
      return text.find_first_not_of(kXmlSpace) == std::string_view::npos;
    }
    if (facts_.wants_text()) {
      const auto value = decode(facts_.ignores_spaces() ? trimmed(text) : text);
      value ? facts_.text(*value) : facts_.spoil_text();
    }
    return true;
  }

  /// What stands behind a `<`.
  bool markup() {
    if (rest_.empty()) {
      return false;
    }
    switch (rest_.front()) {
      case '/':
        return end_tag();
      case '?':
        facts_.spoil_text();
        return skip_past("?>");
      case '!':
        return declaration();
      default:
        return start_tag();
    }
  }

  bool declaration() {
    facts_.spoil_text();
    if (rest_.starts_with("!--")) {
      rest_.remove_prefix(3);
      return skip_past("-->");
    }
    return rest_.starts_with("![CDATA[") && facts_.depth() > 0 && skip_past("]]>");
  }

  bool skip_past(std::string_view end) {
    const std::size_t at = rest_.find(end);
    rest_.remove_prefix(at == std::string_view::npos ? rest_.size() : at + end.size());
    return at != std::string_view::npos;
  }

  bool end_tag() {
    const std::size_t end = rest_.find('>');
    if (facts_.depth() == 0 || end == std::string_view::npos) {
      return false;
    }
    rest_.remove_prefix(end + 1);
    facts_.close();
    return true;
  }

  bool start_tag() {
    const std::size_t name_end = kEndsName.find_in(rest_, 0);
    if (name_end == std::string_view::npos || name_end == 0) {
      return false;
    }
    const std::string_view name = rest_.substr(0, name_end);
    rest_.remove_prefix(name_end);
    const auto attributes = tag_rest();
    if (!attributes || facts_.depth() >= kDeepest) {
      return false;
    }
    const bool is_empty = attributes->ends_with('/');
    const std::string_view between = attributes->substr(0, attributes->size() - (is_empty ? 1 : 0));
    const bool plain = between.find_first_not_of(kXmlSpace) == std::string_view::npos;
    if (facts_.depth() > 0) {
      facts_.open(local_name(name), !plain);
    } else if (std::exchange(had_root_, true) || !root(name, between)) {
      return false;
    }
    if (is_empty) {
      facts_.close();
    }
    return true;
  }

  /// What stands between a tag's name and its end.
  std::optional<std::string_view> tag_rest() {
    std::size_t at = 0;
    while (true) {
      at = kEndsTagOrQuotes.find_in(rest_, at);
      if (at == std::string_view::npos) {
        return std::nullopt;
      }
      if (rest_[at] == '>') {
        const std::string_view found = rest_.substr(0, at);
        rest_.remove_prefix(at + 1);
        return found;
      }
      at = rest_.find(rest_[at], at + 1);
      if (at == std::string_view::npos) {
        return std::nullopt;
      }
      ++at;
    }
  }

  bool root(std::string_view name, std::string_view between) {
    const std::string_view prefix = prefix_of(name);
    std::string space;
    bool declared = prefix.empty();
    std::size_t count = 0;
    for (auto attribute = next_attribute(between); attribute; attribute = next_attribute(between)) {
      const bool is_space = prefix.empty()
                                ? attribute->name == "xmlns"
                                : prefix_of(attribute->name) == "xmlns" && local_name(attribute->name) == prefix;
      if (++count > kMaxRootAttributes) {
        return false;
      }
      if (is_space) {
        const auto value = decode(attribute->value);
        if (!value) {
          return false;
        }
        declared = true;
        space = *value;
      } else if (FieldValue* wanted = facts_.root_attribute(attribute->name)) {
        const auto value = decode(attribute->value);
        value ? wanted->set(*value) : wanted->spoil();
      }
    }
    facts_.open_root(space);
    return declared && between.find_first_not_of(kXmlSpace) == std::string_view::npos;
  }

  /// Takes one attribute off the front of `text`; nothing when there is none, or none that is understood.
  static std::optional<Attribute> next_attribute(std::string_view& text) {
    const std::size_t begin = text.find_first_not_of(kXmlSpace);
    const std::size_t equals = text.find('=', std::min(begin, text.size()));
    const std::size_t quote = text.find_first_of("\"'", std::min(equals, text.size()));
    if (quote == std::string_view::npos) {
      return std::nullopt;
    }
    const std::size_t end = text.find(text[quote], quote + 1);
    std::string_view name = text.substr(begin, equals - begin);
    name = name.substr(0, name.find_first_of(kXmlSpace));
    const Attribute attribute{name, text.substr(quote + 1, end - quote - 1)};
    text.remove_prefix(end + 1);
    return attribute;
  }

  /// The characters that are meant; nothing when that is not certain.
  [[nodiscard]] std::optional<std::string> decode(std::string_view text) const {
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const auto byte = static_cast<unsigned char>(text[i]);
      if (byte < 0x20 || (byte >= 0x80 && encoding_ != XmlEncoding::kUtf8)) {
        return std::nullopt;
      }
      if (text[i] != '&') {
        decoded += text[i];
        continue;
      }
      const std::size_t end = text.find(';', i);
      const auto character = end == std::string_view::npos ? std::nullopt : referenced(text.substr(i + 1, end - i - 1));
      if (!character) {
        return std::nullopt;
      }
      decoded += *character;
      i = end;
    }
    return decoded;
  }

  std::string_view rest_;
  XmlEncoding encoding_;
  XmlFacts& facts_;
  bool had_root_ = false;
};

}  // namespace

void scan_xml(std::string_view body, const PeekOrder& order, DocumentPeek& peek) {
  const XmlEncoding encoding = xml_encoding(body);
  if (encoding == XmlEncoding::kOther) {
    return;
  }
  body = without_utf8_mark(body);
  XmlFacts facts(order);
  peek.understood = Scanner(body, encoding, facts).run();
  take_facts(facts, peek);
}

}  // namespace firn
