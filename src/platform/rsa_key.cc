#include "platform/rsa_key.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/base64.h"
#include "base/digest.h"

namespace firn {
namespace {

constexpr int kLeastBits = 2048;
constexpr unsigned kNewBits = 3072;

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Pkey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

Error key_error(const std::string& file, std::string reason, std::string hint) {
  return Error{ErrorKind::kConfiguration, "use private key", file, std::move(reason), std::move(hint)};
}

Error openssl_error(const std::string& operation) {
  const char* text = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return Error{ErrorKind::kInternal, operation, "", text == nullptr ? "OpenSSL gives no reason" : text, ""};
}

int give_passphrase(char* room, int size, int /*writing*/, void* passphrase) {
  const auto& text = *static_cast<const std::string*>(passphrase);
  if (text.empty() || text.size() > static_cast<std::size_t>(size)) {
    return -1;
  }
  text.copy(room, text.size());
  return static_cast<int>(text.size());
}

/// What it is when it is no private key, for people; an empty reason when it may be one.
std::pair<std::string, std::string> other_thing(std::string_view pem) {
  if (pem.contains("-----BEGIN PUBLIC KEY-----") || pem.contains("-----BEGIN RSA PUBLIC KEY-----")) {
    return {"it is the public half of a key", "name the file of the private half; the public half goes to Snowflake"};
  }
  if (pem.contains("-----BEGIN CERTIFICATE-----")) {
    return {"it is a certificate", "name the file of a private key: `firn keygen` makes one"};
  }
  if (pem.contains("-----BEGIN OPENSSH PRIVATE KEY-----") || pem.starts_with("ssh-")) {
    return {"it is a key of OpenSSH", "Snowflake wants PKCS#8: `firn keygen` makes such a key"};
  }
  if (!pem.contains("PRIVATE KEY-----")) {
    return {"it holds no private key in PEM", "name the file that begins with -----BEGIN ... PRIVATE KEY-----"};
  }
  return {};
}

bool is_encrypted(std::string_view pem) { return pem.contains("ENCRYPTED"); }

class OpensslKey final : public RsaKey {
 public:
  explicit OpensslKey(Pkey key, std::string der) : key_(std::move(key)), der_(std::move(der)) {}

  [[nodiscard]] std::string public_key() const override { return to_base64(der_); }
  [[nodiscard]] std::string fingerprint() const override { return "SHA256:" + to_base64(bytes_of(sha256(der_))); }
  [[nodiscard]] Result<std::string> sign(std::string_view text) const override {
    const DigestContext context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    std::size_t size = 0;
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    if (!context || EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) != 1 ||
        EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size()) != 1) {
      return fail(openssl_error("sign"));
    }
    std::string signature(size, '\0');
    if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, bytes, text.size()) !=
        1) {
      return fail(openssl_error("sign"));
    }
    signature.resize(size);
    return signature;
  }

 private:
  const Pkey key_;
  const std::string der_;  ///< of the public half
};

std::string public_der(EVP_PKEY* key) {
  unsigned char* bytes = nullptr;
  const int size = i2d_PUBKEY(key, &bytes);
  if (size <= 0) {
    return {};
  }
  std::string der(reinterpret_cast<char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return der;
}

std::string taken_from(BIO* bio) {
  char* data = nullptr;
  const auto size = BIO_get_mem_data(bio, &data);
  return size <= 0 ? std::string() : std::string(data, static_cast<std::size_t>(size));
}

}  // namespace

Result<std::shared_ptr<const RsaKey>> RsaKey::parse(const std::string& file, const std::string& pem,
                                                    const std::string& passphrase) {
  if (auto [reason, hint] = other_thing(pem); !reason.empty()) {
    return fail(key_error(file, std::move(reason), std::move(hint)));
  }
  if (is_encrypted(pem) && passphrase.empty()) {
    return fail(key_error(file, "it is encrypted, and no passphrase is set", "set private_key_passphrase_file"));
  }
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
  std::string given = passphrase;
  Pkey key(PEM_read_bio_PrivateKey(bio.get(), nullptr, &give_passphrase, &given), &EVP_PKEY_free);
  ERR_clear_error();
  if (!key) {
    return fail(is_encrypted(pem)
                    ? key_error(file, "the passphrase does not open it, or it is encrypted in a way that is out of use",
                                "look at private_key_passphrase_file; `firn keygen` makes a new key")
                    : key_error(file, "it is damaged", "copy it again, or make a new one with `firn keygen`"));
  }
  if (EVP_PKEY_base_id(key.get()) != EVP_PKEY_RSA) {
    return fail(key_error(file, "it is not an RSA key", "`firn keygen` makes one"));
  }
  if (const int bits = EVP_PKEY_bits(key.get()); bits < kLeastBits) {
    return fail(key_error(file, "it has " + std::to_string(bits) + " bits; Snowflake wants 2048 or more",
                          "`firn keygen` makes one of 3072"));
  }
  std::string der = public_der(key.get());
  return std::make_shared<const OpensslKey>(std::move(key), std::move(der));
}

Result<RsaKeyFiles> RsaKey::generate(const std::string& passphrase) {
  const Pkey key(EVP_RSA_gen(kNewBits), &EVP_PKEY_free);
  const Bio private_half(BIO_new(BIO_s_mem()), &BIO_free);
  const Bio public_half(BIO_new(BIO_s_mem()), &BIO_free);
  if (!key || !private_half || !public_half) {
    return fail(openssl_error("make key"));
  }
  const EVP_CIPHER* cipher = passphrase.empty() ? nullptr : EVP_aes_256_cbc();
  std::string given = passphrase;
  if (PEM_write_bio_PKCS8PrivateKey(private_half.get(), key.get(), cipher, nullptr, 0, &give_passphrase, &given) != 1 ||
      PEM_write_bio_PUBKEY(public_half.get(), key.get()) != 1) {
    return fail(openssl_error("make key"));
  }
  return RsaKeyFiles{taken_from(private_half.get()), taken_from(public_half.get())};
}

}  // namespace firn
