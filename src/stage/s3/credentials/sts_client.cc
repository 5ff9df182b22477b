#include "stage/s3/credentials/sts_client.h"

#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>

#include "base/digest.h"
#include "base/url.h"
#include "platform/ip_address.h"
#include "stage/s3/s3_xml.h"

namespace firn {
namespace {

constexpr Duration kTimeout = std::chrono::seconds(10);
constexpr std::size_t kLargestAnswer = 64U << 10U;

std::string endpoint_of(const CredentialSurroundings& surroundings, const std::string& region) {
  std::string given = surroundings.variable("AWS_ENDPOINT_URL_STS");
  if (given.ends_with('/')) {
    given.pop_back();
  }
  return given.empty() ? fmt::format("https://sts.{}.amazonaws.com{}", region, region.starts_with("cn-") ? ".cn" : "")
                       : given;
}

std::string form_of(const std::vector<std::pair<std::string, std::string>>& fields) {
  std::string form = "Version=2011-06-15";
  for (const auto& [name, value] : fields) {
    form += value.empty() ? "" : "&" + name + "=" + percent_encode(value);
  }
  return form;
}

Error refusal(const RoleWish& wish, const HttpReply& reply) {
  constexpr std::size_t kLongest = 300;
  const auto texts = read_s3_xml(reply.body).value_or(S3Texts());
  const std::string_view code = text_at(texts, "ErrorResponse/Error/Code");
  const bool is_passing = reply.status >= 500 || reply.status == 429 || code == "Throttling";
  return {is_passing ? ErrorKind::kUnavailable : ErrorKind::kPermission, "assume the role", wish.arn,
          fmt::format("STS answered {} {}: {}", reply.status, code.substr(0, kLongest),
                      text_at(texts, "ErrorResponse/Error/Message").substr(0, kLongest)),
          is_passing
              ? ""
              : "the role's trust policy must let these credentials assume it, with the external id if one is set"};
}

Result<SourcedCredentials> credentials_in(const HttpReply& reply, const RoleWish& wish, const std::string& action) {
  const auto texts = read_s3_xml(reply.body).value_or(S3Texts());
  const std::string at = fmt::format("{0}Response/{0}Result/Credentials/", action);
  SourcedCredentials found{
      {std::string(text_at(texts, at + "AccessKeyId")), std::string(text_at(texts, at + "SecretAccessKey")),
       std::string(text_at(texts, at + "SessionToken"))},
      "role " + wish.arn,
      parse_timestamp(std::string(text_at(texts, at + "Expiration")))};
  if (found.keys.key_id.empty() || found.keys.secret.empty() || found.keys.session_token.empty() || !found.expires) {
    return fail(Error{ErrorKind::kUnavailable, "assume the role", wish.arn,
                      "the answer cannot be read: it is not that of STS", ""});
  }
  return found;
}

}  // namespace

StsClient::StsClient(const CredentialSurroundings& surroundings, std::string region)
    : surroundings_(surroundings),
      region_(region.empty() ? "us-east-1" : std::move(region)),
      endpoint_(endpoint_of(surroundings, region_)) {}

Result<SourcedCredentials> StsClient::assume_role(const RoleWish& wish, const SourcedCredentials& by) {
  auto found = ask({{"Action", "AssumeRole"},
                    {"RoleArn", wish.arn},
                    {"RoleSessionName", wish.session_name},
                    {"ExternalId", wish.external_id},
                    {"DurationSeconds", wish.duration_seconds}},
                   wish, &by.keys);
  if (found) {
    found->source += ", assumed by " + by.source;
  }
  return found;
}

Result<SourcedCredentials> StsClient::assume_role_with_web_identity(const RoleWish& wish, const std::string& token) {
  return ask({{"Action", "AssumeRoleWithWebIdentity"},
              {"RoleArn", wish.arn},
              {"RoleSessionName", wish.session_name},
              {"WebIdentityToken", token},
              {"DurationSeconds", wish.duration_seconds}},
             wish, nullptr);
}

Result<SourcedCredentials> StsClient::ask(const Fields& fields, const RoleWish& wish, const AwsCredentials* signer) {
  const auto url = parse_http_url(endpoint_);
  if (!url || (url->scheme != "https" && !is_loopback_host(url->host))) {
    return fail(Error{ErrorKind::kConfiguration, "read", "AWS_ENDPOINT_URL_STS",
                      url ? "plain HTTP would show secrets to others" : "it is not a URL", "use https"});
  }
  HttpCall call;
  call.method = "POST";
  call.url = endpoint_ + "/";
  call.body = form_of(fields);
  call.timeout = kTimeout;
  call.response_limit = kLargestAnswer;
  AwsRequest request;
  request.method = call.method;
  request.host = url->authority;
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  request.payload_sha256 = to_hex(sha256(call.body));
  if (signer != nullptr) {
    sign_aws(request, *signer, {region_, "sts", surroundings_.clock.now()});
  }
  call.headers = std::move(request.headers);
  FIRN_ASSIGN(const HttpReply reply, surroundings_.make_http()->call(call));
  return reply.status == 200 ? credentials_in(reply, wish, fields.front().second) : fail(refusal(wish, reply));
}

}  // namespace firn
