#include "load/price/staging.h"

namespace firn {
namespace {

constexpr double kReadsPerFile = 2;
constexpr double kHoursPerMonth = 730;
constexpr double kKmsRequestsPerFile = 2;
constexpr double kBucketKeyShare = 0.01;

double kms_requests_per_file(BucketEncryption encryption) {
  switch (encryption) {
    case BucketEncryption::kOwn:
      return 0;
    case BucketEncryption::kKmsBucketKey:
      return kKmsRequestsPerFile * kBucketKeyShare;
    case BucketEncryption::kKmsEachFile:
      return kKmsRequestsPerFile;
  }
  return 0;
}

}  // namespace

double s3_request_dollars(const Prices& prices, const StagedFiles& files) {
  return files.count / 1000 * (prices.s3_dollars_per_1000_puts + kReadsPerFile * prices.s3_dollars_per_1000_gets);
}

double s3_storage_dollars(const Prices& prices, const StagedFiles& files) {
  return files.compressed_gigabytes * prices.s3_dollars_per_gigabyte_month * files.hours_kept / kHoursPerMonth;
}

double kms_dollars(const Prices& prices, const StagedFiles& files) {
  return files.count * kms_requests_per_file(files.encryption) / 10000 * prices.kms_dollars_per_10000_requests;
}

double transfer_dollars(const Prices& prices, const StagedFiles& files) {
  return files.other_region ? files.compressed_gigabytes * prices.transfer_dollars_per_gigabyte : 0;
}

double staging_dollars(const Prices& prices, const StagedFiles& files) {
  return s3_request_dollars(prices, files) + s3_storage_dollars(prices, files) + kms_dollars(prices, files) +
         transfer_dollars(prices, files);
}

}  // namespace firn
