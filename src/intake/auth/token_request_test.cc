#include "intake/auth/token_request.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace firn {
namespace {

constexpr std::string_view kForm = "application/x-www-form-urlencoded";
// "s6BhdRkqt3:gX1fBat3bV", the client of RFC 6749.
constexpr std::string_view kClient = "Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW";

std::string_view error_of(const std::expected<TokenRequest, TokenError>& request) {
  return request ? "none" : request.error().error;
}

TEST(TokenTarget, IsThePathOfHq) {
  EXPECT_TRUE(is_token_target("/api/v1/token"));
  EXPECT_TRUE(is_token_target("/api/v1/token/"));
  EXPECT_TRUE(is_token_target("/api/v1/token?x=y"));
  for (const auto* other : {"/api/v1/tokens", "/api/v1/", "/token", "/api/v1/in/token", "/api/v1/token//", ""}) {
    EXPECT_FALSE(is_token_target(other)) << other;
  }
}

// RFC 6749, 4.3.2.
TEST(TokenRequest, ReadsThePasswordGrant) {
  const auto request = parse_token_request(kForm, kClient, "grant_type=password&username=johndoe&password=A3ddj3w");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->client->user, "s6BhdRkqt3");
  EXPECT_EQ(request->client->secret, "gX1fBat3bV");
  EXPECT_EQ(request->client->type, CredentialType::kOauth2);
  EXPECT_EQ(request->user->user, "johndoe");
  EXPECT_EQ(request->user->secret, "A3ddj3w");
  EXPECT_EQ(request->user->type, CredentialType::kBearer);
}

TEST(TokenRequest, NeedsNoClientForThePasswordGrant) {
  const auto request = parse_token_request(kForm, "", "grant_type=password&username=a+b&password=%26%3D%2B");
  ASSERT_TRUE(request);
  EXPECT_FALSE(request->client);
  EXPECT_EQ(request->user->user, "a b");
  EXPECT_EQ(request->user->secret, "&=+");
  EXPECT_FALSE(parse_token_request(kForm, "", "grant_type=password&username=a&password=b&client_id=c")->client);
}

// RFC 6749, 4.4.2 and 2.3.1.
TEST(TokenRequest, ReadsClientCredentialsFromHeaderOrBody) {
  const std::string body = "grant_type=client_credentials";
  const auto header = parse_token_request("Application/X-WWW-Form-Urlencoded; charset=utf-8", kClient, body);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->client->secret, "gX1fBat3bV");
  EXPECT_FALSE(header->user);
  const auto form = parse_token_request(kForm, "", body + "&client_id=s6BhdRkqt3&client_secret=gX1fBat3bV&scope=x");
  ASSERT_TRUE(form);
  EXPECT_EQ(form->client->user, "s6BhdRkqt3");
  EXPECT_EQ(form->client->secret, "gX1fBat3bV");
  EXPECT_TRUE(parse_token_request(kForm, kClient, body + "&client_id=s6BhdRkqt3")) << "HQ's include_client_id";
}

TEST(TokenRequest, SaysWhatIsWrongWithIt) {
  const std::string grant = "grant_type=client_credentials";
  EXPECT_EQ(error_of(parse_token_request("", kClient, grant)), "invalid_request");
  EXPECT_EQ(error_of(parse_token_request("application/json", kClient, grant)), "invalid_request");
  EXPECT_EQ(error_of(parse_token_request(kForm, kClient, "")), "invalid_request");
  EXPECT_EQ(error_of(parse_token_request(kForm, kClient, "grant_type=%zz")), "invalid_request");
  EXPECT_EQ(error_of(parse_token_request(kForm, kClient, grant + "&" + grant)), "invalid_request");
  EXPECT_EQ(error_of(parse_token_request(kForm, kClient, grant + "#")), "invalid_request");
  EXPECT_EQ(error_of(parse_token_request(kForm, kClient, grant + "&client_id=other")), "invalid_request");
  EXPECT_EQ(error_of(parse_token_request(kForm, kClient, grant + "&client_secret=x")), "invalid_request");
  EXPECT_EQ(error_of(parse_token_request(kForm, kClient, "grant_type=authorization_code")), "unsupported_grant_type");
  EXPECT_EQ(error_of(parse_token_request(kForm, "", grant)), "invalid_client");
  EXPECT_EQ(error_of(parse_token_request(kForm, "", grant + "&client_id=a")), "invalid_client");
  EXPECT_EQ(error_of(parse_token_request(kForm, "Bearer x", grant)), "invalid_client");
  EXPECT_EQ(error_of(parse_token_request(kForm, "Basic ****", grant)), "invalid_client");
  EXPECT_EQ(error_of(parse_token_request(kForm, "Basic YTo=", grant)), "invalid_client") << "an empty secret";
  for (const auto* user : {"", "&username=a", "&password=b", "&username=&password=b", "&username=a&password="}) {
    EXPECT_EQ(error_of(parse_token_request(kForm, "", std::string("grant_type=password") + user)), "invalid_request");
  }
  std::string many = grant;
  for (int i = 0; i < 30; ++i) {
    many += "&p" + std::to_string(i) + "=";
  }
  EXPECT_EQ(error_of(parse_token_request(kForm, kClient, many)), "invalid_request");
}

TEST(TokenAnswer, HasTheWordsOfRfc6749) {
  const HttpResponse token = token_answer("t", std::chrono::hours(1));
  EXPECT_EQ(token.body, "{\"access_token\":\"t\",\"token_type\":\"Bearer\",\"expires_in\":3600}\n");
  EXPECT_EQ(token.headers.front(), (std::pair<std::string, std::string>("Cache-Control", "no-store")));
  const HttpResponse error = token_error_answer({401, "invalid_client", "d"});
  EXPECT_EQ(error.body, "{\"error\":\"invalid_client\",\"error_description\":\"d\"}\n");
  EXPECT_EQ(error.headers.back().first, "WWW-Authenticate");
}

}  // namespace
}  // namespace firn
