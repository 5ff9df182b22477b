#include "stage/s3/sigv4.h"

#include <gtest/gtest.h>

#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/time.h"

namespace firn {
namespace {

constexpr const char* kKeyId = "AKIAIOSFODNN7EXAMPLE";
constexpr const char* kSecret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

/// Everything here is signed at 2013-05-24T00:00:00Z.
AwsScope scope(const char* region) { return {region, "s3", timestamp_from_micros(1'369'353'600'000'000)}; }

AwsRequest request(std::string_view method, std::string_view path, std::string_view body = "") {
  AwsRequest request;
  request.method = method;
  request.host = "examplebucket.s3.amazonaws.com";
  request.path = path;
  request.payload_sha256 = to_hex(sha256(body));
  request.headers.emplace_back("x-amz-content-sha256", request.payload_sha256);
  return request;
}

std::string header(const AwsRequest& request, std::string_view name) {
  for (const auto& [field, value] : request.headers) {
    if (field == name) {
      return value;
    }
  }
  return "";
}

std::string signature(AwsRequest request, const AwsScope& scope, const std::string& session_token = "") {
  sign_aws(request, {kKeyId, kSecret, session_token}, scope);
  const std::string value = header(request, "Authorization");
  const std::size_t at = value.find("Signature=");
  return at == std::string::npos ? value : value.substr(at + 10);
}

// The four examples of "Authenticating Requests: Using the Authorization Header", Amazon S3 API reference.

TEST(AwsSignature, OfAmazonsExampleOfGet) {
  AwsRequest get = request("GET", "/test.txt");
  get.headers.emplace_back("Range", "bytes=0-9");
  EXPECT_EQ(signature(get, scope("us-east-1")), "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
  sign_aws(get, {kKeyId, kSecret, ""}, scope("us-east-1"));
  EXPECT_EQ(header(get, "x-amz-date"), "20130524T000000Z");
  EXPECT_EQ(header(get, "Authorization"),
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
            "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
            "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST(AwsSignature, OfAmazonsExampleOfPut) {
  AwsRequest put = request("PUT", "/test$file.text", "Welcome to Amazon S3.");
  put.headers.emplace_back("Date", "Fri, 24 May 2013 00:00:00 GMT");
  put.headers.emplace_back("x-amz-storage-class", "REDUCED_REDUNDANCY");
  EXPECT_EQ(signature(put, scope("us-east-1")), "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
}

TEST(AwsSignature, OfAmazonsExampleOfAParameterWithoutValue) {
  AwsRequest get = request("GET", "/");
  get.query = {{"lifecycle", std::nullopt}};
  EXPECT_EQ(signature(get, scope("us-east-1")), "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
  EXPECT_EQ(aws_target(get), "/?lifecycle");
}

TEST(AwsSignature, OfAmazonsExampleOfAList) {
  AwsRequest get = request("GET", "/");
  get.query = {{"prefix", "J"}, {"max-keys", "2"}};
  EXPECT_EQ(signature(get, scope("us-east-1")), "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

// These were signed with botocore 1.44.8 (S3SigV4Auth), which shares no code with this.

TEST(AwsSignature, OfAPathThatIsEncodedOnceAndNotNormalised) {
  AwsRequest get = request("GET", "/bucket/a//b/../c d/é~_-.*");
  get.host = "127.0.0.1:7480";
  EXPECT_EQ(aws_target(get), "/bucket/a//b/../c%20d/%C3%A9~_-.%2A");
  EXPECT_EQ(signature(get, scope("eu-central-1")), "d67e30e19a9d98b9f889e676808aab3ce66b039a8dfa094919aed15da4f1060c");
}

TEST(AwsSignature, OfAQueryInAnyOrder) {
  AwsRequest list = request("GET", "/");
  list.host = "b.s3.eu-central-1.amazonaws.com";
  list.query = {{"list-type", "2"}, {"prefix", "x/ü &=+"}, {"continuation-token", "1/a=="}, {"delimiter", "/"}};
  EXPECT_EQ(aws_target(list),
            "/?continuation-token=1%2Fa%3D%3D&delimiter=%2F&list-type=2&prefix=x%2F%C3%BC%20%26%3D%2B");
  EXPECT_EQ(signature(list, scope("eu-central-1"), "FwoGZXIvYXdzEXAMPLE//token+with=signs"),
            "59bfc8fc9f1fd6fca5a773baaa0d5037db5aa72ebdb8eaaf6ac0dc16bc9766ec");
}

TEST(AwsSignature, OfHeadersInAnyOrderAndSpacing) {
  AwsRequest post = request("POST", "/", "<Delete/>");
  post.host = "b.s3.eu-central-1.amazonaws.com";
  post.query = {{"delete", std::nullopt}};
  post.headers.emplace_back("X-Amz-Meta-Rows", "  12   rows ");
  post.headers.emplace_back("x-amz-meta-b", "\ta");
  post.headers.emplace_back("Content-MD5", "CY9rzUYh03PK3k6DJie09g==");
  EXPECT_EQ(signature(post, scope("eu-central-1"), "FwoGZXIvYXdzEXAMPLE//token+with=signs"),
            "01c462d21ffbd5dcbf3214c0f93ef2c5d8fcc712e2db788c0d5025e0593c8180");
}

TEST(AwsSignature, OfAConditionalPut) {
  AwsRequest put = request("PUT", "/firn/forms/2026-11/000001/a+b=c@d$e,f;g:h.csv.zst", std::string(1000, 'x'));
  put.host = "b.s3.eu-central-1.amazonaws.com";
  put.headers.emplace_back("If-None-Match", "*");
  put.headers.emplace_back("x-amz-storage-class", "STANDARD");
  EXPECT_EQ(signature(put, scope("eu-central-1")), "c02e8c459dced55617aa68dcde4e9cf0b6cb908ed669e459ed445d881ce2d84e");
}

// Cases of Amazon's public signing test suite (aws-c-auth, v4) as far as they are S3's too: paths as they stand,
// encoded once.

struct SuiteCase {
  std::string method;
  std::string path;
  std::vector<std::pair<std::string, std::optional<std::string>>> query;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string token;
  std::string expected;
};
void PrintTo(const SuiteCase& one, std::ostream* out) { *out << one.method << " " << one.path << " " << one.expected; }

class AwsSigningSuite : public testing::TestWithParam<SuiteCase> {};

TEST_P(AwsSigningSuite, HasTheKnownSignature) {
  const SuiteCase& known = GetParam();
  AwsRequest request;
  request.method = known.method;
  request.host = "example.amazonaws.com";
  request.path = known.path;
  request.query = known.query;
  request.headers = known.headers;
  request.payload_sha256 = to_hex(sha256(""));
  sign_aws(request, {"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", known.token},
           {"us-east-1", "service", parse_timestamp("2015-08-30T12:36:00Z").value()});
  EXPECT_TRUE(header(request, "Authorization").ends_with("Signature=" + known.expected));
}

const std::string kUnreserved = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

INSTANTIATE_TEST_SUITE_P(
    PublicCases, AwsSigningSuite,
    testing::Values(
        SuiteCase{"GET", "/", {}, {}, "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
        SuiteCase{"POST", "/", {}, {}, "", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
        SuiteCase{"GET",
                  "/",
                  {{"Param2", "value2"}, {"Param1", "value1"}},
                  {},
                  "",
                  "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
        SuiteCase{"GET",
                  "/",
                  {{kUnreserved, kUnreserved}},
                  {},
                  "",
                  "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"},
        SuiteCase{
            "GET", "/", {{"ሴ", "bar"}}, {}, "", "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"},
        SuiteCase{
            "GET", "/" + kUnreserved, {}, {}, "", "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"},
        SuiteCase{"GET", "/ሴ", {}, {}, "", "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"},
        SuiteCase{"GET", "//example//", {}, {}, "", "87cca117541a147f6df867677d98a7d80dff226d2bfca9e4ffa899665623c7e5"},
        SuiteCase{"GET",
                  "/example1/example2/../..",
                  {},
                  {},
                  "",
                  "dc33e0856fd4baca4d7aa2146c38958283844764f38c74252a333df5e613003b"},
        SuiteCase{
            "GET", "/example space/", {}, {}, "", "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"},
        SuiteCase{"GET",
                  "/",
                  {},
                  {{"My-Header1", " value1"}, {"My-Header2", " \"a   b   c\""}},
                  "",
                  "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
        SuiteCase{"POST",
                  "/",
                  {},
                  {{"My-Header1", "value1"}},
                  "",
                  "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c"},
        SuiteCase{"GET",
                  "/",
                  {},
                  {},
                  "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267",
                  "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8"}));

TEST(AwsSignature, SignsTheTokenOfTemporaryCredentials) {
  AwsRequest get = request("GET", "/");
  sign_aws(get, {kKeyId, kSecret, "token"}, scope("us-east-1"));
  EXPECT_EQ(header(get, "x-amz-security-token"), "token");
  EXPECT_NE(header(get, "Authorization").find(";x-amz-security-token,"), std::string::npos);
  EXPECT_EQ(header(get, "Authorization").find(kSecret), std::string::npos);
}

}  // namespace
}  // namespace firn
