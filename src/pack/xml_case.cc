#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pack/xml_json.h"
#include "pack/xml_kinds.h"
#include "pack/xml_tree.h"

namespace firn {
namespace {

using Reason = QuarantineReason;

/// What stands around the properties: attributes of the case, or elements in the older shape.
constexpr std::array<std::string_view, 3> kFacts{"case_id", "user_id", "date_modified"};
/// The blocks of a case that do not go into its JSON by their own names.
constexpr std::array<std::string_view, 5> kBlocks{"create", "update", "close", "index", "attachment"};
/// The keys that Firn gives to a case's object.
constexpr std::array<std::string_view, 4> kOwnKeys{"closed", "indices", "attachments", "properties"};

template <typename Names>
bool is_among(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

struct Property {
  std::string_view name;
  const XmlNode* node;
};

std::unexpected<Rejection> reject(Reason reason, std::string detail) {
  return std::unexpected(Rejection{reason, std::move(detail), {}, {}});
}

/// Writes one case.
class CaseWriter {
 public:
  CaseWriter(const XmlTree& tree, std::string& out) : tree_(tree), root_(tree.node(0)), json_(tree, out) {}

  std::expected<void, Rejection> write() {
    if (const std::string_view twice = find_key_twice(); !twice.empty()) {
      return reject(Reason::kDuplicateKey, "$." + std::string(twice));
    }
    collect("create");
    collect("update");
    json_.put('{');
    if (!write_fact("case_id")) {
      return reject(Reason::kMissingId, "$.case_id");
    }
    // Cases of the older shape have it only where they were created.
    if (!write_fact("user_id")) {
      write_creator();
    }
    write_fact("date_modified");
    json_.key("closed");
    json_.raw(child(root_, "close") == nullptr ? "false" : "true");
    write_indices();
    write_attachments();
    write_properties();
    write_rest();
    json_.put('}');
    return {};
  }

 private:
  template <typename Visit>
  void each_child(const XmlNode& of, const Visit& visit) const {
    for (std::uint32_t i = of.first_child; i != XmlNode::kNone; i = tree_.node(i).next) {
      visit(tree_.text(tree_.node(i).name), tree_.node(i));
    }
  }

  template <typename Visit>
  void each_repeat(const XmlNode* first, const Visit& visit) const {
    while (first != nullptr) {
      visit(*first);
      first = first->repeat == XmlNode::kNone ? nullptr : &tree_.node(first->repeat);
    }
  }

  [[nodiscard]] const XmlNode* child(const XmlNode& of, std::string_view name) const {
    for (std::uint32_t i = of.first_child; i != XmlNode::kNone; i = tree_.node(i).next) {
      if (tree_.text(tree_.node(i).name) == name) {
        return &tree_.node(i);
      }
    }
    return nullptr;
  }

  [[nodiscard]] const XmlAttribute* attribute(const XmlNode& of, std::string_view name) const {
    for (std::uint32_t i = 0; i < of.attributes; ++i) {
      if (tree_.text(tree_.attribute(of.first_attribute + i).name) == name) {
        return &tree_.attribute(of.first_attribute + i);
      }
    }
    return nullptr;
  }

  /// An element that would get a key which the case has already; empty when there is none.
  [[nodiscard]] std::string_view find_key_twice() const {
    std::string_view found;
    each_child(root_, [&](std::string_view name, const XmlNode& /*node*/) {
      if (is_among(kOwnKeys, name) || (is_among(kFacts, name) && attribute(root_, name) != nullptr)) {
        found = name;
      }
    });
    return found;
  }

  bool write_fact(std::string_view name) {
    if (const XmlAttribute* fact = attribute(root_, name)) {
      json_.key(name);
      json_.text(tree_.text(fact->value));
      return true;
    }
    if (const XmlNode* fact = child(root_, name)) {
      json_.key(name);
      json_.values(*fact);
      return true;
    }
    return false;
  }

  void write_creator() {
    const XmlNode* const create = child(root_, "create");
    const XmlNode* const user = create == nullptr ? nullptr : child(*create, "user_id");
    if (user == nullptr) {
      return;
    }
    json_.key("user_id");
    json_.values(*user);
    std::erase_if(properties_, [&](const Property& property) { return property.node == user; });
  }

  void collect(std::string_view block) {
    each_repeat(child(root_, block), [&](const XmlNode& found) {
      each_child(found, [&](std::string_view name, const XmlNode& node) {
        const std::string_view known = name == "case_type_id" ? "case_type" : name;
        properties_.push_back({known, &node});
      });
    });
  }

  void write_indices() {
    json_.key("indices");
    json_.put('{');
    write_named("index", [&](const XmlNode& node) { write_index(node); });
    json_.put('}');
  }

  void write_index(const XmlNode& node) {
    json_.put('{');
    json_.key("case_id");
    json_.text(tree_.text(node.text));
    for (const std::string_view name : {"case_type", "relationship"}) {
      const XmlAttribute* const found = attribute(node, name);
      json_.key(name);
      json_.text(found != nullptr ? tree_.text(found->value) : name == "relationship" ? "child" : "");
    }
    json_.put('}');
  }

  void write_attachments() {
    if (child(root_, "attachment") == nullptr) {
      return;
    }
    json_.key("attachments");
    json_.put('{');
    write_named("attachment", [&](const XmlNode& node) { json_.value(node); });
    json_.put('}');
  }

  /// The children of all blocks of a name as members.
  template <typename Write>
  void write_named(std::string_view block, const Write& write) {
    std::vector<Property> found;
    each_repeat(child(root_, block), [&](const XmlNode& node) {
      each_child(node, [&](std::string_view name, const XmlNode& named) { found.push_back({name, &named}); });
    });
    write_last_of_each(found, [&](const XmlNode& node) {
      if (node.repeat == XmlNode::kNone) {
        return write(node);
      }
      char before = '[';
      each_repeat(&node, [&](const XmlNode& repeat) {
        json_.put(before);
        before = ',';
        write(repeat);
      });
      json_.put(']');
    });
  }

  void write_properties() {
    json_.key("properties");
    json_.put('{');
    write_last_of_each(properties_, [&](const XmlNode& node) { json_.values(node); });
    json_.put('}');
  }

  /// Blocks are applied one after the other, as HQ does: the last value of a name is the one that holds.
  template <typename Write>
  void write_last_of_each(std::vector<Property>& all, const Write& write) {
    std::vector<Property*> sorted;
    sorted.reserve(all.size());
    for (Property& property : all) {
      sorted.push_back(&property);
    }
    std::ranges::stable_sort(sorted, {}, [](const Property* property) { return property->name; });
    for (std::size_t i = 0; i + 1 < sorted.size(); ++i) {
      if (sorted[i]->name == sorted[i + 1]->name) {
        sorted[i]->node = nullptr;
      }
    }
    for (const Property& property : all) {
      if (property.node != nullptr) {
        json_.key(property.name);
        write(*property.node);
      }
    }
  }

  void write_rest() {
    for (std::uint32_t i = 0; i < root_.attributes; ++i) {
      const XmlAttribute& other = tree_.attribute(root_.first_attribute + i);
      if (!is_among(kFacts, tree_.text(other.name))) {
        json_.key(tree_.text(other.name), "@");
        json_.text(tree_.text(other.value));
      }
    }
    each_child(root_, [&](std::string_view name, const XmlNode& node) {
      if (!is_among(kFacts, name) && !is_among(kBlocks, name)) {
        json_.key(name);
        json_.values(node);
      }
    });
  }

  const XmlTree& tree_;
  const XmlNode& root_;
  XmlJson json_;
  std::vector<Property> properties_;
};

}  // namespace

std::expected<void, Rejection> append_xml_case(const XmlTree& tree, std::string& out) {
  if (tree.text(tree.node(0).name) != "case") {
    return reject(Reason::kWrongKind, tree.place_of_root() + ": the outermost element is not a case");
  }
  return CaseWriter(tree, out).write();
}

}  // namespace firn
