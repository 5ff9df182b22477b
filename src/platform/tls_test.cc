#include "platform/tls.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "platform/file_system.h"
#include "tests/support/certificates.h"
#include "tests/support/temporary_directory.h"

namespace firn {
namespace {

class TlsTest : public testing::Test {
 protected:
  void write(const TestCertificate& made) { write_certificate(made, where_.certificate, where_.private_key); }
  void write_to(const std::string& path, const std::string& content) { std::ofstream(path) << content; }

  /// Opening the files fails with a message that has this part and says nothing of the key.
  void expect_refused(const std::string& file, const std::string& part) {
    const auto source = TlsSource::open(where_, *files_);
    ASSERT_FALSE(source);
    EXPECT_EQ(source.error().kind, ErrorKind::kConfiguration);
    EXPECT_EQ(source.error().object, file);
    EXPECT_NE(source.error().message().find(part), std::string::npos) << source.error().message();
    EXPECT_EQ(source.error().message().find("opensesame"), std::string::npos);
  }

  TemporaryDirectory directory_;
  TlsFiles where_{directory_.path() + "/fullchain.pem", directory_.path() + "/privkey.pem", ""};
  std::unique_ptr<FileSystem> files_ = make_posix_file_system();
};

TEST_F(TlsTest, SaysWhatTheCertificateSays) {
  CertificateWishes wishes;
  wishes.dns_names = {"firn.example.org", "in.example.org"};
  wishes.not_before = *parse_timestamp("2026-01-02T03:04:05Z");
  wishes.not_after = *parse_timestamp("2026-04-02T03:04:05Z");
  write(make_certificate(wishes));
  const auto source = TlsSource::open(where_, *files_);
  ASSERT_TRUE(source) << source.error().message();
  const TlsCertificate& certificate = (*source)->current()->certificate();
  EXPECT_EQ(certificate.subject, "CN=firn.example.org");
  EXPECT_EQ(certificate.issuer, "CN=firn.example.org");
  EXPECT_EQ(certificate.names, wishes.dns_names);
  EXPECT_EQ(certificate.not_before, wishes.not_before);
  EXPECT_EQ(certificate.not_after, wishes.not_after);
}

TEST_F(TlsTest, OpensAnEncryptedKeyWithItsPassphraseOnly) {
  CertificateWishes wishes;
  wishes.passphrase = "opensesame";
  write(make_certificate(wishes));
  expect_refused(where_.private_key, "the private key needs a passphrase (set passphrase_file)");
  where_.passphrase = "opensesame!";
  expect_refused(where_.private_key, "the passphrase does not open the private key");
  where_.passphrase = "opensesame";
  EXPECT_TRUE(TlsSource::open(where_, *files_));
}

TEST_F(TlsTest, RefusesWhatCannotBeServed) {
  const TestCertificate made = make_certificate();
  write(made);
  write_to(where_.certificate, "no PEM");
  expect_refused(where_.certificate, "there is no certificate in PEM in it");
  write(made);
  write_to(where_.private_key, "no PEM");
  expect_refused(where_.private_key, "there is no private key in PEM in it");
  write(made);
  write_to(where_.certificate, made.certificate + made.certificate.substr(0, made.certificate.size() / 2));
  expect_refused(where_.certificate, "a certificate behind the first is damaged or cut short");
  write_to(where_.certificate, made.certificate + make_certificate().certificate);
  EXPECT_TRUE(TlsSource::open(where_, *files_)) << "a chain";
  write_to(where_.private_key, make_certificate().key);
  expect_refused(where_.private_key, "it is not the key of the certificate in " + where_.certificate);
}

TEST_F(TlsTest, RefusesAKeyThatEverybodyMayRead) {
  write(make_certificate());
  ASSERT_EQ(::chmod(where_.private_key.c_str(), 0644), 0);
  expect_refused(where_.private_key, "can be read by everybody");
  ASSERT_EQ(::chmod(where_.private_key.c_str(), 0640), 0);
  EXPECT_TRUE(TlsSource::open(where_, *files_));
}

TEST_F(TlsTest, TellsOfAMissingFile) { EXPECT_EQ(TlsSource::open(where_, *files_).error().kind, ErrorKind::kNotFound); }

TEST_F(TlsTest, FollowsItsFilesAndKeepsWhatItHasWhenTheyAreWrong) {
  write(make_certificate());
  const auto source = TlsSource::open(where_, *files_);
  ASSERT_TRUE(source);
  const auto first = (*source)->current();
  EXPECT_TRUE((*source)->refresh());
  EXPECT_EQ((*source)->current(), first) << "nothing has changed";

  const TestCertificate next = make_certificate({.common_name = "next.example.org"});
  write_to(where_.certificate, next.certificate);
  EXPECT_FALSE((*source)->refresh()) << "the key of before is not its key";
  EXPECT_FALSE((*source)->refresh()) << "still";
  EXPECT_EQ((*source)->current(), first);
  write_to(where_.private_key, next.key);
  EXPECT_TRUE((*source)->refresh());
  EXPECT_EQ((*source)->current()->certificate().subject, "CN=next.example.org");
}

}  // namespace
}  // namespace firn
