#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "stage/s3/s3_transport.h"

namespace firn {

/// What a rule of a bucket's lifecycle does to current objects of some prefix.
struct S3LifecycleRule {
  std::string id;
  std::string prefix;                                     ///< of the objects; empty: all
  std::vector<std::pair<std::string, std::string>> tags;  ///< that an object must have, all of them
  bool expires = false;                                   ///< removes them
  std::vector<std::string> moves_to;                      ///< storage classes
};

/// Questions about the bucket itself, for checks by a person. Failures are those of S3Client. Threads: any.
class S3Bucket {
 public:
  explicit S3Bucket(std::unique_ptr<S3Transport> transport) : transport_(std::move(transport)) {}

  /// Where it is; empty when the server does not say so.
  Result<std::string> region();
  /// The rules that are enabled ("GetBucketLifecycleConfiguration" in the Amazon S3 API reference).
  Result<std::vector<S3LifecycleRule>> lifecycle();

 private:
  const std::unique_ptr<S3Transport> transport_;
};

/// Why the rule must not be there, for people: it would take chunks under `prefix` (empty or with a slash at its end),
/// which have `tags`, from Snowflake. Empty when it harms none.
std::string harm_of(const S3LifecycleRule& rule, std::string_view prefix,
                    const std::vector<std::pair<std::string, std::string>>& tags);

}  // namespace firn
