#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "intake/document_facts.h"
#include "intake/document_peek.h"

namespace firn {

/// Without the spaces at its ends.
std::string_view trimmed(std::string_view text);

/// Finds the id and the fields of filters in an XML document of which somebody tells the elements one by one. Names are
/// without prefixes: HQ drops them too.
class XmlFacts {
 public:
  explicit XmlFacts(const PeekOrder& order) : order_(order) {}

  /// The outermost element; `space` is the namespace of its name.
  void open_root(std::string_view space);
  /// What an attribute of the outermost element is; null when nothing.
  [[nodiscard]] FieldValue* root_attribute(std::string_view name);
  void open(std::string_view name, bool has_attributes);
  void close();

  /// True while the characters that follow matter.
  [[nodiscard]] bool wants_text() const { return leaf_ != nullptr; }
  void text(std::string_view text) { text_.append(text); }
  /// True when spaces at the text's ends are not part of the fact. Of what a column holds they are.
  [[nodiscard]] bool ignores_spaces() const { return leaf_ == &fields_[FilterField::kUser]; }
  /// Something stands in the element that is not plain text.
  void spoil_text();

  /// How many elements are open.
  [[nodiscard]] std::size_t depth() const { return depth_; }
  [[nodiscard]] const FieldValue& id() const { return id_; }
  [[nodiscard]] DocumentFacts& fields() { return fields_; }

 private:
  [[nodiscard]] bool is_section(std::string_view name) const;
  [[nodiscard]] FieldValue* leaf_of(std::string_view name);

  PeekOrder order_;
  FieldValue id_;
  DocumentFacts fields_;
  std::size_t depth_ = 0;
  std::size_t sections_ = 0;    ///< elements that hold facts: `meta` of forms, `create` and `update` of cases
  bool in_section_ = false;     ///< inside one of them
  FieldValue* leaf_ = nullptr;  ///< what the element that is open now will be
  bool spoiled_ = false;        ///< and it is not a plain text
  std::string text_;
};

/// Puts what was found into `peek`.
void take_facts(XmlFacts& facts, DocumentPeek& peek);

}  // namespace firn
