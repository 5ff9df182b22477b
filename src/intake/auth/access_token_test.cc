#include "intake/auth/access_token.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstddef>
#include <string>

#include "platform/paths.h"
#include "tests/support/temporary_directory.h"

namespace firn {
namespace {

const Timestamp kUntil = timestamp_from_micros(1772444467118204);
constexpr const char* kId = "00112233aabbccdd";

TEST(AccessTokens, CarryTheCredentialAndTheirEnd) {
  const AccessTokens tokens(random_key());
  const std::string token = tokens.make(kId, kUntil);
  EXPECT_NE(token, tokens.make(kId, kUntil));
  const auto read = tokens.read(token);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->credential_id, kId);
  EXPECT_EQ(read->until, kUntil);
}

TEST(AccessTokens, AreNotForged) {
  const AccessTokens tokens(random_key());
  const std::string token = tokens.make(kId, kUntil);
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == '0' ? '1' : '0';
    EXPECT_FALSE(tokens.read(changed)) << i;
  }
  for (const std::string& other : {std::string(), std::string("firn1."), token + "0", token + "00", token.substr(0, 40),
                                   token.substr(6), AccessTokens(random_key()).make(kId, kUntil)}) {
    EXPECT_FALSE(tokens.read(other)) << other;
  }
}

TEST(AccessTokens, OutliveARestart) {
  const TemporaryDirectory directory;
  const auto files = make_posix_file_system();
  const std::string path = directory / "token.key";
  const auto first = AccessTokens::open(*files, path);
  ASSERT_TRUE(first);
  EXPECT_EQ(*file_mode(path), 0600U);
  const auto second = AccessTokens::open(*files, path);
  ASSERT_TRUE(second);
  EXPECT_TRUE(second->read(first->make(kId, kUntil)));
}

TEST(AccessTokens, RefuseAKeyThatOthersCanReadOrThatIsNone) {
  const TemporaryDirectory directory;
  const auto files = make_posix_file_system();
  const std::string path = directory / "token.key";
  ASSERT_TRUE(AccessTokens::open(*files, path));
  ASSERT_EQ(chmod(path.c_str(), 0640), 0);
  EXPECT_EQ(AccessTokens::open(*files, path).error().kind, ErrorKind::kPermission);
  ASSERT_EQ(chmod(path.c_str(), 0600), 0);
  for (const auto* content : {"", "\n", "0011\n", "not a key at all"}) {
    ASSERT_TRUE(replace_file(*files, path, content));
    EXPECT_EQ(AccessTokens::open(*files, path).error().kind, ErrorKind::kDamaged) << content;
  }
}

}  // namespace
}  // namespace firn
