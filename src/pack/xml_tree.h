#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pack/document_row.h"
#include "pack/xml_siblings.h"
#include "pack/xml_text.h"

namespace firn {

inline constexpr std::size_t kMaxXmlDepth = 256;
inline constexpr std::size_t kMaxXmlElements = 250'000;
inline constexpr std::size_t kMaxXmlAttributes = 256;  ///< of an element
inline constexpr std::size_t kMaxXmlAttributesInAll = 1'000'000;
/// What a document's texts may take in memory, and its JSON. Short prefixes can stand for long namespaces.
inline constexpr std::size_t kMaxXmlJsonBytes = 128U << 20U;

/// A piece of the tree's text.
struct XmlSpan {
  std::size_t begin = 0;
  std::size_t size = 0;
};

struct XmlAttribute {
  XmlSpan name;  ///< `name`, or `{namespace}name`
  XmlSpan value;
};

/// An element. The numbers are those of other elements or attributes; kNone is none.
struct XmlNode {
  static constexpr std::uint32_t kNone = XmlSiblings::kNone;

  XmlSpan name;   ///< without prefix
  XmlSpan space;  ///< the namespace; empty when it has none
  XmlSpan text;   ///< what stands before the first child, without comments and instructions
  std::uint32_t parent = kNone;
  std::uint32_t first_child = kNone;  ///< `next` leads on to the children of other names, in the document's order
  std::uint32_t last_child = kNone;
  std::uint32_t next = kNone;
  std::uint32_t repeat = kNone;  ///< the next one of the same parent and name
  std::uint32_t last_repeat = kNone;
  std::uint32_t first_attribute = 0;
  std::uint32_t attributes = 0;
  std::uint32_t height = 0;  ///< levels of JSON that it takes: 0 when it is a text
  bool blank = true;         ///< the text is nothing but white space, as Unicode has it
  bool own_space = false;    ///< it has a namespace, and not its parent's
};

/// An XML document of which every part can be written as JSON: all text in it is escaped already. Strict about
/// well-formedness, also of namespaces (expat); bounded in every direction. Keeps its memory for the next document.
class XmlTree {
 public:
  XmlTree();
  ~XmlTree();
  XmlTree(const XmlTree&) = delete;
  XmlTree& operator=(const XmlTree&) = delete;

  /// Replaces what was there. The root is node 0. `source` must outlive the document.
  std::expected<void, Rejection> parse(const XmlText& source);
  /// Forgets the document, and gives back the memory that a large one has taken.
  void clear();

  [[nodiscard]] const XmlNode& node(std::uint32_t number) const { return nodes_[number]; }
  [[nodiscard]] const XmlAttribute& attribute(std::uint32_t number) const { return attributes_[number]; }
  [[nodiscard]] std::string_view text(XmlSpan span) const { return {text_.data() + span.begin, span.size}; }
  /// True when it is nothing but a text in JSON.
  static bool is_leaf(const XmlNode& node) {
    return node.first_child == XmlNode::kNone && node.attributes == 0 && !node.own_space;
  }
  /// `line 2, column 1`.
  [[nodiscard]] std::string place_of_root() const;

 private:
  struct Parser;
  struct Callbacks;

  void start(std::string_view name, const char** attributes);
  void end();
  void characters(std::string_view text);
  void declaration(const char* encoding);
  void refuse(QuarantineReason reason, std::string_view words);

  void link(std::uint32_t number, std::string_view name);
  void take_attributes(const char** attributes);
  XmlSpan keep(std::string_view text);
  XmlSpan keep_space(std::string_view space);
  [[nodiscard]] bool is_own_space(const XmlNode& node) const;
  [[nodiscard]] Rejection parser_fault() const;

  std::unique_ptr<Parser> parser_;
  XmlText source_;
  Rejection fault_;
  bool refused_ = false;

  std::vector<XmlNode> nodes_;
  std::vector<XmlAttribute> attributes_;
  std::string text_;
  XmlSiblings siblings_;
  std::string last_space_;  ///< not escaped
  XmlSpan last_space_span_;
  std::uint32_t current_ = XmlNode::kNone;
  std::size_t depth_ = 0;
  std::size_t root_offset_ = 0;
};

/// Appends the inside of a JSON string.
void append_json_escaped(std::string& out, std::string_view text);

}  // namespace firn
