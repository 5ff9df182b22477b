#include "base/error.h"

#include <string>
#include <string_view>

namespace firn {

std::string_view to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kInvalidInput:
      return "invalid_input";
    case ErrorKind::kNotFound:
      return "not_found";
    case ErrorKind::kAlreadyExists:
      return "already_exists";
    case ErrorKind::kConflict:
      return "conflict";
    case ErrorKind::kDamaged:
      return "damaged";
    case ErrorKind::kPoisoned:
      return "poisoned";
    case ErrorKind::kNoSpace:
      return "no_space";
    case ErrorKind::kBusy:
      return "busy";
    case ErrorKind::kUnavailable:
      return "unavailable";
    case ErrorKind::kPermission:
      return "permission";
    case ErrorKind::kConfiguration:
      return "configuration";
    case ErrorKind::kInternal:
      return "internal";
  }
  return "internal";
}

std::string Error::message() const {
  std::string text = operation;
  if (!object.empty()) {
    text += " " + object;
  }
  text += ": " + reason;
  if (!hint.empty()) {
    text += " (" + hint + ")";
  }
  return text;
}

bool Error::is_passing() const {
  switch (kind) {
    case ErrorKind::kNoSpace:
    case ErrorKind::kBusy:
    case ErrorKind::kUnavailable:
    case ErrorKind::kPoisoned:
      return true;
    case ErrorKind::kInvalidInput:
    case ErrorKind::kNotFound:
    case ErrorKind::kAlreadyExists:
    case ErrorKind::kConflict:
    case ErrorKind::kDamaged:
    case ErrorKind::kPermission:
    case ErrorKind::kConfiguration:
    case ErrorKind::kInternal:
      return false;
  }
  return false;
}

}  // namespace firn
