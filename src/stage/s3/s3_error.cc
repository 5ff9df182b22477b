#include "stage/s3/s3_error.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "stage/s3/s3_xml.h"

namespace firn {
namespace {

struct Meaning {
  std::string_view code;
  ErrorKind kind;
  std::string_view hint;  ///< `{permission}` and `{bucket}` are filled in
};

constexpr std::array kMeanings = std::to_array<Meaning>({
    {"AccessDenied", ErrorKind::kPermission,
     "allow {permission} on arn:aws:s3:::{bucket} and what lies in it to the user or role that Firn uses (firn setup "
     "s3 "
     "prints its policy); no other policy may deny it"},
    {"AccountProblem", ErrorKind::kPermission, "look at the AWS account: it may owe money"},
    {"AllAccessDisabled", ErrorKind::kPermission, "ask AWS why the bucket is closed"},
    {"AuthorizationHeaderMalformed", ErrorKind::kConfiguration, "set the region of the bucket {bucket}"},
    {"BadDigest", ErrorKind::kDamaged, ""},
    {"ConditionalRequestConflict", ErrorKind::kBusy, ""},
    {"ExpiredToken", ErrorKind::kPermission, "the temporary credentials have ended: renew them"},
    {"IllegalLocationConstraintException", ErrorKind::kConfiguration, "set the region of the bucket {bucket}"},
    {"IncompleteBody", ErrorKind::kUnavailable, ""},
    {"InternalError", ErrorKind::kUnavailable, ""},
    {"InvalidAccessKeyId", ErrorKind::kPermission, "correct the access key id: nobody knows it"},
    {"InvalidDigest", ErrorKind::kDamaged, ""},
    {"InvalidToken", ErrorKind::kPermission, "the session token is not valid: renew the temporary credentials"},
    {"KMS.DisabledException", ErrorKind::kPermission, "enable the KMS key of the bucket {bucket}"},
    {"KMS.KMSInvalidStateException", ErrorKind::kPermission, "the KMS key is being deleted or is not enabled"},
    {"KMS.NotFoundException", ErrorKind::kConfiguration, "correct the id of the KMS key, or its region"},
    {"KMS.ThrottlingException", ErrorKind::kUnavailable, ""},
    {"MethodNotAllowed", ErrorKind::kConfiguration, "is the endpoint one of S3?"},
    {"NoSuchBucket", ErrorKind::kConfiguration, "make the bucket {bucket}, or correct its name"},
    {"NoSuchKey", ErrorKind::kNotFound, ""},
    {"NotImplemented", ErrorKind::kConfiguration, "this server does not know that request, or a setting of it"},
    {"OperationAborted", ErrorKind::kBusy, ""},
    {"PermanentRedirect", ErrorKind::kConfiguration, "set the region of the bucket {bucket}"},
    {"PreconditionFailed", ErrorKind::kAlreadyExists, ""},
    {"RequestLimitExceeded", ErrorKind::kUnavailable, ""},
    {"RequestTimeTooSkewed", ErrorKind::kConfiguration, "set this machine's clock: it is more than 15 minutes wrong"},
    {"RequestTimeout", ErrorKind::kUnavailable, ""},
    {"ServiceUnavailable", ErrorKind::kUnavailable, ""},
    {"SignatureDoesNotMatch", ErrorKind::kPermission,
     "correct the secret access key; behind a proxy, let it pass the request unchanged"},
    {"SlowDown", ErrorKind::kUnavailable, ""},
    {"TemporaryRedirect", ErrorKind::kUnavailable, ""},
    {"ThrottlingException", ErrorKind::kUnavailable, ""},
    {"TokenRefreshRequired", ErrorKind::kPermission, "the temporary credentials have ended: renew them"},
    {"XAmzContentChecksumMismatch", ErrorKind::kDamaged, ""},
    {"XAmzContentSHA256Mismatch", ErrorKind::kDamaged, ""},
});

/// For answers without a code that is known here; to HEAD there never is one.
Meaning by_status(int status, bool has_body) {
  switch (status) {
    case 301:
    case 308:
      return {"", ErrorKind::kConfiguration, "set the region of the bucket {bucket}"};
    case 307:
    case 408:
    case 429:
      return {"", ErrorKind::kUnavailable, ""};
    case 401:
    case 403:
      return {"", ErrorKind::kPermission,
              "allow {permission} on arn:aws:s3:::{bucket} and what lies in it to the user or role that Firn uses "
              "(firn setup "
              "s3 prints its policy); or the secret or this machine's clock is wrong"};
    case 404:
      return has_body ? Meaning{"", ErrorKind::kConfiguration, "is the endpoint one of S3?"}
                      : Meaning{"", ErrorKind::kNotFound, ""};
    case 412:
      return {"", ErrorKind::kAlreadyExists, ""};
    default:
      return {"", status >= 500 ? ErrorKind::kUnavailable : ErrorKind::kConfiguration,
              status == 400 && !has_body ? "the credentials may have ended, or the region be another" : ""};
  }
}

Meaning meaning_of(const S3Refusal& refusal) {
  const auto found = std::ranges::find(kMeanings, refusal.code, &Meaning::code);
  return found == kMeanings.end() ? by_status(refusal.status, refusal.has_body) : *found;
}

}  // namespace

Error s3_error(const S3Refusal& refusal, const S3Question& question) {
  constexpr std::size_t kLongestCode = 100;
  constexpr std::size_t kLongestMessage = 300;
  const Meaning meaning = meaning_of(refusal);
  std::string reason = fmt::format("S3 answered {}", refusal.status);
  if (!refusal.code.empty()) {
    reason += fmt::format(" {}: {}", refusal.code.substr(0, kLongestCode), refusal.message.substr(0, kLongestMessage));
  }
  std::string hint = fmt::format(fmt::runtime(meaning.hint), fmt::arg("permission", question.permission),
                                 fmt::arg("bucket", question.bucket));
  if (!refusal.region.empty() && meaning.hint.contains("region")) {
    hint += fmt::format(" (it is {})", refusal.region.substr(0, kLongestCode));
  }
  return {meaning.kind, question.operation, question.bucket + "/" + question.key, std::move(reason), std::move(hint)};
}

Error s3_error(const HttpReply& reply, const S3Question& question) {
  const auto texts = read_s3_xml(reply.body).value_or(S3Texts());
  const std::string_view region = reply.header("x-amz-bucket-region");
  return s3_error(S3Refusal{reply.status, text_at(texts, "Error/Code"), text_at(texts, "Error/Message"),
                            region.empty() ? text_at(texts, "Error/Region") : region, !reply.body.empty()},
                  question);
}

}  // namespace firn
