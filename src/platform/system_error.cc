#include "platform/system_error.h"

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include "base/error.h"

namespace firn {
namespace {

struct Meaning {
  ErrorKind kind;
  const char* hint;
};

Meaning meaning_of(int code) {
  switch (code) {
    case ENOENT:
      return {ErrorKind::kNotFound, ""};
    case EEXIST:
      return {ErrorKind::kAlreadyExists, ""};
    case ENOSPC:
      return {ErrorKind::kNoSpace, "free some space on this file system"};
    case EDQUOT:
      return {ErrorKind::kNoSpace, "raise the disk quota of the user that runs firn, or free some of its space"};
    case EFBIG:
      return {ErrorKind::kNoSpace, "raise the limit on file sizes (ulimit -f)"};
    case EACCES:
    case EPERM:
      return {ErrorKind::kPermission, "give the user that runs firn access to it"};
    case EROFS:
      return {ErrorKind::kUnavailable, "the file system is mounted read-only; look for disk errors in the kernel log"};
    case EIO:
      return {ErrorKind::kUnavailable, "the disk or its driver failed; look in the kernel log"};
    case EMFILE:
    case ENFILE:
      return {ErrorKind::kUnavailable, "raise the limit on open files (ulimit -n)"};
    default:
      return {ErrorKind::kUnavailable, ""};
  }
}

}  // namespace

Error system_error(int code, std::string operation, std::string object) {
  const auto [kind, hint] = meaning_of(code);
  return {kind, std::move(operation), std::move(object), std::generic_category().message(code), hint};
}

}  // namespace firn
