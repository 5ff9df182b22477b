#include "tests/standins/s3_server.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/base64.h"
#include "base/check.h"
#include "base/digest.h"
#include "base/time.h"
#include "base/url.h"
#include "stage/s3/s3_xml.h"

namespace firn {
namespace {

constexpr std::size_t kMostKeys = 1000;
constexpr Duration kMostSkew = std::chrono::minutes(15);

/// Headers of a put that say how the object is to be kept.
constexpr std::array<std::string_view, 4> kWriting = {"x-amz-server-side-encryption",
                                                      "x-amz-server-side-encryption-aws-kms-key-id",
                                                      "x-amz-storage-class", "x-amz-tagging"};

std::string between(std::string_view text, std::string_view begin, std::string_view end) {
  const std::size_t at = text.find(begin);
  if (at == std::string_view::npos) {
    return "";
  }
  const std::string_view rest = text.substr(at + begin.size());
  return std::string(rest.substr(0, end.empty() ? rest.size() : rest.find(end)));
}

/// `20130524T000000Z`.
std::optional<Timestamp> parse_amazon_time(const std::string& text) {
  if (text.size() != 16) {
    return std::nullopt;
  }
  return parse_timestamp(fmt::format("{}-{}-{}T{}:{}:{}Z", text.substr(0, 4), text.substr(4, 2), text.substr(6, 2),
                                     text.substr(9, 2), text.substr(11, 2), text.substr(13, 2)));
}

std::string sha256_base64(std::string_view bytes) { return to_base64(bytes_of(sha256(bytes))); }

std::string md5_base64(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  FIRN_CHECK(EVP_Digest(bytes.data(), bytes.size(), out.data(), &size, EVP_md5(), nullptr) == 1, "MD5 is there");
  return to_base64({reinterpret_cast<const char*>(out.data()), size});
}

HttpResponse xml_answer(std::string xml) {
  HttpResponse response;
  response.body = R"(<?xml version="1.0" encoding="UTF-8"?>)" + std::move(xml);
  response.content_type = "application/xml";
  return response;
}

}  // namespace

HttpResponse s3_refusal(int status, const std::string& code, const std::string& message) {
  HttpResponse response = xml_answer(fmt::format("<Error><Code>{}</Code><Message>{}</Message></Error>", code, message));
  response.status = status;
  return response;
}

struct S3Server::Request : StandinRequest {
  std::string key;
  UrlQuery query;

  [[nodiscard]] bool asks(std::string_view parameter) const {
    return std::ranges::any_of(query.parameters, [&](const auto& each) { return each.first == parameter; });
  }
};

S3Server::S3Server(const Clock& clock) : clock_(clock) { start(); }

S3Server::~S3Server() { stop(); }

std::string S3Server::named_endpoint() const { return fmt::format("http://localhost:{}", port()); }

void S3Server::want_token(std::string token) {
  const MutexLock lock(mutex_);
  token_ = std::move(token);
}

void S3Server::refuse_conditions() {
  const MutexLock lock(mutex_);
  knows_conditions_ = false;
}

void S3Server::forbid(std::string method) {
  const MutexLock lock(mutex_);
  forbidden_ = std::move(method);
}

void S3Server::set_lifecycle(std::string xml) {
  const MutexLock lock(mutex_);
  lifecycle_ = std::move(xml);
}

std::size_t S3Server::requests() const {
  const MutexLock lock(mutex_);
  return requests_;
}

void S3Server::answer_next(HttpResponse response) {
  const MutexLock lock(mutex_);
  next_ = std::move(response);
}

std::map<std::string, S3ServerObject> S3Server::objects() const {
  const MutexLock lock(mutex_);
  return objects_;
}

void S3Server::set_object(const std::string& key, S3ServerObject object) {
  const MutexLock lock(mutex_);
  objects_[key] = std::move(object);
}

std::optional<HttpResponse> S3Server::check(const Request& request) const {
  const std::string token = request.header("x-amz-security-token");
  if (token != token_) {
    return s3_refusal(400, token_.empty() ? "InvalidToken" : "ExpiredToken");
  }
  const std::string shown = request.header("authorization");
  if (!shown.starts_with("AWS4-HMAC-SHA256 Credential=" + credentials().key_id + "/")) {
    return s3_refusal(403, shown.empty() ? "AccessDenied" : "InvalidAccessKeyId");
  }
  const auto at = parse_amazon_time(request.header("x-amz-date"));
  if (!at || clock_.now() - *at > kMostSkew || *at - clock_.now() > kMostSkew) {
    return s3_refusal(403, at ? "RequestTimeTooSkewed" : "AccessDenied");
  }
  if (!shown.contains(fmt::format("/{}/s3/aws4_request,", kRegion))) {
    HttpResponse response = s3_refusal(400, "AuthorizationHeaderMalformed", "the region is wrong");
    const std::string region = fmt::format("<Region>{}</Region></Error>", kRegion);
    response.body.replace(response.body.find("</Error>"), region.size(), region);
    response.headers.emplace_back("x-amz-bucket-region", kRegion);
    return response;
  }
  return check_signature(request, *at);
}

std::optional<HttpResponse> S3Server::check_signature(const Request& request, Timestamp at) const {
  const std::string shown = request.header("authorization");
  const std::string names = between(shown, "SignedHeaders=", ",");
  AwsRequest again;
  again.method = request.method;
  again.host = request.header("host");
  again.path = percent_decode(request.target.substr(0, request.target.find('?'))).value_or("");
  again.payload_sha256 = request.header("x-amz-content-sha256");
  for (const auto& [name, value] : request.query.parameters) {
    again.query.emplace_back(name, value);
  }
  for (const auto& [name, value] : request.headers) {
    const bool is_signed = (";" + names + ";").contains(";" + name + ";");
    if (!is_signed && (name.starts_with("x-amz-") || name == "host")) {
      return s3_refusal(403, "AccessDenied", "a header is not signed: " + name);
    }
    if (is_signed && name != "host" && name != "x-amz-date" && name != "x-amz-security-token") {
      again.headers.emplace_back(name, value);
    }
  }
  AwsCredentials known = credentials();
  known.session_token = token_;
  sign_aws(again, known, {kRegion, "s3", at});
  if (again.headers.back().second != shown) {
    return s3_refusal(403, "SignatureDoesNotMatch");
  }
  const bool is_whole = request.header("x-amz-content-sha256") == to_hex(sha256(request.body));
  return is_whole ? std::nullopt : std::optional(s3_refusal(400, "XAmzContentSHA256Mismatch"));
}

HttpResponse S3Server::answer(const StandinRequest& received) {
  const MutexLock lock(mutex_);
  ++requests_;
  Request request{received, {}, {}};
  const auto url = parse_url_target(request.target);
  if (!url) {
    return s3_refusal(400, "InvalidURI");
  }
  request.query = url->query;
  if (auto refusal = check(request)) {
    return *std::move(refusal);
  }
  if (request.method == forbidden_) {
    return s3_refusal(403, "AccessDenied");
  }
  if (next_) {
    HttpResponse response = *std::move(next_);
    next_.reset();
    return response;
  }
  const std::string path = percent_decode(url->path).value_or("");
  const bool is_virtual = request.header("host").starts_with(std::string(kBucket) + ".");
  const std::string root = is_virtual ? "/" : std::string("/") + kBucket + "/";
  if (!path.starts_with(root)) {
    return s3_refusal(404, "NoSuchBucket");
  }
  request.key = path.substr(root.size());
  if (request.key.empty()) {
    return answer_bucket(request);
  }
  if (request.method == "PUT") {
    return put(request);
  }
  return request.method == "GET" || request.method == "HEAD" ? get(request) : s3_refusal(405, "MethodNotAllowed");
}

HttpResponse S3Server::answer_bucket(const Request& request) {
  if (request.method == "POST" && request.asks("delete")) {
    return remove(request);
  }
  if (request.method == "GET" && request.asks("lifecycle")) {
    return lifecycle_.empty() ? s3_refusal(404, "NoSuchLifecycleConfiguration") : xml_answer(lifecycle_);
  }
  if (request.method == "HEAD") {
    HttpResponse response;
    response.headers.emplace_back("x-amz-bucket-region", kRegion);
    return response;
  }
  return request.method == "GET" ? list(request) : s3_refusal(405, "MethodNotAllowed");
}

/// What Amazon refuses of encryption, storage classes and tags.
std::optional<HttpResponse> S3Server::refuse_writing(const Request& request) {
  constexpr std::array<std::string_view, 4> kEncryptions = {"", "AES256", "aws:kms", "aws:kms:dsse"};
  constexpr std::array<std::string_view, 6> kClasses = {
      "", "STANDARD", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR"};
  constexpr std::ptrdiff_t kMostTags = 10;
  const std::string encryption = request.header(std::string(kWriting[0]));
  const bool has_key = !request.header(std::string(kWriting[1])).empty();
  if (std::ranges::find(kEncryptions, encryption) == kEncryptions.end() ||
      (has_key && !encryption.starts_with("aws:kms"))) {
    return s3_refusal(400, "InvalidArgument");
  }
  if (std::ranges::find(kClasses, request.header(std::string(kWriting[2]))) == kClasses.end()) {
    return s3_refusal(400, "InvalidStorageClass");
  }
  const std::string tags = request.header(std::string(kWriting[3]));
  const bool is_whole = tags.empty() || (std::ranges::count(tags, '=') == std::ranges::count(tags, '&') + 1 &&
                                         std::ranges::count(tags, '=') <= kMostTags);
  return is_whole ? std::nullopt : std::optional(s3_refusal(400, "InvalidTag"));
}

HttpResponse S3Server::put(const Request& request) {
  const std::string condition = request.header("if-none-match");
  if (!condition.empty() && !knows_conditions_) {
    return s3_refusal(501, "NotImplemented");
  }
  if (auto refusal = refuse_writing(request)) {
    return *std::move(refusal);
  }
  constexpr std::size_t kMostKeyBytes = 1024;
  constexpr std::size_t kMostMetadataBytes = 2048;
  std::size_t metadata = 0;
  for (const auto& [name, value] : request.headers) {
    metadata += name.starts_with("x-amz-meta-") ? name.size() + value.size() : 0;
  }
  if (request.key.size() > kMostKeyBytes || metadata > kMostMetadataBytes) {
    return s3_refusal(400, metadata > kMostMetadataBytes ? "MetadataTooLarge" : "KeyTooLongError");
  }
  if (!condition.empty() && condition != "*") {
    return s3_refusal(501, "NotImplemented");
  }
  if (!condition.empty() && objects_.contains(request.key)) {
    return s3_refusal(412, "PreconditionFailed");
  }
  const std::string checksum = request.header("x-amz-checksum-sha256");
  if (!checksum.empty() && checksum != sha256_base64(request.body)) {
    return s3_refusal(400, "BadDigest");
  }
  S3ServerObject object{request.body, {}, {}};
  for (const auto& [name, value] : request.headers) {
    if (name.starts_with("x-amz-meta-")) {
      object.metadata[name] = value;
    } else if (std::ranges::find(kWriting, name) != kWriting.end()) {
      object.writing[name] = value;
    }
  }
  objects_[request.key] = std::move(object);
  return {};
}

HttpResponse S3Server::get(const Request& request) {
  const auto found = objects_.find(request.key);
  if (found == objects_.end()) {
    return s3_refusal(404, "NoSuchKey");
  }
  HttpResponse response;
  response.body = found->second.bytes;
  response.content_type = "application/octet-stream";
  for (const auto& [name, value] : found->second.metadata) {
    response.headers.emplace_back(name, value);
  }
  return response;
}

HttpResponse S3Server::list(const Request& request) {
  if (request.query.get("list-type") != "2") {
    return s3_refusal(501, "NotImplemented");
  }
  const std::string prefix = request.query.get("prefix");
  const std::size_t limit = std::min<std::size_t>(std::stoul(request.query.get("max-keys")), kMostKeys);
  std::string xml = R"(<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">)";
  const bool is_encoded = request.query.get("encoding-type") == "url";
  xml += is_encoded ? "<EncodingType>url</EncodingType>" : "";
  std::size_t count = 0;
  bool more = false;
  for (auto entry = objects_.upper_bound(request.query.get("start-after")); entry != objects_.end(); ++entry) {
    if (!entry->first.starts_with(prefix)) {
      continue;
    }
    if (count == limit) {
      more = true;
      break;
    }
    ++count;
    xml += "<Contents><Key>";
    append_xml_text(xml, is_encoded ? percent_encode(entry->first) : entry->first);
    xml += fmt::format("</Key><Size>{}</Size></Contents>", entry->second.bytes.size());
  }
  return xml_answer(xml + fmt::format("<IsTruncated>{}</IsTruncated></ListBucketResult>", more));
}

HttpResponse S3Server::remove(const Request& request) {
  if (request.header("content-md5") != md5_base64(request.body)) {
    return s3_refusal(400, "InvalidDigest");
  }
  const auto texts = read_s3_xml(request.body);
  if (!texts) {
    return s3_refusal(400, "MalformedXML");
  }
  std::vector<std::string> keys;
  for (const auto& [place, text] : *texts) {
    if (place == "Delete/Object/Key") {
      keys.push_back(text);
    }
  }
  if (keys.empty() || keys.size() > kMostKeys) {
    return s3_refusal(400, "MalformedXML");
  }
  for (const std::string& key : keys) {
    objects_.erase(key);
  }
  return xml_answer(R"(<DeleteResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>)");
}

}  // namespace firn
