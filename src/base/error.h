#pragma once

#include <string>
#include <string_view>

namespace firn {

/// What went wrong, coarse enough to decide on and fine enough to count.
enum class ErrorKind {
  kInvalidInput,   ///< the data or the request is wrong; repeating changes nothing
  kNotFound,       ///< the object does not exist
  kAlreadyExists,  ///< a write-once object is there already
  kConflict,       ///< the object is there with other content
  kDamaged,        ///< stored bytes are not what was written
  kPoisoned,       ///< an earlier write or fsync failed; no more writes until reopened
  kNoSpace,        ///< disk full, quota or floor reached
  kBusy,           ///< somebody else holds it; later is fine
  kUnavailable,    ///< a passing failure of something outside
  kPermission,     ///< access denied
  kConfiguration,  ///< a setting must be changed by a person
  kInternal,       ///< a broken invariant of our own
};

/// Short stable name for logs and JSON, e.g. "no_space".
std::string_view to_string(ErrorKind kind);

/// An error that can be shown to a person: what failed, on which object, why, and what to do.
/// It never carries a secret or a piece of a payload.
struct Error {
  ErrorKind kind = ErrorKind::kInternal;
  std::string operation;  ///< what was tried, e.g. "fsync"
  std::string object;     ///< on what, e.g. a path, a repeater, a chunk
  std::string reason;     ///< what came back
  std::string hint;       ///< what the operator can do; may be empty

  /// One line: "operation object: reason (hint)".
  [[nodiscard]] std::string message() const;

  /// True when the same call may succeed later without anybody doing anything.
  [[nodiscard]] bool is_passing() const;
};

}  // namespace firn
