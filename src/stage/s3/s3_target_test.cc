#include "stage/s3/s3_target.h"

#include <gtest/gtest.h>

#include <string>

namespace firn {
namespace {

std::string url(const S3Place& place, const std::string& region = "eu-west-1") {
  const S3Target target = s3_target(place, region);
  return target.scheme + "://" + target.host + target.root;
}

TEST(S3Target, AmazonsHostsBeginWithTheBucket) {
  EXPECT_EQ(url({.bucket = "forms"}), "https://forms.s3.eu-west-1.amazonaws.com/");
  EXPECT_EQ(url({.bucket = "forms"}, "us-gov-west-1"), "https://forms.s3.us-gov-west-1.amazonaws.com/");
  EXPECT_EQ(url({.bucket = "forms"}, "cn-north-1"), "https://forms.s3.cn-north-1.amazonaws.com.cn/");
}

TEST(S3Target, ABucketWithADotGoesIntoThePath) {
  EXPECT_EQ(url({.bucket = "forms.org"}), "https://s3.eu-west-1.amazonaws.com/forms.org/");
  EXPECT_EQ(url({.bucket = "forms", .addressing = S3Addressing::kPath}), "https://s3.eu-west-1.amazonaws.com/forms/");
}

TEST(S3Target, AmazonHasOtherHostsForFipsAndIpv6) {
  EXPECT_EQ(url({.bucket = "forms", .fips = true}), "https://forms.s3-fips.eu-west-1.amazonaws.com/");
  EXPECT_EQ(url({.bucket = "forms", .dual_stack = true}), "https://forms.s3.dualstack.eu-west-1.amazonaws.com/");
  EXPECT_EQ(url({.bucket = "forms", .fips = true, .dual_stack = true}),
            "https://forms.s3-fips.dualstack.eu-west-1.amazonaws.com/");
  EXPECT_EQ(url({.bucket = "forms", .dual_stack = true}, "cn-northwest-1"),
            "https://forms.s3.dualstack.cn-northwest-1.amazonaws.com.cn/");
}

TEST(S3Target, AnotherEndpointGetsTheBucketInThePathUnlessToldOtherwise) {
  EXPECT_EQ(url({.bucket = "forms", .endpoint = "https://bucket.vpce-1a2b-5e6f.s3.us-east-1.vpce.amazonaws.com"}),
            "https://bucket.vpce-1a2b-5e6f.s3.us-east-1.vpce.amazonaws.com/forms/");
  EXPECT_EQ(url({.bucket = "forms", .endpoint = "http://127.0.0.1:9000/"}), "http://127.0.0.1:9000/forms/");
  EXPECT_EQ(url({.bucket = "forms", .endpoint = "https://s3.example", .addressing = S3Addressing::kVirtualHost}),
            "https://forms.s3.example/");
}

TEST(S3Target, TheSchemesOwnPortIsNotSigned) {
  EXPECT_EQ(url({.bucket = "forms", .endpoint = "https://s3.example:443"}), "https://s3.example/forms/");
  EXPECT_EQ(url({.bucket = "forms", .endpoint = "http://localhost:80"}), "http://localhost/forms/");
}

}  // namespace
}  // namespace firn
