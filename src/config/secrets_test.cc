#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstddef>
#include <expected>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "config/example.h"
#include "platform/file_system.h"
#include "tests/support/temporary_directory.h"

namespace firn {
namespace {

/// The example of `firn init` in a folder of its own, with the credential that it only shows.
class SecretFile : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = directory_.path();
    write("firn.toml", config(), 0644);
  }

  static std::string config() {
    std::string text = example_config();
    for (const std::string line : {"[[intake.credential]]", "name = \"hq\"", "username = \"hq\"", "secret_file ="}) {
      const std::size_t at = text.find("# " + line);
      EXPECT_NE(at, std::string::npos) << line;
      text.erase(at, 2);
    }
    return text;
  }

  void write(const std::string& name, const std::string& content, unsigned mode) {
    const std::string path = folder_ + "/" + name;
    std::ofstream(path) << content;
    ASSERT_EQ(::chmod(path.c_str(), mode), 0);
  }

  std::expected<Config, std::vector<ConfigError>> load() {
    const auto files = make_posix_file_system();
    return load_config(*files, folder_ + "/firn.toml", [](const std::string&) { return std::nullopt; });
  }

  void expect_refused(const std::string& part) {
    const auto config = load();
    ASSERT_FALSE(config);
    ASSERT_EQ(config.error().size(), 1U);
    EXPECT_NE(config.error()[0].str().find(part), std::string::npos) << config.error()[0].str();
    EXPECT_GT(config.error()[0].line, 0U);
    EXPECT_EQ(config.error()[0].str().find("opensesame"), std::string::npos);
  }

  TemporaryDirectory directory_;
  std::string folder_;
};

TEST_F(SecretFile, OfTheExampleIsReadWithoutItsLineEnd) {
  write("hq.secret", "opensesame\n", 0600);
  const auto config = load();
  ASSERT_TRUE(config) << config.error().at(0).str();
  EXPECT_EQ(config->intake.credentials.at(0).secret.reveal(), "opensesame");
  ASSERT_EQ(config->warnings.size(), 1U);
  EXPECT_NE(config->warnings[0].message.find("kept in plain"), std::string::npos);
}

TEST_F(SecretFile, KeepsEverythingButOneLineEnd) {
  write("hq.secret", " two\nlines \n\n", 0400);
  EXPECT_EQ(load().value().intake.credentials.at(0).secret.reveal(), " two\nlines \n");
}

TEST_F(SecretFile, ThatOthersCanReadIsRefused) {
  for (const unsigned mode : {0604U, 0640U, 0666U, 0620U, 0601U}) {
    write("hq.secret", "opensesame\n", mode);
    expect_refused("run: chmod 600 " + folder_ + "/hq.secret");
  }
}

TEST_F(SecretFile, ThatIsMissingIsReported) { expect_refused("hq.secret"); }

TEST_F(SecretFile, ThatIsEmptyIsRefused) {
  write("hq.secret", "\n", 0600);
  expect_refused("is empty");
}

TEST_F(SecretFile, ThatIsVeryLargeIsRefused) {
  write("hq.secret", std::string(70000, 'x'), 0600);
  expect_refused("cannot read the secret file");
}

TEST_F(SecretFile, AndVariableTogetherAreRefused) {
  write("hq.secret", "opensesame\n", 0600);
  std::string text = config();
  const std::string line = "secret_file = \"hq.secret\"";
  text.replace(text.find(line), line.size(), line + "\nsecret = \"${HOME}\"");
  write("firn.toml", text, 0644);
  expect_refused("are both set");
}

}  // namespace
}  // namespace firn
