#include "config/listener_section.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "config/config.h"
#include "config/document.h"
#include "config/reader.h"
#include "config/secrets.h"
#include "platform/file_system.h"
#include "tests/support/certificates.h"
#include "tests/support/temporary_directory.h"

namespace firn {
namespace {

/// A section [intake] in a folder with a certificate, what reading it gives, and what checking it says.
class ListenerSection : public testing::Test {
 protected:
  void SetUp() override {
    CertificateWishes wishes;
    wishes.passphrase = "opensesame";
    write_certificate(make_certificate(wishes), directory_ / "locked.pem", directory_ / "locked.key");
    write_certificate(make_certificate(), directory_ / "tls.pem", directory_ / "tls.key");
  }

  void read(const std::string& intake) {
    config_ = Config();
    report_ = ConfigReport{.file = "firn.toml", .errors = {}, .warnings = {}, .settings = {}};
    const auto document = parse_document("[intake]\n" + intake, "firn.toml");
    ASSERT_TRUE(document) << document.error().str();
    const Environment environment = [](const std::string& name) {
      return name == "PASSPHRASE" ? std::optional<std::string>("opensesame") : std::nullopt;
    };
    const SecretSources secrets{*files_, environment, directory_.path()};
    SectionResults results{config_, report_, secrets, {}, {}};
    SectionReader section(&document->members.at(0).value, {1, 1}, "intake", report_);
    read_listeners(section, results);
    section.finish();
    check_listeners(results);
  }

  void expect_refused(const std::string& intake, const std::string& place, const std::string& part) {
    read(intake);
    ASSERT_FALSE(report_.errors.empty()) << intake;
    const std::string error = report_.errors.front().str();
    EXPECT_TRUE(error.starts_with("firn.toml:" + place + ":")) << error;
    EXPECT_NE(error.find(part), std::string::npos) << error;
    EXPECT_EQ(error.find("opensesame"), std::string::npos);
  }

  TemporaryDirectory directory_;
  std::unique_ptr<FileSystem> files_ = make_posix_file_system();
  Config config_;
  ConfigReport report_;
};

TEST_F(ListenerSection, IsOneOnLoopbackWhenNothingIsSaid) {
  read("");
  EXPECT_TRUE(report_.errors.empty());
  ASSERT_EQ(config_.intake.listeners.size(), 1U);
  EXPECT_EQ(config_.intake.listeners[0].url(), "http://127.0.0.1:8641");
  EXPECT_EQ(config_.intake.public_listener(), nullptr);
}

TEST_F(ListenerSection, CanBeSeveral) {
  read(
      "[[intake.listener]]\nlisten = \"0.0.0.0:8443\"\ncertificate_file = \"tls.pem\"\nprivate_key_file = \"tls.key\"\n"
      "[[intake.listener]]\nlisten = \"[::1]:8641\"\n");
  ASSERT_TRUE(report_.errors.empty()) << report_.errors.front().str();
  ASSERT_EQ(config_.intake.listeners.size(), 2U);
  const ListenerConfig& open = config_.intake.listeners[0];
  EXPECT_EQ(open.url(), "https://0.0.0.0:8443");
  EXPECT_EQ(open.tls->certificate_file, directory_ / "tls.pem");
  EXPECT_EQ(open.tls->certificate.subject, "CN=firn.example.org");
  EXPECT_EQ(config_.intake.public_listener(), &open);
  EXPECT_EQ(config_.intake.listeners[1].url(), "http://[::1]:8641");
}

TEST_F(ListenerSection, IsPublicBehindAProxyToo) {
  read("");
  config_.intake.http.trusted_proxies.push_back(*parse_ip_network("127.0.0.1"));
  EXPECT_EQ(config_.intake.public_listener(), &config_.intake.listeners[0]);
}

TEST_F(ListenerSection, TakesThePassphraseFromTheEnvironment) {
  const std::string files =
      "[[intake.listener]]\nlisten = \"127.0.0.1:8443\"\ncertificate_file = \"locked.pem\"\n"
      "private_key_file = \"locked.key\"\n";
  read(files + "passphrase = \"${PASSPHRASE}\"\n");
  EXPECT_TRUE(report_.errors.empty());
  expect_refused(files, "5:20", "the private key needs a passphrase; set passphrase_file");
  expect_refused(files + "passphrase = \"opensesame\"\n", "6:14", "must not hold the secret itself");
}

TEST_F(ListenerSection, RefusesWhatCannotBeMeant) {
  const std::string listener = "[[intake.listener]]\nlisten = \"127.0.0.1:8443\"\n";
  expect_refused("listen = \"localhost:1\"\n", "2:10", "is not a numeric address with a port");
  expect_refused("listen = \"127.0.0.1:1\"\n" + listener, "2:10", "are both there");
  expect_refused("[[intake.listener]]\n", "2:1", "listen");
  expect_refused("listener = []\n", "2:12", "there is no listener");
  expect_refused(listener + "lisen = \"127.0.0.1:1\"\n", "4:1", "did you mean");
  expect_refused(listener + "certificate_file = \"tls.pem\"\n", "2:1", "private_key_file");
  expect_refused(listener + "passphrase = \"${PASSPHRASE}\"\n", "2:1", "without a private key has no effect");
  expect_refused(listener + "certificate_file = \"none.pem\"\nprivate_key_file = \"tls.key\"\n", "4:20", "none.pem");
  expect_refused(listener + listener, "5:10", "two listeners have the address http://127.0.0.1:8443");
}

TEST_F(ListenerSection, ThatOtherMachinesReachNeedsTlsOrAProxy) {
  expect_refused("listen = \"192.0.2.1:8641\"\n", "2:10", "can be reached from other machines without TLS");
  expect_refused("[[intake.listener]]\nlisten = \"[::]:8641\"\n", "3:10", "name certificate_file and private_key_file");
}

TEST_F(ListenerSection, AProxyOnThisMachineDoesNotMakeAPublicListenerSafe) {
  config_.intake.http.trusted_proxies = {*parse_ip_network("127.0.0.1")};
  expect_refused("listen = \"192.0.2.1:8641\"\n", "2:10", "can be reached from other machines without TLS");
}

}  // namespace
}  // namespace firn
