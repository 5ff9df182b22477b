#pragma once

#include <string>
#include <string_view>

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

/// What S3 says about it.
struct S3Refusal {
  int status = 0;
  std::string_view code;
  std::string_view message;
  std::string_view region;  ///< of the bucket, when it says so
  bool has_body = true;     ///< an answer to HEAD has none, and so no code
};

/// What an answer that is no success means. Passing failures are kUnavailable or kBusy; what a person must change is
/// kPermission or kConfiguration, with the setting or the missing permission in the hint; an upload that arrived
/// otherwise than it was sent is kDamaged. Codes: "Error responses" in the Amazon S3 API reference. The answer's own
/// text is shown, cut after 300 bytes: it names the account, never the secret.
Error s3_error(const HttpReply& reply, const S3Question& question);
Error s3_error(const S3Refusal& refusal, const S3Question& question);

}  // namespace firn
