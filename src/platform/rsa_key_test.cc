#include "platform/rsa_key.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "base/base64.h"
#include "tests/support/temporary_directory.h"

namespace firn {
namespace {

void write(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

std::string read(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

/// What the openssl program prints.
std::string openssl(const std::filesystem::path& folder, const std::string& arguments) {
  const std::string command = "cd '" + folder.string() + "' && openssl " + arguments + " > said 2>/dev/null";
  EXPECT_EQ(std::system(command.c_str()), 0) << command;
  return read(folder / "said");
}

std::string reason(const std::string& pem, const std::string& passphrase = "") {
  const auto key = RsaKey::parse("the-file", pem, passphrase);
  return key ? "it is taken" : key.error().reason;
}

TEST(RsaKey, PrintsTheFingerprintAndSignsAsOpensslDoes) {
  const TemporaryDirectory directory;
  const std::filesystem::path folder(directory.path());
  const auto made = RsaKey::generate("open sesame");
  ASSERT_TRUE(made);
  EXPECT_TRUE(made->private_pem.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
  write(folder / "key.p8", made->private_pem);
  write(folder / "key.pub", made->public_pem);
  const auto key = RsaKey::parse("key.p8", made->private_pem, "open sesame");
  ASSERT_TRUE(key) << key.error().message();

  const std::string der = openssl(folder, "pkey -in key.p8 -passin pass:'open sesame' -pubout -outform DER");
  EXPECT_EQ((*key)->public_key(), to_base64(der));
  write(folder / "der", der);
  EXPECT_EQ((*key)->fingerprint(), "SHA256:" + to_base64(openssl(folder, "dgst -sha256 -binary der")));

  write(folder / "text", "header.claims");
  write(folder / "signature", (*key)->sign("header.claims").value());
  EXPECT_EQ(openssl(folder, "dgst -sha256 -verify key.pub -signature signature text"), "Verified OK\n");
}

TEST(RsaKey, ReadsWhatTheDocumentedCommandsMake) {
  const TemporaryDirectory directory;
  const std::filesystem::path folder(directory.path());
  openssl(folder, "genrsa -out pkcs1.pem -traditional 2048");
  openssl(folder, "pkcs8 -topk8 -inform PEM -in pkcs1.pem -nocrypt -out plain.p8");
  openssl(folder, "pkcs8 -topk8 -v2 aes-256-cbc -in pkcs1.pem -passout pass:secret -out encrypted.p8");
  openssl(folder, "pkcs8 -topk8 -v2 des3 -in pkcs1.pem -passout pass:secret -out des3.p8");
  for (const auto* name : {"pkcs1.pem", "plain.p8", "encrypted.p8", "des3.p8"}) {
    EXPECT_EQ(reason(read(folder / name), "secret"), "it is taken") << name;
  }
}

TEST(RsaKey, SaysWhatAWrongFileIs) {
  const TemporaryDirectory directory;
  const std::filesystem::path folder(directory.path());
  openssl(folder, "genrsa -out small.pem 1024");
  openssl(folder, "ecparam -name prime256v1 -genkey -noout -out ec.pem");
  const RsaKeyFiles made = RsaKey::generate("secret").value();
  EXPECT_EQ(reason(made.public_pem), "it is the public half of a key");
  EXPECT_EQ(reason(made.private_pem), "it is encrypted, and no passphrase is set");
  EXPECT_EQ(reason(made.private_pem, "Secret"),
            "the passphrase does not open it, or it is encrypted in a way that is out of use");
  EXPECT_EQ(reason(read(folder / "small.pem")), "it has 1024 bits; Snowflake wants 2048 or more");
  EXPECT_EQ(reason(read(folder / "ec.pem")), "it is not an RSA key");
  EXPECT_EQ(reason("-----BEGIN CERTIFICATE-----"), "it is a certificate");
  EXPECT_EQ(reason("-----BEGIN OPENSSH PRIVATE KEY-----"), "it is a key of OpenSSH");
  EXPECT_EQ(reason("password"), "it holds no private key in PEM");
  EXPECT_EQ(reason(made.private_pem.substr(0, 200), "secret"),
            "the passphrase does not open it, or it is encrypted in a way that is out of use");
  EXPECT_EQ(reason("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"), "it is damaged");
}

}  // namespace
}  // namespace firn
