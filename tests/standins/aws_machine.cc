#include "tests/standins/aws_machine.h"

#include <fmt/format.h>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "base/digest.h"
#include "base/time.h"
#include "base/url.h"

namespace firn {
namespace {

constexpr std::string_view kMetadataToken = "AQAEAmetadata";
constexpr std::string_view kRoles = "/latest/meta-data/iam/security-credentials/";
constexpr const char* kInstanceRole = "node role";

HttpResponse text_answer(int status, std::string body) {
  HttpResponse response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

HttpResponse sts_refusal(int status, const std::string& code) {
  return text_answer(status, fmt::format("<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error>"
                                         "<Type>Sender</Type><Code>{}</Code><Message>as asked</Message></Error>"
                                         "</ErrorResponse>",
                                         code));
}

}  // namespace

AwsMachine::AwsMachine(const Clock& clock) : clock_(clock) { start(); }

AwsMachine::~AwsMachine() { stop(); }

void AwsMachine::take_role() {
  const MutexLock lock(mutex_);
  has_role_ = false;
}

void AwsMachine::fail_with(int status) {
  const MutexLock lock(mutex_);
  status_ = status;
}

std::vector<std::string> AwsMachine::requests() const {
  const MutexLock lock(mutex_);
  return requests_;
}

std::string AwsMachine::end() const { return format_iso8601(clock_.now() + std::chrono::hours(1)); }

std::string AwsMachine::made_up(const std::string& what) { return fmt::format("{} {}", what, ++given_); }

HttpResponse AwsMachine::answer(const StandinRequest& request) {
  const MutexLock lock(mutex_);
  requests_.push_back(request.method + " " + request.target);
  if (status_ != 0) {
    return text_answer(status_, "");
  }
  if (request.target.starts_with("/latest/")) {
    return instance(request);
  }
  return request.target.starts_with("/container") ? container(request) : sts(request);
}

HttpResponse AwsMachine::instance(const StandinRequest& request) {
  if (request.target == "/latest/api/token") {
    const bool is_right = request.method == "PUT" && !request.header("x-aws-ec2-metadata-token-ttl-seconds").empty();
    return is_right ? text_answer(200, std::string(kMetadataToken)) : text_answer(400, "");
  }
  if (request.header("x-aws-ec2-metadata-token") != kMetadataToken) {
    return text_answer(401, "");
  }
  if (!has_role_) {
    return text_answer(404, "");
  }
  if (request.target == kRoles) {
    return text_answer(200, std::string(kInstanceRole) + "\n");
  }
  if (request.target != std::string(kRoles) + percent_encode(kInstanceRole)) {
    return text_answer(404, "");
  }
  return text_answer(
      200, fmt::format(R"({{"Code":"Success","AccessKeyId":"ASIAINSTANCE","SecretAccessKey":"instance secret",)"
                       R"("Token":"{}","Expiration":"{}"}})",
                       made_up("instance token"), end()));
}

HttpResponse AwsMachine::container(const StandinRequest& request) {
  if (request.header("authorization") != kContainerToken) {
    return text_answer(401, "");
  }
  return text_answer(200, fmt::format(R"({{"AccessKeyId":"ASIACONTAINER","SecretAccessKey":"container secret",)"
                                      R"("Token":"{}","Expiration":"{}"}})",
                                      made_up("container token"), end()));
}

HttpResponse AwsMachine::sts(const StandinRequest& request) {
  const UrlQuery fields = parse_url_target("/?" + request.body).value_or(UrlTarget()).query;
  const std::string action = fields.get("Action");
  if (request.method != "POST" || fields.get("Version") != "2011-06-15" || fields.get("RoleSessionName").empty() ||
      request.header("content-type") != "application/x-www-form-urlencoded") {
    return sts_refusal(400, "MissingParameter");
  }
  if (action == "AssumeRole") {
    AwsRequest again;
    again.method = "POST";
    again.host = request.header("host");
    again.headers = {{"Content-Type", request.header("content-type")}};
    again.payload_sha256 = to_hex(sha256(request.body));
    sign_aws(again, user(), {"eu-central-1", "sts", clock_.now()});
    if (again.headers.back().second != request.header("authorization")) {
      return sts_refusal(403, "SignatureDoesNotMatch");
    }
  } else if (action != "AssumeRoleWithWebIdentity" || !request.header("authorization").empty()) {
    return sts_refusal(400, "InvalidAction");
  }
  const bool is_trusted =
      action == "AssumeRole" ? fields.get("ExternalId") == kExternalId : fields.get("WebIdentityToken") == kWebToken;
  if (fields.get("RoleArn") != kRole || !is_trusted) {
    return sts_refusal(403, "AccessDenied");
  }
  return text_answer(
      200, fmt::format("<{0}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><{0}Result><Credentials>"
                       "<AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>role secret</SecretAccessKey>"
                       "<SessionToken>{1}</SessionToken><Expiration>{2}</Expiration></Credentials></{0}Result>"
                       "</{0}Response>",
                       action, made_up("role token"), end()));
}

}  // namespace firn
