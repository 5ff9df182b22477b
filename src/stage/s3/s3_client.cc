#include "stage/s3/s3_client.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
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
#include "stage/s3/s3_xml.h"

namespace firn {
namespace {

constexpr std::size_t kMostKeys = 1000;
constexpr std::size_t kLargestAnswer = 4U << 20U;
constexpr std::string_view kMetadata = "x-amz-meta-firn";
constexpr std::size_t kLargestObject = 250'000'000;

std::string tag_text(const S3Writing& writing) {
  std::string text;
  for (const auto& [name, value] : writing.tags) {
    text += (text.empty() ? "" : "&") + percent_encode(name) + "=" + percent_encode(value);
  }
  return text;
}

void add_writing(const S3Writing& writing, AwsRequest& put) {
  const std::array wanted = {std::pair("x-amz-server-side-encryption", writing.encryption),
                             std::pair("x-amz-server-side-encryption-aws-kms-key-id", writing.kms_key),
                             std::pair("x-amz-storage-class", writing.storage_class),
                             std::pair("x-amz-tagging", tag_text(writing))};
  for (const auto& [name, value] : wanted) {
    if (!value.empty()) {
      put.headers.emplace_back(name, value);
    }
  }
}

/// What a put of that kind needs ("Actions defined by Amazon S3" in the service authorization reference).
std::string put_permission(const S3Writing& writing) {
  std::string all = "s3:PutObject";
  all += writing.tags.empty() ? "" : " and s3:PutObjectTagging";
  return writing.encryption.starts_with("aws:kms") ? all + " (and kms:GenerateDataKey on the KMS key)" : all;
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

S3Client::S3Client(std::unique_ptr<S3Transport> transport, S3Writing writing, TellRequest tell)
    : transport_(std::move(transport)), writing_(std::move(writing)), tell_(std::move(tell)) {}

Result<HttpReply> S3Client::send(const Counted& counted, const AwsRequest& request, HttpCall call) {
  auto reply = transport_->send(request, std::move(call));
  if (reply && tell_) {
    tell_(counted.item, counted.key);
  }
  return reply;
}

std::string S3Client::location(const std::string& key) const {
  return fmt::format("s3://{}/{}", transport_->place().bucket, key);
}

S3Question S3Client::question(std::string operation, std::string permission, std::string key) const {
  return {std::move(operation), std::move(permission), transport_->place().bucket, std::move(key)};
}

Status S3Client::put(const std::string& key, const S3Upload& upload) {
  if (!is_write_once_) {
    return look_and_put(key, upload);
  }
  FIRN_ASSIGN(const HttpReply reply, put_as(key, upload, true));
  if (reply.status == 501) {
    return look_and_put(key, upload);
  }
  return reply.status == 200 ? Status() : fail(s3_error(reply, question("put", put_permission(writing_), key)));
}

Result<HttpReply> S3Client::put_as(const std::string& key, const S3Upload& upload, bool only_when_new) {
  AwsRequest put = transport_->request("PUT", key);
  put.payload_sha256 = to_hex(upload.digest);
  put.headers = {{"x-amz-checksum-sha256", to_base64(bytes_of(upload.digest))},
                 {std::string(kMetadata), upload.metadata}};
  if (only_when_new) {
    put.headers.emplace_back("If-None-Match", "*");
  }
  add_writing(writing_, put);
  HttpCall call;
  call.body_file = upload.file;
  call.body_bytes = upload.bytes;
  call.response_limit = kLargestAnswer;
  return send({UsageItem::kS3Puts, key}, put, std::move(call));
}

Status S3Client::look_and_put(const std::string& key, const S3Upload& upload) {
  const auto there = head(key);
  if (there) {
    return fail(Error{ErrorKind::kAlreadyExists, "put", transport_->place().bucket + "/" + key, "it is there", ""});
  }
  if (there.error().kind != ErrorKind::kNotFound) {
    return fail(Error(there.error()));
  }
  FIRN_ASSIGN(const HttpReply reply, put_as(key, upload, false));
  if (reply.status != 200) {
    return fail(s3_error(reply, question("put", put_permission(writing_), key)));
  }
  is_write_once_ = false;
  return {};
}

Result<S3Object> S3Client::object_in(const HttpReply& reply) {
  S3Object object;
  object.bytes = std::strtoull(std::string(reply.header("content-length")).c_str(), nullptr, 10);
  object.metadata = reply.header(kMetadata);
  return object;
}

Result<S3Object> S3Client::head(const std::string& key) {
  HttpCall call;
  call.response_limit = kLargestAnswer;
  FIRN_ASSIGN(const HttpReply reply,
              send({UsageItem::kS3Heads, key}, transport_->request("HEAD", key), std::move(call)));
  if (reply.status != 200) {
    return fail(s3_error(reply, question("look at", "s3:GetObject (and s3:ListBucket on the bucket)", key)));
  }
  return object_in(reply);
}

Result<S3Object> S3Client::get(const std::string& key, File& into) {
  HttpCall call;
  call.response_limit = kLargestObject;
  call.response_file = &into;
  FIRN_ASSIGN(const HttpReply reply, send({UsageItem::kS3Gets, key}, transport_->request("GET", key), std::move(call)));
  if (reply.status != 200) {
    return fail(s3_error(reply, question("read", "s3:GetObject", key)));
  }
  return object_in(reply);
}

Result<S3Listing> S3Client::list(const std::string& prefix, const std::string& after, std::size_t limit) {
  AwsRequest list = transport_->request("GET", "");
  list.query = {{"list-type", "2"},
                {"prefix", prefix},
                {"max-keys", std::to_string(std::min(limit, kMostKeys))},
                {"encoding-type", "url"}};  // keys may hold what XML may not
  if (!after.empty()) {
    list.query.emplace_back("start-after", after);
  }
  const S3Question asked = question("list", "s3:ListBucket", prefix);
  HttpCall call;
  call.response_limit = kLargestAnswer;
  FIRN_ASSIGN(const HttpReply reply, send({UsageItem::kS3Lists, prefix}, list, std::move(call)));
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
    if (place == "ListBucketResult/Contents/Key") {
      auto key = is_encoded ? decoded_key(text) : std::optional(text);
      if (!key || !key->starts_with(prefix)) {
        return fail(unreadable(asked));
      }
      listing.entries.push_back({*std::move(key), 0});
    } else if (place == "ListBucketResult/Contents/Size" && !listing.entries.empty()) {
      listing.entries.back().bytes = std::strtoull(text.c_str(), nullptr, 10);
    }
  }
  return listing;
}

Status S3Client::remove(std::span<const std::string> keys) {
  FIRN_CHECK(keys.size() <= kMostKeys, "S3 removes a thousand at a time");
  AwsRequest remove = transport_->request("POST", "");
  remove.query = {{"delete", std::nullopt}};
  HttpCall call;
  call.body = delete_body(keys);
  call.response_limit = kLargestAnswer;
  remove.headers = {{"Content-MD5", md5_base64(call.body)}};
  const S3Question asked = question("remove", "s3:DeleteObject", keys.empty() ? "" : keys.front());
  FIRN_ASSIGN(const HttpReply reply, send({UsageItem::kS3Deletes, asked.key}, remove, std::move(call)));
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
