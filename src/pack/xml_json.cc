#include "pack/xml_json.h"

#include <cstdint>
#include <string_view>

namespace firn {

void XmlJson::key(std::string_view escaped, std::string_view mark) {
  if (out_.back() != '{') {
    out_.push_back(',');
  }
  out_.push_back('"');
  out_.append(mark);
  out_.append(escaped);
  out_.append("\":");
}

void XmlJson::text(std::string_view escaped) {
  out_.push_back('"');
  out_.append(escaped);
  out_.push_back('"');
}

void XmlJson::value(const XmlNode& node) {
  if (is_full()) {
    return;
  }
  if (XmlTree::is_leaf(node)) {
    return text(tree_.text(node.text));
  }
  put('{');
  head(node);
  for (std::uint32_t i = node.first_child; i != XmlNode::kNone; i = tree_.node(i).next) {
    key(tree_.text(tree_.node(i).name));
    values(tree_.node(i));
  }
  put('}');
}

void XmlJson::values(const XmlNode& first) {
  if (first.repeat == XmlNode::kNone) {
    return value(first);
  }
  put('[');
  value(first);
  for (std::uint32_t i = first.repeat; i != XmlNode::kNone; i = tree_.node(i).repeat) {
    put(',');
    value(tree_.node(i));
  }
  put(']');
}

void XmlJson::head(const XmlNode& node) {
  for (std::uint32_t i = 0; i < node.attributes; ++i) {
    const XmlAttribute& attribute = tree_.attribute(node.first_attribute + i);
    key(tree_.text(attribute.name), "@");
    text(tree_.text(attribute.value));
  }
  if (node.own_space) {
    key("@xmlns");
    text(tree_.text(node.space));
  }
  if (!node.blank) {
    key("#text");
    text(tree_.text(node.text));
  }
}

}  // namespace firn
