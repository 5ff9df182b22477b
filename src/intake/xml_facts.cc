#include "intake/xml_facts.h"

#include <cstddef>
#include <string_view>
#include <utility>

#include "base/xml_text.h"
#include "intake/document_facts.h"
#include "model/filter.h"
#include "model/table.h"

namespace firn {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kXmlSpace);
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(kXmlSpace) - first + 1);
}

void XmlFacts::open_root(std::string_view space) {
  depth_ = 1;
  if (order_.kind == Kind::kForm) {
    fields_[FilterField::kXmlns].set(space);
  }
}

FieldValue* XmlFacts::root_attribute(std::string_view name) {
  if (order_.kind == Kind::kCase && name == "case_id") {
    return &id_;
  }
  return order_.kind == Kind::kCase && name == "user_id" ? &fields_[FilterField::kUser] : nullptr;
}

bool XmlFacts::is_section(std::string_view name) const {
  if (order_.kind == Kind::kForm) {
    return name == "meta" || name == "Meta";
  }
  return order_.kind == Kind::kCase && (name == "create" || name == "update");
}

FieldValue* XmlFacts::leaf_of(std::string_view name) {
  if (order_.kind == Kind::kCase) {
    return name == "case_type" || name == "case_type_id" ? &fields_[FilterField::kCaseType] : nullptr;
  }
  if (name == "instanceID" || name == "uid") {
    return &id_;
  }
  return name == "userID" || name == "chw_id" ? &fields_[FilterField::kUser] : nullptr;
}

void XmlFacts::open(std::string_view name, bool has_attributes) {
  ++depth_;
  if (depth_ == 2 && is_section(name)) {
    in_section_ = true;
    if (++sections_ > 1 && order_.kind == Kind::kForm) {
      // Several would be a list in JSON, where nothing has a fixed place.
      id_.spoil();
      fields_[FilterField::kUser].spoil();
    }
  } else if (depth_ == 3 && in_section_) {
    leaf_ = leaf_of(name);
    spoiled_ = has_attributes;
    text_.clear();
  } else if (leaf_ != nullptr) {
    spoiled_ = true;
  }
}

void XmlFacts::close() {
  if (depth_ == 3 && leaf_ != nullptr) {
    spoiled_ ? leaf_->spoil() : leaf_->set(ignores_spaces() ? trimmed(text_) : text_);
    leaf_ = nullptr;
  } else if (depth_ == 2) {
    in_section_ = false;
  }
  --depth_;
}

void XmlFacts::spoil_text() { spoiled_ = true; }

void take_facts(XmlFacts& facts, DocumentPeek& peek) {
  constexpr std::size_t kLongestId = 255;
  if (facts.id().text().size() <= kLongestId) {
    peek.id = facts.id().text();
  }
  peek.facts = std::move(facts.fields());
}

}  // namespace firn
