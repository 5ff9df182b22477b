#include "pack/xml_tree.h"

#include <expat.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <limits>
#include <memory>
#include <string>
#include <string_view>

#include "base/check.h"
#include "pack/json_fault.h"

namespace firn {
namespace {

using Reason = QuarantineReason;

/// Between namespace and name. No XML document can hold this character.
constexpr char kSeparator = '\x01';
/// What has grown beyond this is given up after the document.
constexpr std::size_t kKeptBytes = 1U << 20U;

constexpr std::array<bool, 256> make_escape_table() {
  std::array<bool, 256> table{};
  for (std::size_t i = 0; i < 0x20; ++i) {
    table[i] = true;
  }
  table['"'] = true;
  table['\\'] = true;
  return table;
}
constexpr auto kNeedsEscape = make_escape_table();

void append_escape(std::string& out, char c) {
  switch (c) {
    case '\n':
      out.append("\\n");
      return;
    case '\r':
      out.append("\\r");
      return;
    case '\t':
      out.append("\\t");
      return;
    case '"':
    case '\\':
      out.push_back('\\');
      out.push_back(c);
      return;
    default:
      out.append(fmt::format("\\u{:04x}", static_cast<unsigned>(c)));
  }
}

/// The length of the white space at the front: what Unicode calls so, as Python's str.strip() takes it away.
std::size_t white_space_length(std::string_view text) {
  const auto byte = [&](std::size_t i) -> unsigned {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  if (byte(0) == 0x20U || (byte(0) >= 0x09U && byte(0) <= 0x0DU)) {
    return 1;
  }
  if (byte(0) == 0xC2U) {
    return byte(1) == 0x85U || byte(1) == 0xA0U ? 2 : 0;  // U+0085, U+00A0
  }
  if (byte(0) == 0xE1U) {
    return byte(1) == 0x9AU && byte(2) == 0x80U ? 3 : 0;  // U+1680
  }
  if (byte(0) == 0xE2U && byte(1) == 0x80U) {  // U+2000 to U+200A, U+2028, U+2029, U+202F
    return (byte(2) >= 0x80U && byte(2) <= 0x8AU) || byte(2) == 0xA8U || byte(2) == 0xA9U || byte(2) == 0xAFU ? 3 : 0;
  }
  const bool rare = (byte(0) == 0xE2U && byte(1) == 0x81U && byte(2) == 0x9FU) ||  // U+205F
                    (byte(0) == 0xE3U && byte(1) == 0x80U && byte(2) == 0x80U);    // U+3000
  return rare ? 3 : 0;
}

bool is_blank(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = white_space_length(text);
    if (length == 0) {
      return false;
    }
    text.remove_prefix(length);
  }
  return true;
}

/// True when expat would take the first bytes for those of another encoding, although it was told that it is UTF-8.
/// No XML document begins so: its first character is a space or `<`.
bool begins_as_another_encoding(std::string_view text) {
  const std::string_view start = text.substr(0, 2);
  return std::any_of(start.begin(), start.end(),
                     [](char c) { return c == '\0' || static_cast<unsigned char>(c) >= 0x80U; }) &&
         (start.front() != '<' || start.back() == '\0');
}

struct Name {
  std::string_view space;
  std::string_view local;
};

Name split(std::string_view name) {
  const std::size_t at = name.find(kSeparator);
  return at == std::string_view::npos ? Name{{}, name} : Name{name.substr(0, at), name.substr(at + 1)};
}

bool is_too_long(const Name& name) {
  return name.space.size() > kMaxXmlNameBytes || name.local.size() > kMaxXmlNameBytes;
}

}  // namespace

void append_json_escaped(std::string& out, std::string_view text) {
  std::size_t from = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (kNeedsEscape[static_cast<unsigned char>(text[i])]) {
      out.append(text, from, i - from);
      append_escape(out, text[i]);
      from = i + 1;
    }
  }
  out.append(text, from);
}

struct XmlTree::Parser {
  Parser() : expat(XML_ParserCreateNS("UTF-8", kSeparator)) { FIRN_CHECK(expat != nullptr, "there is memory"); }
  ~Parser() { XML_ParserFree(expat); }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  XML_Parser expat;
};

/// What expat calls.
struct XmlTree::Callbacks {
  static XmlTree& tree(void* data) { return *static_cast<XmlTree*>(data); }

  static void on_start(void* data, const XML_Char* name, const XML_Char** attributes) {
    tree(data).start(name, attributes);
  }
  static void on_end(void* data, const XML_Char* /*name*/) { tree(data).end(); }
  static void on_characters(void* data, const XML_Char* text, int size) {
    tree(data).characters({text, static_cast<std::size_t>(size)});
  }
  static void on_declaration(void* data, const XML_Char* /*version*/, const XML_Char* encoding, int /*standalone*/) {
    tree(data).declaration(encoding);
  }
  static void on_doctype(void* data, const XML_Char* /*name*/, const XML_Char* /*system*/, const XML_Char* /*open*/,
                         int /*has_internal_subset*/) {
    tree(data).refuse(Reason::kHasDoctype, "a document type declaration");
  }

  static void install(XML_Parser expat, XmlTree& tree) {
    XML_SetUserData(expat, &tree);
    XML_SetElementHandler(expat, on_start, on_end);
    XML_SetCharacterDataHandler(expat, on_characters);
    XML_SetXmlDeclHandler(expat, on_declaration);
    XML_SetStartDoctypeDeclHandler(expat, on_doctype);
  }
};

XmlTree::XmlTree() = default;
XmlTree::~XmlTree() = default;

void XmlTree::clear() {
  const std::size_t kept =
      text_.capacity() + nodes_.capacity() * sizeof(XmlNode) + attributes_.capacity() * sizeof(XmlAttribute);
  if (kept > kKeptBytes || source_.utf8.size() > kKeptBytes) {
    parser_.reset();
    nodes_ = {};
    attributes_ = {};
    text_ = {};
    siblings_ = {};
  }
  nodes_.clear();
  attributes_.clear();
  text_.clear();
  siblings_.begin_document();
  last_space_.clear();
  last_space_span_ = {};
  current_ = XmlNode::kNone;
  depth_ = 0;
  root_offset_ = 0;
  refused_ = false;
  source_ = {};
}

std::expected<void, Rejection> XmlTree::parse(const XmlText& source) {
  clear();
  source_ = source;
  if (source.utf8.size() > std::numeric_limits<int>::max()) {
    return std::unexpected(Rejection{Reason::kRowTooLarge, "more than 2 GiB of XML", {}, {}});
  }
  if (begins_as_another_encoding(source.utf8)) {
    return std::unexpected(Rejection{Reason::kNotXml, "line 1, column 1: an XML document cannot begin so", {}, {}});
  }
  if (parser_) {
    FIRN_CHECK(XML_ParserReset(parser_->expat, "UTF-8") == XML_TRUE, "the parser is not in use");
  } else {
    parser_ = std::make_unique<Parser>();
  }
  Callbacks::install(parser_->expat, *this);
  const auto status = XML_Parse(parser_->expat, source.utf8.data(), static_cast<int>(source.utf8.size()), XML_TRUE);
  if (refused_) {
    return std::unexpected(fault_);
  }
  if (status != XML_STATUS_OK) {
    return std::unexpected(parser_fault());
  }
  return {};
}

Rejection XmlTree::parser_fault() const {
  const auto offset = std::max<XML_Index>(XML_GetCurrentByteIndex(parser_->expat), 0);
  return {Reason::kNotXml,
          fmt::format("{}: {}", describe_place(source_.utf8, static_cast<std::size_t>(offset)),
                      XML_ErrorString(XML_GetErrorCode(parser_->expat))),
          {},
          {}};
}

void XmlTree::refuse(Reason reason, std::string_view words) {
  if (refused_) {
    return;
  }
  refused_ = true;
  const auto offset = std::max<XML_Index>(XML_GetCurrentByteIndex(parser_->expat), 0);
  fault_ = {
      reason, fmt::format("{}: {}", describe_place(source_.utf8, static_cast<std::size_t>(offset)), words), {}, {}};
  XML_StopParser(parser_->expat, XML_FALSE);
}

std::string XmlTree::place_of_root() const { return describe_place(source_.utf8, root_offset_); }

/// The encoding was chosen before the parser saw the declaration, by a much simpler look at it.
void XmlTree::declaration(const char* encoding) {
  if (source_.declared != std::string_view(encoding == nullptr ? "" : encoding)) {
    refuse(Reason::kNotXml, "an XML declaration that can be read in two ways");
  }
}

XmlSpan XmlTree::keep(std::string_view text) {
  const std::size_t begin = text_.size();
  append_json_escaped(text_, text);
  return {begin, text_.size() - begin};
}

/// Neighbours mostly share their namespace: it is kept once for them.
XmlSpan XmlTree::keep_space(std::string_view space) {
  if (space != last_space_) {
    last_space_ = space;
    last_space_span_ = keep(space);
  }
  return last_space_span_;
}

bool XmlTree::is_own_space(const XmlNode& node) const {
  if (node.space.size == 0 || node.parent == XmlNode::kNone) {
    return node.space.size != 0;
  }
  const XmlSpan& outer = nodes_[node.parent].space;
  const bool same_span = outer.begin == node.space.begin && outer.size == node.space.size;
  return !same_span && text(outer) != text(node.space);
}

void XmlTree::start(std::string_view name, const char** attributes) {
  if (refused_) {
    return;
  }
  const Name parts = split(name);
  if (depth_ == kMaxXmlDepth) {
    return refuse(Reason::kTooDeep, "nested deeper than 256");
  }
  if (nodes_.size() == kMaxXmlElements) {
    return refuse(Reason::kTooManyElements, "more than 250,000 elements");
  }
  if (is_too_long(parts)) {
    return refuse(Reason::kNameTooLong, "a name of more than 1,024 bytes");
  }
  if (text_.size() > kMaxXmlJsonBytes) {
    return refuse(Reason::kRowTooLarge, "more than 128 MB of text and names");
  }
  const auto number = static_cast<std::uint32_t>(nodes_.size());
  if (number == 0) {
    root_offset_ = static_cast<std::size_t>(std::max<XML_Index>(XML_GetCurrentByteIndex(parser_->expat), 0));
  }
  XmlNode& node = nodes_.emplace_back();
  node.parent = current_;
  node.space = keep_space(parts.space);
  node.own_space = is_own_space(node);
  node.name = keep(parts.local);
  link(number, parts.local);
  current_ = number;
  ++depth_;
  take_attributes(attributes);
  nodes_[number].text.begin = text_.size();
}

void XmlTree::link(std::uint32_t number, std::string_view name) {
  XmlNode& node = nodes_[number];
  node.last_repeat = number;
  if (node.parent == XmlNode::kNone) {
    return;
  }
  XmlNode& parent = nodes_[node.parent];
  std::uint32_t& first = siblings_.find(node.parent, name, [&](std::uint32_t other) {
    return nodes_[other].parent == node.parent && text(nodes_[other].name) == name;
  });
  if (first != XmlNode::kNone) {
    nodes_[nodes_[first].last_repeat].repeat = number;
    nodes_[first].last_repeat = number;
    // An array is one level more.
    parent.height = std::max(parent.height, nodes_[first].height + 1);
    node.last_repeat = XmlNode::kNone;
    return;
  }
  first = number;
  (parent.first_child == XmlNode::kNone ? parent.first_child : nodes_[parent.last_child].next) = number;
  parent.last_child = number;
}

void XmlTree::take_attributes(const char** attributes) {
  XmlNode& node = nodes_[current_];
  node.first_attribute = static_cast<std::uint32_t>(attributes_.size());
  for (; attributes[0] != nullptr && !refused_; attributes += 2) {
    const Name name = split(attributes[0]);
    if (++node.attributes > kMaxXmlAttributes) {
      refuse(Reason::kTooManyAttributes, "more than 256 attributes");
    } else if (attributes_.size() == kMaxXmlAttributesInAll) {
      refuse(Reason::kTooManyAttributes, "more than 1,000,000 attributes in all");
    } else if (is_too_long(name)) {
      refuse(Reason::kNameTooLong, "a name of more than 1,024 bytes");
    } else if (text_.size() > kMaxXmlJsonBytes) {
      refuse(Reason::kRowTooLarge, "more than 128 MB of text and names");
    } else {
      XmlAttribute& attribute = attributes_.emplace_back();
      attribute.name.begin = text_.size();
      if (!name.space.empty()) {
        text_.push_back('{');
        append_json_escaped(text_, name.space);
        text_.push_back('}');
      }
      append_json_escaped(text_, name.local);
      attribute.name.size = text_.size() - attribute.name.begin;
      attribute.value = keep(attributes[1]);
    }
  }
}

void XmlTree::end() {
  if (refused_) {
    return;
  }
  XmlNode& node = nodes_[current_];
  node.height += is_leaf(node) ? 0U : 1U;
  // The document's own object is around them all.
  if (depth_ + node.height > kMaxJsonDepth) {
    return refuse(Reason::kTooDeep, "nested deeper than 256 in JSON");
  }
  --depth_;
  current_ = node.parent;
  if (current_ != XmlNode::kNone) {
    XmlNode& parent = nodes_[current_];
    const bool is_repeat = node.last_repeat == XmlNode::kNone;
    parent.height = std::max(parent.height, node.height + (is_repeat ? 1U : 0U));
  }
}

void XmlTree::characters(std::string_view text) {
  if (refused_) {
    return;
  }
  XmlNode& node = nodes_[current_];
  if (node.first_child != XmlNode::kNone) {
    return;
  }
  append_json_escaped(text_, text);
  node.text.size = text_.size() - node.text.begin;
  node.blank = node.blank && is_blank(text);
}

}  // namespace firn
