#pragma once

#include <compare>
#include <functional>
#include <string>
#include <utility>

namespace firn {

/// A string that means one thing only. Two different tags do not mix.
template <typename Tag>
class Named {
 public:
  Named() = default;
  explicit Named(std::string value) : value_(std::move(value)) {}

  [[nodiscard]] const std::string& str() const { return value_; }
  [[nodiscard]] bool empty() const { return value_.empty(); }
  auto operator<=>(const Named&) const = default;

 private:
  std::string value_;
};

}  // namespace firn

template <typename Tag>
struct std::hash<firn::Named<Tag>> {
  std::size_t operator()(const firn::Named<Tag>& name) const { return std::hash<std::string>()(name.str()); }
};
