#include <array>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

#include "pack/xml_json.h"
#include "pack/xml_kinds.h"
#include "pack/xml_tree.h"

namespace firn {
namespace {

using Reason = QuarantineReason;

/// What early clients called things, and what HQ makes of it.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kNewNames{{{"TimeStart", "timeStart"},
                                                                                  {"TimeEnd", "timeEnd"},
                                                                                  {"chw_id", "userID"},
                                                                                  {"DeviceID", "deviceID"},
                                                                                  {"uid", "instanceID"}}};

std::unexpected<Rejection> reject(Reason reason, std::string detail) {
  return std::unexpected(Rejection{reason, std::move(detail), {}, {}});
}

/// What Python takes for false, and HQ for absent.
bool is_empty(const XmlNode& node) { return XmlTree::is_leaf(node) && node.text.size == 0; }

/// The first child of this name; null when there is none.
const XmlNode* child(const XmlTree& tree, const XmlNode& of, std::string_view name) {
  for (std::uint32_t i = of.first_child; i != XmlNode::kNone; i = tree.node(i).next) {
    if (tree.text(tree.node(i).name) == name) {
      return &tree.node(i);
    }
  }
  return nullptr;
}

/// The same, but null also when there is nothing but an empty one.
const XmlNode* filled_child(const XmlTree& tree, const XmlNode& of, std::string_view name) {
  const XmlNode* const found = child(tree, of, name);
  return found != nullptr && found->repeat == XmlNode::kNone && is_empty(*found) ? nullptr : found;
}

std::expected<std::string_view, Rejection> id_of(const XmlTree& tree) {
  const XmlNode* meta = filled_child(tree, tree.node(0), "Meta");
  const bool is_old = meta != nullptr;
  if (!is_old) {
    meta = filled_child(tree, tree.node(0), "meta");
  }
  const std::string place = is_old ? "$.form.Meta" : "$.form.meta";
  if (meta == nullptr) {
    return reject(Reason::kMissingId, place);
  }
  if (meta->repeat != XmlNode::kNone) {
    return reject(Reason::kInvalidId, place);
  }
  for (const std::string_view name : {"uid", "instanceID"}) {
    const XmlNode* id = filled_child(tree, *meta, name);
    if (id != nullptr && (id->repeat != XmlNode::kNone || !XmlTree::is_leaf(*id))) {
      return reject(Reason::kInvalidId, place + "." + std::string(name));
    }
    if (id != nullptr) {
      return tree.text(id->text);
    }
  }
  return reject(Reason::kMissingId, place + ".instanceID");
}

/// A case by itself, or what a server answers.
bool is_other_kind(const XmlTree& tree) {
  const std::string_view name = tree.text(tree.node(0).name);
  const std::string_view space = tree.text(tree.node(0).space);
  return name == "OpenRosaResponse" ||
         (name == "case" && (space.empty() || space == "http://commcarehq.org/case/transaction/v2"));
}

/// Writes the form's own object.
class FormWriter {
 public:
  FormWriter(const XmlTree& tree, XmlJson& json) : tree_(tree), json_(json) {}

  void write() {
    const XmlNode& root = tree_.node(0);
    json_.put('{');
    json_.key("#type");
    json_.text(tree_.text(root.name));
    json_.head(root);
    const bool renames = child(tree_, root, "meta") == nullptr;
    each_child(root, [&](std::string_view name, const XmlNode& node) {
      const bool is_meta = name == "meta" || name == "Meta";
      json_.key(renames && is_meta ? "meta" : name);
      is_meta&& node.repeat == XmlNode::kNone && !XmlTree::is_leaf(node) ? write_meta(node) : json_.values(node);
    });
    json_.put('}');
  }

 private:
  template <typename Visit>
  void each_child(const XmlNode& of, const Visit& visit) const {
    for (std::uint32_t i = of.first_child; i != XmlNode::kNone; i = tree_.node(i).next) {
      visit(tree_.text(tree_.node(i).name), tree_.node(i));
    }
  }

  void write_meta(const XmlNode& meta) {
    json_.put('{');
    json_.head(meta);
    each_child(meta, [&](std::string_view name, const XmlNode& node) {
      json_.key(new_name(meta, name));
      json_.values(node);
    });
    json_.put('}');
  }

  /// The name that HQ gives to it, unless another one has that already.
  [[nodiscard]] std::string_view new_name(const XmlNode& meta, std::string_view name) const {
    for (const auto& [old_name, better] : kNewNames) {
      if (name == old_name) {
        return child(tree_, meta, better) == nullptr ? better : name;
      }
    }
    return name;
  }

  const XmlTree& tree_;
  XmlJson& json_;
};

}  // namespace

std::expected<void, Rejection> append_xml_form(const XmlTree& tree, std::string& out) {
  if (is_other_kind(tree)) {
    return reject(Reason::kWrongKind, tree.place_of_root() + ": the outermost element is not a form's");
  }
  const auto id = id_of(tree);
  if (!id) {
    return std::unexpected(id.error());
  }
  XmlJson json(tree, out);
  json.put('{');
  json.key("id");
  json.text(*id);
  json.key("form");
  FormWriter(tree, json).write();
  json.put('}');
  return {};
}

}  // namespace firn
