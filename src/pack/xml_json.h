#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "pack/xml_tree.h"

namespace firn {

/// Writes parts of a tree as JSON, by HQ's rules (docs/formats/xml.md). Stops silently behind kMaxXmlJsonBytes; whoever
/// uses it looks at is_full() at the end.
class XmlJson {
 public:
  XmlJson(const XmlTree& tree, std::string& out) : tree_(tree), out_(out) {}

  /// Writes `{`, `[` or another byte.
  void put(char c) { out_.push_back(c); }
  void raw(std::string_view word) { out_.append(word); }
  /// Starts a member of an object: its key, `mark` and `escaped`, with a comma before it when one is due.
  void key(std::string_view escaped, std::string_view mark = "");
  void text(std::string_view escaped);

  /// The node by itself: a text, or an object of attributes, `@xmlns`, `#text` and children.
  void value(const XmlNode& node);
  /// The node, or an array of it and its repeats.
  void values(const XmlNode& first);
  /// The members of the node's object that are not children.
  void head(const XmlNode& node);

  [[nodiscard]] bool is_full() const { return out_.size() > kMaxXmlJsonBytes; }

 private:
  const XmlTree& tree_;
  std::string& out_;
};

}  // namespace firn
