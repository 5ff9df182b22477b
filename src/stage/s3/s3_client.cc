#include "stage/s3/s3_client.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/base64.h"
#include "base/check.h"
#include "base/url.h"
#include "platform/http_message.h"
#include "stage/s3/s3_xml.h"

namespace firn {
namespace {

constexpr std::size_t kMostKeys = 1000;
constexpr std::size_t kLargestAnswer = 4U << 20U;
constexpr std::string_view kMetadata = "x-amz-meta-firn";
constexpr Duration kTimeout = std::chrono::minutes(1);
// For each byte of an upload: a slow line of 1 Mbit/s still gets a chunk of 250 MB through.
constexpr std::uint64_t kLeastBytesPerSecond = 100'000;

/// Amazon's certificates are good for one name before `s3`: a bucket with a dot goes into the path.
S3Target amazon(const S3Place& place) {
  if (place.bucket.contains('.')) {
    return {"https", fmt::format("s3.{}.amazonaws.com", place.region), "/" + place.bucket + "/"};
  }
  return {"https", fmt::format("{}.s3.{}.amazonaws.com", place.bucket, place.region), "/"};
}

S3Target target_of(const S3Place& place) {
  if (place.endpoint.empty()) {
    return amazon(place);
  }
  S3Target target;
  target.root = "/" + place.bucket + "/";
  std::string_view rest = place.endpoint;
  if (const std::size_t end = rest.find("://"); end != std::string_view::npos) {
    target.scheme = rest.substr(0, end);
    rest.remove_prefix(end + 3);
  }
  rest = rest.substr(0, rest.find('/'));
  const std::string_view own_port = target.scheme == "http" ? ":80" : ":443";
  target.host = rest.ends_with(own_port) ? rest.substr(0, rest.size() - own_port.size()) : rest;
  return target;
}

/// DeleteObjects wants it, so that a request that was changed on the way removes nothing.
std::string md5_base64(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  FIRN_CHECK(EVP_Digest(text.data(), text.size(), out.data(), &size, EVP_md5(), nullptr) == 1, "MD5 is there");
  return to_base64({reinterpret_cast<const char*>(out.data()), size});
}

Error unreadable(const S3Question& question) {
  return {ErrorKind::kUnavailable, question.operation, question.bucket + "/" + question.key,
          "the answer cannot be read: it is not what S3 sends", "is the endpoint one of S3?"};
}

std::optional<std::string> decoded_key(std::string text) {
  std::ranges::replace(text, '+', ' ');
  return percent_decode(text);
}

std::string delete_body(std::span<const std::string> keys) {
  std::string xml = R"(<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Quiet>true</Quiet>)";
  for (const std::string& key : keys) {
    xml += "<Object><Key>";
    append_xml_text(xml, key);
    xml += "</Key></Object>";
  }
  return xml + "</Delete>";
}

}  // namespace

S3Client::S3Client(S3Place place, Credentials credentials, const Clock& clock, MakeHttp make_http)
    : place_(std::move(place)),
      target_(target_of(place_)),
      credentials_(std::move(credentials)),
      clock_(clock),
      make_http_(std::move(make_http)) {}

std::string S3Client::location(const std::string& key) const { return fmt::format("s3://{}/{}", place_.bucket, key); }

S3Question S3Client::question(std::string operation, std::string permission, std::string key) const {
  return {std::move(operation), std::move(permission), place_.bucket, std::move(key)};
}

AwsRequest S3Client::request(const std::string& method, const std::string& key) const {
  AwsRequest request;
  request.method = method;
  request.host = target_.host;
  request.path = target_.root + key;
  return request;
}

std::unique_ptr<HttpClient> S3Client::take_http() {
  {
    const MutexLock lock(mutex_);
    if (!idle_.empty()) {
      auto http = std::move(idle_.back());
      idle_.pop_back();
      return http;
    }
  }
  return make_http_();
}

void S3Client::give_back(std::unique_ptr<HttpClient> http) {
  const MutexLock lock(mutex_);
  idle_.push_back(std::move(http));
}

/// Also when the answer has no body that would say so: to HEAD.
bool S3Client::learn_clock(const HttpReply& reply) {
  constexpr Duration kTolerable = std::chrono::minutes(5);
  const auto theirs = parse_http_date(reply.header("date"));
  if (reply.status != 403 || !theirs) {
    return false;
  }
  const Duration skew = *theirs - clock_.now();
  const Duration before(skew_.exchange(skew.count()));
  return std::chrono::abs(skew - before) > kTolerable;
}

/// Sends once more when the refusal shows that the clocks differ.
Result<HttpReply> S3Client::send(const AwsRequest& request, const HttpCall& call) {
  auto reply = send_once(request, call);
  return reply && learn_clock(*reply) ? send_once(request, call) : std::move(reply);
}

/// Signs and sends; the body is the call's.
Result<HttpReply> S3Client::send_once(AwsRequest request, HttpCall call) {
  if (request.payload_sha256.empty()) {
    request.payload_sha256 = to_hex(sha256(call.body));
  }
  request.headers.emplace_back("x-amz-content-sha256", request.payload_sha256);
  FIRN_ASSIGN(const AwsCredentials credentials, credentials_());
  sign_aws(request, credentials, {place_.region, "s3", clock_.now() + Duration(skew_)});
  call.method = request.method;
  call.url = fmt::format("{}://{}{}", target_.scheme, target_.host, aws_target(request));
  call.headers = std::move(request.headers);
  call.timeout = kTimeout + std::chrono::seconds(call.body_bytes / kLeastBytesPerSecond);
  call.response_limit = kLargestAnswer;
  auto http = take_http();
  auto reply = http->call(call);
  give_back(std::move(http));
  return reply;
}

Status S3Client::put(const std::string& key, const S3Upload& upload) {
  AwsRequest put = request("PUT", key);
  put.payload_sha256 = to_hex(upload.digest);
  put.headers = {{"If-None-Match", "*"},
                 {"x-amz-checksum-sha256", to_base64(bytes_of(upload.digest))},
                 {std::string(kMetadata), upload.metadata}};
  HttpCall call;
  call.body_file = upload.file;
  call.body_bytes = upload.bytes;
  FIRN_ASSIGN(const HttpReply reply, send(std::move(put), std::move(call)));
  return reply.status == 200 ? Status() : fail(s3_error(reply, question("put", "s3:PutObject", key)));
}

Result<S3Object> S3Client::head(const std::string& key) {
  FIRN_ASSIGN(const HttpReply reply, send(request("HEAD", key), {}));
  if (reply.status != 200) {
    return fail(s3_error(reply, question("look at", "s3:GetObject (and s3:ListBucket on the bucket)", key)));
  }
  S3Object object;
  object.bytes = std::strtoull(std::string(reply.header("content-length")).c_str(), nullptr, 10);
  object.metadata = reply.header(kMetadata);
  return object;
}

Result<S3Listing> S3Client::list(const std::string& prefix, const std::string& after, std::size_t limit) {
  AwsRequest list = request("GET", "");
  list.query = {{"list-type", "2"},
                {"prefix", prefix},
                {"max-keys", std::to_string(std::min(limit, kMostKeys))},
                {"encoding-type", "url"}};  // keys may hold what XML may not
  if (!after.empty()) {
    list.query.emplace_back("start-after", after);
  }
  const S3Question asked = question("list", "s3:ListBucket", prefix);
  FIRN_ASSIGN(const HttpReply reply, send(std::move(list), {}));
  if (reply.status != 200) {
    return fail(s3_error(reply, asked));
  }
  const auto texts = read_s3_xml(reply.body);
  const std::string_view truncated = texts ? text_at(*texts, "ListBucketResult/IsTruncated") : "";
  if (truncated != "true" && truncated != "false") {
    return fail(unreadable(asked));
  }
  S3Listing listing;
  listing.more = truncated == "true";
  const bool is_encoded = text_at(*texts, "ListBucketResult/EncodingType") == "url";
  for (const auto& [place, text] : *texts) {
    if (place != "ListBucketResult/Contents/Key") {
      continue;
    }
    auto key = is_encoded ? decoded_key(text) : std::optional(text);
    if (!key || !key->starts_with(prefix)) {
      return fail(unreadable(asked));
    }
    listing.keys.push_back(*std::move(key));
  }
  return listing;
}

Status S3Client::remove(std::span<const std::string> keys) {
  FIRN_CHECK(keys.size() <= kMostKeys, "S3 removes a thousand at a time");
  AwsRequest remove = request("POST", "");
  remove.query = {{"delete", std::nullopt}};
  HttpCall call;
  call.body = delete_body(keys);
  remove.headers = {{"Content-MD5", md5_base64(call.body)}};
  const S3Question asked = question("remove", "s3:DeleteObject", keys.empty() ? "" : keys.front());
  FIRN_ASSIGN(const HttpReply reply, send(std::move(remove), std::move(call)));
  if (reply.status != 200) {
    return fail(s3_error(reply, asked));
  }
  const auto texts = read_s3_xml(reply.body);
  const bool is_result = texts && !texts->empty() && texts->front().first.starts_with("DeleteResult");
  return is_result ? refusal_in(*texts, asked) : fail(unreadable(asked));
}

/// A part of the keys may be refused inside an answer 200.
Status S3Client::refusal_in(const S3Texts& texts, S3Question asked) {
  std::string code;
  for (const auto& [place, text] : texts) {
    if (place == "DeleteResult/Error/Key") {
      asked.key = text;
    } else if (place == "DeleteResult/Error/Code") {
      code = text;
    } else if (place == "DeleteResult/Error/Message" && code != "NoSuchKey") {
      return fail(s3_error(S3Refusal{500, code, text, {}, true}, asked));
    }
  }
  return {};
}

}  // namespace firn
