#include "pack/json_walk.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "pack/json_fault.h"

namespace firn {
namespace {

namespace dom = simdjson::dom;
using Reason = QuarantineReason;

constexpr std::size_t kMaxDetailBytes = 200;
constexpr std::size_t kMaxShownKeyBytes = 60;

bool can_be_shown(std::string_view key) {
  return !key.empty() && key.size() <= kMaxShownKeyBytes &&
         std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < '\x7F' && c != '"'; });
}

}  // namespace

JsonWalk::JsonWalk(std::string_view text, KeyTable& keys, std::vector<Cut>& cuts)
    : text_(text), keys_(keys), cuts_(cuts) {
  cuts_.clear();
  keys_.begin_document();
}

bool JsonWalk::run(dom::element root) {
  const bool good = value(root);
  FIRN_CHECK(!good || at_ == text_.size(), "a document and its text have the same length");
  return good;
}

std::string JsonWalk::place() const {
  std::string text = "$";
  for (const PathPart& part : path_) {
    if (text.size() > kMaxDetailBytes) {
      return text + "...";
    }
    if (part.is_key) {
      text += can_be_shown(part.key) ? fmt::format(".{}", part.key) : std::string(".?");
    } else {
      text += fmt::format("[{}]", part.index);
    }
  }
  return text;
}

bool JsonWalk::value(dom::element element) {
  switch (element.type()) {
    case dom::element_type::OBJECT:
      return enter() && object(element.get_object().value_unsafe());
    case dom::element_type::ARRAY:
      return enter() && array(element.get_array().value_unsafe());
    case dom::element_type::STRING:
      skip_string(element.get_string().value_unsafe().size());
      return true;
    case dom::element_type::BOOL:
    case dom::element_type::NULL_VALUE:
      at_ += text_[at_] == 'f' ? 5U : 4U;
      return true;
    case dom::element_type::INT64:
    case dom::element_type::UINT64:
    case dom::element_type::DOUBLE:
      at_ = std::min(text_.find_first_of(",]}", at_), text_.size());
      return true;
  }
  return true;
}

bool JsonWalk::enter() { return path_.size() < kMaxJsonDepth || broken(Reason::kTooDeep); }

bool JsonWalk::broken(Reason reason) {
  reason_ = reason;
  return false;
}

bool JsonWalk::object(dom::object object) {
  const std::uint64_t serial = keys_.begin_object();
  path_.push_back({.key = {}, .index = 0, .is_key = true});
  const std::size_t opening = at_++;
  for (const auto [key, member] : object) {
    path_.back().key = key;
    if (!keys_.insert(serial, key)) {
      return broken(Reason::kDuplicateKey);
    }
    const std::size_t begin = at_;
    skip_string(key.size());
    ++at_;  // the colon
    if (!value(member)) {
      return false;
    }
    if (is_left_out(key)) {
      leave_out(opening, begin);
    }
    at_ += text_[at_] == ',' ? 1U : 0U;
  }
  ++at_;
  path_.pop_back();
  return true;
}

bool JsonWalk::array(dom::array array) {
  path_.push_back({});
  ++at_;
  for (const dom::element element : array) {
    if (!value(element)) {
      return false;
    }
    at_ += text_[at_] == ',' ? 1U : 0U;
    ++path_.back().index;
  }
  ++at_;
  path_.pop_back();
  return true;
}

/// `decoded` is the string's length without its escapes. Where the closing quote stands if it has none, an escaped
/// quote may stand if it has some; every escape is longer than what it means.
void JsonWalk::skip_string(std::size_t decoded) {
  const std::size_t end = at_ + 1 + decoded;
  if (text_[end] == '"' && (decoded == 0 || text_[end - 1] != '\\')) {
    at_ = end + 1;
    return;
  }
  std::size_t i = at_ + 1;
  while (text_[i] != '"') {
    i += text_[i] == '\\' ? 2U : 1U;
  }
  at_ = i + 1;
}

bool JsonWalk::is_left_out(std::string_view key) const {
  return (path_.size() == 1 && key == "indexed_on") ||
         (path_.size() == 3 && key == "url" && path_.front().key == "attachments" && path_[1].is_key);
}

/// The member from `begin` to here, with the comma behind it, or the one before it when it is the last.
void JsonWalk::leave_out(std::size_t opening, std::size_t begin) {
  if (text_[at_] == ',') {
    cuts_.push_back({begin, at_ + 1});
  } else {
    cuts_.push_back({begin == opening + 1 ? begin : begin - 1, at_});
  }
}

}  // namespace firn
