#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "model/usage.h"
#include "platform/file_system.h"
#include "platform/http_client.h"
#include "stage/s3/s3_error.h"
#include "stage/s3/s3_transport.h"
#include "stage/s3/s3_xml.h"

namespace firn {

/// How S3 is to keep what is written.
struct S3Writing {
  std::string encryption;     ///< `AES256` (SSE-S3), `aws:kms` or `aws:kms:dsse` (SSE-KMS); empty: as the bucket says
  std::string kms_key;        ///< id or ARN of the key, for SSE-KMS; empty: the account's own key for S3
  std::string storage_class;  ///< like `STANDARD_IA`; empty: STANDARD
  std::vector<std::pair<std::string, std::string>> tags;
};

struct S3Upload {
  File* file = nullptr;  ///< read as it is sent
  std::uint64_t bytes = 0;
  Sha256 digest{};       ///< of the file
  std::string metadata;  ///< kept with the object as `x-amz-meta-firn`; printable ASCII
};

struct S3Object {
  std::uint64_t bytes = 0;
  std::string metadata;  ///< empty when there is none
};

struct S3Listing {
  struct Entry {
    std::string key;
    std::uint64_t bytes = 0;
  };
  std::vector<Entry> entries;
  bool more = false;
};

/// Calls of Amazon S3's REST API about the objects of one bucket. Each is one request, sent by S3Transport. Failures
/// are s3_error()'s, or the transport's; kUnavailable when what comes back is not S3's. Threads: any.
class S3Client {
 public:
  /// Told of each request that S3 has answered, with the key or prefix that it was about. One that is sent again with
  /// what a refusal has taught (S3Transport) is told of once. Called on the threads that ask.
  using TellRequest = std::function<void(UsageItem item, std::string_view key)>;

  S3Client(std::unique_ptr<S3Transport> transport, S3Writing writing, TellRequest tell = {});

  /// Writes the object, unless there is one: kAlreadyExists. S3 compares the digest: kDamaged. A server that does not
  /// know conditions (501) is asked for the object first from then on; is_write_once() then is false.
  Status put(const std::string& key, const S3Upload& upload);
  /// False when somebody else could write the same key between our look at it and our write.
  [[nodiscard]] bool is_write_once() const { return is_write_once_; }
  /// kNotFound when there is none; kPermission without the right to list the bucket.
  Result<S3Object> head(const std::string& key);
  /// Appends the object's bytes to the file.
  Result<S3Object> get(const std::string& key, File& into);
  /// Keys that begin with `prefix` and come after `after`, in order; `limit` at most, 1000 in any case.
  Result<S3Listing> list(const std::string& prefix, const std::string& after, std::size_t limit);
  /// Removes at most 1000 objects; one that is not there counts as removed.
  Status remove(std::span<const std::string> keys);

  /// `s3://bucket/key`.
  [[nodiscard]] std::string location(const std::string& key) const;

 private:
  struct Counted {
    UsageItem item;
    std::string_view key;
  };
  Result<HttpReply> send(const Counted& counted, const AwsRequest& request, HttpCall call);
  Result<HttpReply> put_as(const std::string& key, const S3Upload& upload, bool only_when_new);
  /// For servers without conditional writes.
  Status look_and_put(const std::string& key, const S3Upload& upload);
  static Result<S3Object> object_in(const HttpReply& reply);
  static Status refusal_in(const S3Texts& texts, S3Question asked);
  [[nodiscard]] S3Question question(std::string operation, std::string permission, std::string key) const;

  const std::unique_ptr<S3Transport> transport_;
  const S3Writing writing_;
  const TellRequest tell_;
  std::atomic<bool> is_write_once_ = true;
};

}  // namespace firn
