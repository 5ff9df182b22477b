#pragma once

#include <string>

#include "base/error.h"
#include "platform/http_client.h"

namespace firn {

/// What was asked of S3, for the words of an error.
struct S3Question {
  std::string operation;   ///< for people, like "put"
  std::string permission;  ///< what it needs, like `s3:PutObject`
  std::string bucket;
  std::string key;
};

/// What an answer that is no success means. Passing failures are kUnavailable or kBusy; what a person must change is
/// kPermission or kConfiguration, with the setting or the missing permission in the hint; an upload that arrived
/// otherwise than it was sent is kDamaged. Codes: "Error responses" in the Amazon S3 API reference. The answer's own
/// text is shown, cut after 300 bytes: it names the account, never the secret.
Error s3_error(const HttpReply& reply, const S3Question& question);

}  // namespace firn
