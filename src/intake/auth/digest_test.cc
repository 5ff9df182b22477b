#include "intake/auth/digest.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace firn {
namespace {

// The example of RFC 7616, 3.9.1.
DigestCredentials of_rfc(DigestAlgorithm algorithm) {
  DigestCredentials shown;
  shown.user = "Mufasa";
  shown.nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
  shown.uri = "/dir/index.html";
  shown.cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
  shown.count_text = "00000001";
  shown.algorithm = algorithm;
  return shown;
}

TEST(Digest, GivesTheResponsesOfRfc7616) {
  const std::string user = "Mufasa:http-auth@example.org:Circle of Life";
  const DigestSecret secret{digest_hex(DigestAlgorithm::kMd5, user), digest_hex(DigestAlgorithm::kSha256, user)};
  EXPECT_EQ(digest_response(of_rfc(DigestAlgorithm::kMd5), "GET", secret), "8ca523f5e9506fed4657c9700eebdbec");
  EXPECT_EQ(digest_response(of_rfc(DigestAlgorithm::kSha256), "GET", secret),
            "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
}

std::string header(const std::string& from = "", const std::string& to = "") {
  std::string text =
      R"(username="hq", realm="firn", nonce="n", uri="/in/forms", algorithm=MD5, qop=auth, nc=00000a0F, cnonce="c", )"
      R"(response="00112233445566778899aabbccddeeFF", opaque="o")";
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(Digest, ReadsWhatClientsSend) {
  const auto shown = parse_digest(header());
  ASSERT_TRUE(shown);
  EXPECT_EQ(shown->user, "hq");
  EXPECT_EQ(shown->count, 0xA0FU);
  EXPECT_EQ(shown->count_text, "00000a0F");
  EXPECT_EQ(shown->algorithm, DigestAlgorithm::kMd5);
  EXPECT_TRUE(parse_digest(header("algorithm=MD5, ", "")));
  EXPECT_TRUE(parse_digest(header("algorithm=MD5", "algorithm=\"md5\"")));
  EXPECT_TRUE(parse_digest(header("qop=auth", "qop=\"auth\"")));
  const std::string longer = header("response=\"", "response=\"" + std::string(32, 'a'));
  EXPECT_FALSE(parse_digest(longer)) << "64 digits do not belong to MD5";
  const auto sha = parse_digest(std::string(longer).replace(longer.find("MD5"), 3, "SHA-256"));
  ASSERT_TRUE(sha);
  EXPECT_EQ(sha->algorithm, DigestAlgorithm::kSha256);
}

TEST(Digest, RefusesEveryOtherForm) {
  const std::pair<const char*, const char*> changes[] = {
      {"username=\"hq\", ", ""},
      {"username=\"hq\"", "username=\"\""},
      {"username=\"hq\"", "username*=UTF-8''hq"},
      {"username=\"hq\"", "username=\"hq\", userhash=true"},
      {"realm=\"firn\", ", ""},
      {"realm=\"firn\"", "realm=\"other\""},
      {"nonce=\"n\", ", ""},
      {"uri=\"/in/forms\", ", ""},
      {"algorithm=MD5", "algorithm=MD5-sess"},
      {"algorithm=MD5", "algorithm=SHA-512-256"},
      {"algorithm=MD5", "algorithm=SHA-256"},
      {"qop=auth, ", ""},
      {"qop=auth", "qop=auth-int"},
      {"qop=auth", "qop=\"auth,auth-int\""},
      {"nc=00000a0F, ", ""},
      {"nc=00000a0F", "nc=00000000"},
      {"nc=00000a0F", "nc=1"},
      {"nc=00000a0F", "nc=000000001"},
      {"nc=00000a0F", "nc=0000000g"},
      {"nc=00000a0F", "nc=-0000001"},
      {"nc=00000a0F", "nc=\"0x000001\""},
      {"cnonce=\"c\", ", ""},
      {"cnonce=\"c\"", "cnonce=\"\""},
      {"response=\"0", "response=\"g"},
      {"response=\"00", "response=\""},
      {"response=\"", "response=\"00"},
      {"opaque=\"o\"", "opaque=\"o"},
      {"opaque=\"o\"", "qop=auth"},
      {", ", " "},
  };
  for (const auto& [from, to] : changes) {
    EXPECT_FALSE(parse_digest(header(from, to))) << from << " -> " << to;
  }
  EXPECT_FALSE(parse_digest(header("cnonce=\"c\"", ("cnonce=\"" + std::string(257, 'c') + "\"").c_str())));
  EXPECT_FALSE(parse_digest(""));
}

TEST(Digest, TakesTheTargetInBothForms) {
  EXPECT_TRUE(is_digest_uri_of("/in/forms?app_id=1", "/in/forms?app_id=1"));
  EXPECT_TRUE(is_digest_uri_of("https://firn.example/in/forms?app_id=1", "/in/forms?app_id=1"));
  for (const auto* other : {"/in/forms", "/in/forms?app_id=2", "", "*", "https://firn.example", "://", "x"}) {
    EXPECT_FALSE(is_digest_uri_of(other, "/in/forms?app_id=1")) << other;
  }
}

}  // namespace
}  // namespace firn
