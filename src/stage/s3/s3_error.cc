#include "stage/s3/s3_error.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "base/plain_text.h"
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
     "allow {permission} on arn:aws:s3:::{bucket} to the key, in IAM and in the bucket's policy"},
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
    {"MethodNotAllowed", ErrorKind::kConfiguration, "this server cannot do that: is the endpoint one of S3?"},
    {"NoSuchBucket", ErrorKind::kConfiguration, "make the bucket {bucket}, or correct its name"},
    {"OperationAborted", ErrorKind::kBusy, ""},
    {"PermanentRedirect", ErrorKind::kConfiguration, "set the region of the bucket {bucket}"},
    {"RequestTimeTooSkewed", ErrorKind::kConfiguration, "set this machine's clock: it is more than 15 minutes wrong"},
    {"RequestTimeout", ErrorKind::kUnavailable, ""},
    {"ServiceUnavailable", ErrorKind::kUnavailable, ""},
    {"SignatureDoesNotMatch", ErrorKind::kPermission,
     "correct the secret access key; behind a proxy, let it pass the request unchanged"},
    {"SlowDown", ErrorKind::kUnavailable, ""},
    {"TemporaryRedirect", ErrorKind::kUnavailable, ""},
    {"TokenRefreshRequired", ErrorKind::kPermission, "the temporary credentials have ended: renew them"},
    {"XAmzContentSHA256Mismatch", ErrorKind::kDamaged, ""},
});

/// For answers without a code that is known here: to HEAD there is no body at all.
Meaning by_status(int status) {
  if (status == 404) {
    return {"", ErrorKind::kNotFound, ""};
  }
  if (status == 401 || status == 403) {
    return {"", ErrorKind::kPermission, "allow {permission} on arn:aws:s3:::{bucket} to the key"};
  }
  if (status == 409) {
    return {"", ErrorKind::kBusy, ""};
  }
  if (status == 412) {
    return {"", ErrorKind::kAlreadyExists, ""};
  }
  if (status == 301 || status == 307 || status == 308) {
    return {"", ErrorKind::kConfiguration, "set the region of the bucket {bucket}"};
  }
  const bool passes = status >= 500 || status == 408 || status == 429;
  return {"", passes ? ErrorKind::kUnavailable : ErrorKind::kConfiguration, ""};
}

Meaning meaning_of(std::string_view code, int status) {
  const auto found = std::ranges::find(kMeanings, code, &Meaning::code);
  return found == kMeanings.end() ? by_status(status) : *found;
}

std::string header_of(const HttpReply& reply, std::string_view name) {
  const auto found = std::ranges::find(reply.headers, name, &std::pair<std::string, std::string>::first);
  return found == reply.headers.end() ? "" : found->second;
}

std::string filled(std::string_view hint, const S3Question& question) {
  std::string text(hint);
  for (const auto& [name, value] :
       {std::pair<std::string_view, const std::string*>{"{permission}", &question.permission},
        {"{bucket}", &question.bucket}}) {
    const std::size_t at = text.find(name);
    if (at != std::string::npos) {
      text.replace(at, name.size(), *value);
    }
  }
  return text;
}

}  // namespace

Error s3_error(const HttpReply& reply, const S3Question& question) {
  const auto texts = read_s3_xml(reply.body).value_or(S3Texts());
  const std::string_view code = text_at(texts, "Error/Code");
  const Meaning meaning = meaning_of(code, reply.status);
  std::string reason = fmt::format("S3 answered {}", reply.status);
  if (!code.empty()) {
    constexpr std::size_t kLongestMessage = 300;
    reason += fmt::format(" {}: {}", code, text_at(texts, "Error/Message").substr(0, kLongestMessage));
  }
  const std::string region = header_of(reply, "x-amz-bucket-region");
  std::string hint = filled(meaning.hint, question);
  if (!region.empty() && meaning.kind == ErrorKind::kConfiguration) {
    hint += " (it is " + region + ")";
  }
  return {meaning.kind, question.operation, question.bucket + "/" + question.key, std::move(reason), std::move(hint)};
}

}  // namespace firn
