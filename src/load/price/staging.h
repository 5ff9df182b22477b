#pragma once

#include "model/price/prices.h"

namespace firn {

enum class BucketEncryption {
  kOwn,           ///< S3's own keys, which cost nothing
  kKmsBucketKey,  ///< a key of KMS with the bucket key on, as `firn setup s3` sets it
  kKmsEachFile,   ///< a key of KMS that is asked for each file
};

/// Files that wait in a bucket, and are read once by Snowflake.
struct StagedFiles {
  double count = 0;
  double compressed_gigabytes = 0;  ///< together
  double hours_kept = 0;            ///< each
  BucketEncryption encryption = BucketEncryption::kOwn;
  bool other_region = false;  ///< the bucket lies in another region than the account
};

/// One PUT for each file, one HEAD (Firn looks at what it wrote) and one GET (Snowflake reads it). Deletion is free.
double s3_request_dollars(const Prices& prices, const StagedFiles& files);

/// The space, by hours of a month of 730.
double s3_storage_dollars(const Prices& prices, const StagedFiles& files);

/// One request for each file written and each file read; a bucket key saves up to 99 of 100 ("Reducing the cost of
/// SSE-KMS with Amazon S3 Bucket Keys" in the S3 documentation).
double kms_dollars(const Prices& prices, const StagedFiles& files);

/// What AWS asks for bytes that leave a region for another, compressed as they are.
double transfer_dollars(const Prices& prices, const StagedFiles& files);

/// All four together.
double staging_dollars(const Prices& prices, const StagedFiles& files);

}  // namespace firn
