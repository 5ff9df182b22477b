#pragma once

// For the tests of who may send: a credentials file, and access control over it.

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "intake/auth/access_control.h"
#include "intake/auth/credential_change.h"
#include "intake/auth/credential_file.h"
#include "platform/file_system.h"
#include "tests/support/manual_clock.h"
#include "tests/support/temporary_directory.h"

namespace firn {

class AccessFixture : public testing::Test {
 protected:
  using State = Access::State;

  void open() {
    options_.credentials.path = path_;
    options_.token_key_path = directory_ / "token.key";
    options_.uses_path = directory_ / "credentials.used";
    auto opened = AccessControl::open(options_, *files_, clock_);
    ASSERT_TRUE(opened) << opened.error().message();
    access_ = std::move(*opened);
  }

  /// Adds to the file; the secret.
  std::string add(const std::string& name, CredentialType type, const std::string& user,
                  const std::vector<RepeaterName>& repeaters = {}) {
    std::string secret;
    const Status done = change_credentials(*files_, path_, [&](StoredCredentials& credentials) -> Status {
      FIRN_ASSIGN(secret, add_credential(credentials, {name, type, user, repeaters, ""}, clock_.now()));
      return {};
    });
    EXPECT_TRUE(done) << done.error().message();
    return secret;
  }
  void retire(const std::string& name) {
    EXPECT_TRUE(change_credentials(*files_, path_, [&](StoredCredentials& credentials) {
      return retire_credential(credentials, name, clock_.now());
    }));
  }

  /// What a head with this field leads to at once.
  Access check(std::string_view field, std::string_view value, std::string_view repeater = "forms") {
    const std::vector<HttpField> fields = {{"Host", "a"}, {field, value}};
    return access_->check({"POST", "/in/forms", "203.0.113.7", 0, fields}, repeater);
  }

  /// The same after the slow hash, as often as it takes.
  State decide(std::string_view field, std::string_view value, std::string_view repeater = "forms") {
    Access access = check(field, value, repeater);
    while (access.state == State::kSlow) {
      EXPECT_TRUE(resolve(std::move(access)));
      access = check(field, value, repeater);
    }
    return access.state;
  }

  /// False when it was thrown away or failed.
  bool resolve(Access access) {
    auto known = std::make_shared<std::promise<bool>>();
    auto answer = known->get_future();
    access_->resolve(std::move(access), [known = std::move(known)](bool is_known) { known->set_value(is_known); });
    try {
      return answer.get();
    } catch (const std::future_error&) {
      return false;
    }
  }

  TemporaryDirectory directory_;
  std::unique_ptr<FileSystem> files_ = make_posix_file_system();
  std::string path_ = directory_ / "credentials";
  ManualClock clock_;
  AccessOptions options_;
  std::unique_ptr<AccessControl> access_;
};

}  // namespace firn
