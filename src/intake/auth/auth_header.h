#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace firn {

/// The value of an Authorization field (RFC 9110, 11.6.2): `scheme` and what follows its spaces. Both are empty when
/// there is no such form.
struct AuthHeader {
  std::string_view scheme;
  std::string_view rest;
  /// In any case of its letters.
  [[nodiscard]] bool is(std::string_view name) const;
};
AuthHeader split_auth_header(std::string_view value);

/// Parameters of a scheme, names in small letters, in their order.
class AuthParameters {
 public:
  /// Nothing when the text is not a list of `name=token` and `name="text"` with commas between, a name stands twice, or
  /// there are more than 20.
  static std::optional<AuthParameters> parse(std::string_view text);

  /// Empty when missing.
  [[nodiscard]] std::string_view get(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const;

 private:
  std::vector<std::pair<std::string, std::string>> values_;
};

struct UserAndPassword {
  std::string user;
  std::string password;
};
/// What follows `Basic ` (RFC 7617). Nothing when it is not base64 of a text with a colon.
std::optional<UserAndPassword> parse_basic(std::string_view token);

}  // namespace firn
