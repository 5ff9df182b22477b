#pragma once

#include <expected>
#include <utility>

#include "base/error.h"

namespace firn {

/// A value, or the error that prevented it. Exceptions are for programming errors and stay at library borders.
template <typename T>
using Result = std::expected<T, Error>;

/// Success, or the error.
using Status = std::expected<void, Error>;

/// Makes the failed state of any Result.
inline std::unexpected<Error> fail(Error error) { return std::unexpected<Error>(std::move(error)); }

/// Hands the error of one Result on as the failed state of another.
template <typename T>
std::unexpected<Error> fail(Result<T>&& failed) {
  return std::unexpected<Error>(std::move(failed).error());
}

}  // namespace firn

#define FIRN_CONCAT_INNER(a, b) a##b
#define FIRN_CONCAT(a, b) FIRN_CONCAT_INNER(a, b)

/// Returns from the enclosing function when `expression`, a Result or Status, has failed.
#define FIRN_TRY(expression)                           \
  if (auto&& firn_status = (expression); !firn_status) \
  return std::unexpected<::firn::Error>(std::move(firn_status).error())

/// Declares `declaration` with the value of `expression`, or returns its error.
/// Example: FIRN_ASSIGN(auto file, file_system.open(path));
#define FIRN_ASSIGN(declaration, expression) \
  FIRN_ASSIGN_INNER(FIRN_CONCAT(firn_result_, __LINE__), declaration, expression)
#define FIRN_ASSIGN_INNER(result, declaration, expression)                       \
  auto result = (expression);                                                    \
  if (!result) return std::unexpected<::firn::Error>(std::move(result).error()); \
  declaration = std::move(*result)
