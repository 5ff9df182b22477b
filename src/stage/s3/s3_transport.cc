#include "stage/s3/s3_transport.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/digest.h"
#include "platform/http_message.h"
#include "stage/s3/s3_xml.h"

namespace firn {
namespace {

constexpr std::string_view kFirstRegion = "us-east-1";
constexpr Duration kTimeout = std::chrono::minutes(1);
// For each byte of a file: a slow line of 1 Mbit/s still gets a chunk of 250 MB through.
constexpr std::uint64_t kLeastBytesPerSecond = 100'000;
constexpr std::uint64_t kLargestFile = 250'000'000;

bool is_region(std::string_view text) {
  return !text.empty() && text.size() <= 40 &&
         std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

bool says_ended(std::string_view code) {
  return code == "ExpiredToken" || code == "TokenRefreshRequired" || code == "InvalidToken";
}

}  // namespace

S3Transport::S3Transport(S3Place place, S3Credentials credentials, const Clock& clock, MakeHttpClient make_http)
    : place_(std::move(place)),
      credentials_(std::move(credentials)),
      clock_(clock),
      http_(std::move(make_http)),
      region_(place_.region.empty() ? kFirstRegion : place_.region) {}

AwsRequest S3Transport::request(const std::string& method, const std::string& key) const {
  AwsRequest request;
  request.method = method;
  request.path = key;  // the bucket's part comes before it when the request is sent
  return request;
}

std::string S3Transport::region() const {
  const MutexLock lock(mutex_);
  return region_;
}

Result<HttpReply> S3Transport::send(const AwsRequest& request, HttpCall call) {
  FIRN_ASSIGN(Sent sent, send_once(request, call));
  if (!learn(sent)) {
    return std::move(sent.reply);
  }
  FIRN_ASSIGN(Sent again, send_once(request, std::move(call)));
  return std::move(again.reply);
}

Result<S3Transport::Sent> S3Transport::send_once(AwsRequest request, HttpCall call) {
  const std::string region = this->region();
  const S3Target target = s3_target(place_, region);
  request.host = target.host;
  request.path = target.root + request.path;
  if (request.payload_sha256.empty()) {
    request.payload_sha256 = to_hex(sha256(call.body));
  }
  request.headers.emplace_back("x-amz-content-sha256", request.payload_sha256);
  FIRN_ASSIGN(AwsCredentials credentials, credentials_.get());
  const Duration skew(skew_);
  sign_aws(request, credentials, {region, "s3", clock_.now() + skew});
  call.method = request.method;
  call.url = fmt::format("{}://{}{}", target.scheme, target.host, aws_target(request));
  call.headers = std::move(request.headers);
  const std::uint64_t most = call.response_file != nullptr ? kLargestFile : call.body_bytes;
  call.timeout = kTimeout + std::chrono::seconds(most / kLeastBytesPerSecond);
  FIRN_ASSIGN(HttpReply reply, http_.call(call));
  return Sent{std::move(reply), std::move(credentials), region, skew};
}

bool S3Transport::learn(const Sent& sent) {
  if (sent.reply.status < 300) {
    return false;
  }
  return learn_clock(sent) || learn_region(sent) || learn_credentials(sent);
}

/// Also when the answer has no body that would say so: to HEAD.
bool S3Transport::learn_clock(const Sent& sent) {
  constexpr Duration kTolerable = std::chrono::minutes(5);
  const auto theirs = parse_http_date(sent.reply.header("date"));
  if (sent.reply.status != 403 || !theirs) {
    return false;
  }
  const Duration skew = *theirs - clock_.now();
  skew_ = skew.count();
  return std::chrono::abs(skew - sent.skew) > kTolerable;
}

/// A region that a person has set is not overruled: the error then names the right one.
bool S3Transport::learn_region(const Sent& sent) {
  const HttpReply& reply = sent.reply;
  if (!place_.region.empty() || (reply.status / 100 != 3 && reply.status != 400)) {
    return false;
  }
  std::string found(reply.header("x-amz-bucket-region"));
  if (found.empty()) {
    const auto texts = read_s3_xml(reply.body).value_or(S3Texts());
    found = text_at(texts, "Error/Region");
  }
  if (!is_region(found) || found == sent.region) {
    return false;
  }
  const MutexLock lock(mutex_);
  region_ = std::move(found);
  return true;
}

/// An answer to HEAD has no code: 400 may mean that.
bool S3Transport::learn_credentials(const Sent& sent) {
  const auto texts = read_s3_xml(sent.reply.body).value_or(S3Texts());
  const bool is_silent = sent.reply.status == 400 && sent.reply.body.empty();
  if (!credentials_.refused || sent.credentials.session_token.empty() ||
      !(is_silent || says_ended(text_at(texts, "Error/Code")))) {
    return false;
  }
  credentials_.refused(sent.credentials);
  return true;
}

}  // namespace firn
