#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "pack/xml_document.h"

namespace firn {
namespace {

/// An element as a test thinks of it.
struct Element {
  std::string name;
  std::string space;
  std::vector<std::pair<std::string, std::string>> attributes;
  std::string text;  ///< in front of the children
  std::vector<Element> children;
};

const std::vector<std::string> kNames{"a", "b", "meta2", "q-1", "x.y", "_z", "n\xC3\xA9"};

rc::Gen<std::string> any_name() { return rc::gen::elementOf(kNames); }

rc::Gen<std::string> any_text() {
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
                          "a", "7", " ", "\n", "\t", "\r", "<", "&", "\"", "'", "\\", "]]>", "\xC3\xA9", "\xE4\xB8\x80",
                          "\xF0\x9F\x98\x80", "\xC2\xA0", "\xE2\x80\xA8", "{", "}", "/", "\x7F")),
                      [](const std::vector<std::string>& parts) {
                        std::string text;
                        for (const std::string& part : parts) {
                          text += part;
                        }
                        return text;
                      });
}

Element any_element(int levels) {
  Element element;
  element.name = *any_name();
  element.space = *rc::gen::element<std::string>("", "", "http://one", "two\"\\");
  for (const std::string& key : kNames) {
    if (*rc::gen::inRange(0, 8) == 0) {
      element.attributes.emplace_back(key, *any_text());
    }
  }
  element.text = *any_text();
  const int children = levels == 0 ? 0 : *rc::gen::inRange(0, 4);
  for (int i = 0; i < children; ++i) {
    element.children.push_back(any_element(levels - 1));
  }
  return element;
}

std::string replaced(const std::string& text, const std::vector<std::pair<char, std::string>>& by) {
  std::string result;
  for (const char c : text) {
    const auto found = std::find_if(by.begin(), by.end(), [&](const auto& entry) { return entry.first == c; });
    result += found == by.end() ? std::string(1, c) : found->second;
  }
  return result;
}

std::string xml_escaped(const std::string& text) {
  return replaced(text, {{'<', "&lt;"},
                         {'>', "&gt;"},
                         {'&', "&amp;"},
                         {'"', "&quot;"},
                         {'\r', "&#13;"},
                         {'\n', "&#10;"},
                         {'\t', "&#x9;"}});
}

std::string json_text(const std::string& text) {
  return '"' + replaced(text, {{'"', "\\\""}, {'\\', "\\\\"}, {'\n', "\\n"}, {'\r', "\\r"}, {'\t', "\\t"}}) + '"';
}

std::string xml_of(const Element& element) {
  std::string xml = "<" + element.name + " xmlns=\"" + xml_escaped(element.space) + "\"";
  for (const auto& [key, value] : element.attributes) {
    xml += " " + key + "=\"" + xml_escaped(value) + "\"";
  }
  xml += ">" + xml_escaped(element.text);
  for (const Element& child : element.children) {
    xml += xml_of(child) + "<!-- between -->\n lost ";
  }
  return xml + "</" + element.name + ">";
}

bool is_blank(std::string text) {
  for (const std::string space : {"\xC2\xA0", "\xE2\x80\xA8", " ", "\n", "\t", "\r"}) {
    for (auto at = text.find(space); at != std::string::npos; at = text.find(space)) {
      text.erase(at, space.size());
    }
  }
  return text.empty();
}

std::string json_of(const Element& element, const std::string& outer_space);

std::vector<std::string> members_of(const Element& element, const std::string& outer_space) {
  std::vector<std::string> members;
  for (const auto& [key, value] : element.attributes) {
    members.push_back("\"@" + key + "\":" + json_text(value));
  }
  if (!element.space.empty() && element.space != outer_space) {
    members.push_back("\"@xmlns\":" + json_text(element.space));
  }
  if (!is_blank(element.text)) {
    members.push_back("\"#text\":" + json_text(element.text));
  }
  std::vector<std::pair<std::string, std::vector<std::string>>> groups;
  for (const Element& child : element.children) {
    auto group = std::find_if(groups.begin(), groups.end(), [&](const auto& g) { return g.first == child.name; });
    if (group == groups.end()) {
      group = groups.insert(groups.end(), {child.name, {}});
    }
    group->second.push_back(json_of(child, element.space));
  }
  for (const auto& [name, values] : groups) {
    std::string list;
    for (const std::string& value : values) {
      list += (list.empty() ? "" : ",") + value;
    }
    members.push_back(json_text(name) + ":" + (values.size() == 1 ? list : "[" + list + "]"));
  }
  return members;
}

std::string json_of(const Element& element, const std::string& outer_space) {
  const bool own_space = !element.space.empty() && element.space != outer_space;
  if (element.attributes.empty() && element.children.empty() && !own_space) {
    return json_text(element.text);
  }
  std::string json;
  for (const std::string& member : members_of(element, outer_space)) {
    json += (json.empty() ? "" : ",") + member;
  }
  return "{" + json + "}";
}

void any_tree_becomes_what_the_rules_say() {
  Element root = any_element(4);
  root.children.push_back({"meta", "", {}, "", {{"instanceID", "", {}, "i", {}}}});
  std::string members;
  for (const std::string& member : members_of(root, "")) {
    members += "," + member;
  }
  XmlReader reader;
  const std::string xml = xml_of(root);
  const auto json = reader.to_json(xml, "text/xml", Kind::kForm);
  RC_ASSERT(json.has_value());
  RC_ASSERT(std::string(*json) == R"({"id":"i","form":{"#type":)" + json_text(root.name) + members + "}}");
}

void damaged_xml_is_refused_or_still_xml() {
  std::string xml = xml_of(any_element(2));
  const auto at = static_cast<std::size_t>(*rc::gen::inRange<int>(0, static_cast<int>(xml.size())));
  xml[at] = *rc::gen::arbitrary<char>();
  XmlReader reader;
  const auto json = reader.to_json(xml, "", *rc::gen::element(Kind::kForm, Kind::kCase));
  RC_ASSERT(json.has_value() || !json.error().detail.empty());
}

TEST(XmlProperty, AnyTreeBecomesWhatTheRulesSay) { EXPECT_TRUE(rc::check(any_tree_becomes_what_the_rules_say)); }

TEST(XmlProperty, DamagedXmlIsRefusedOrStillXml) { EXPECT_TRUE(rc::check(damaged_xml_is_refused_or_still_xml)); }

}  // namespace
}  // namespace firn
