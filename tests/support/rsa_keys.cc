#include "tests/support/rsa_keys.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>

#include "base/check.h"

namespace firn {
namespace {

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;

std::string content(const Bio& bio) {
  char* text = nullptr;
  const auto size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

}  // namespace

RsaKeyFiles make_rsa_key(const std::string& passphrase) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_RSA_gen(2048U), &EVP_PKEY_free);
  const Bio private_half(BIO_new(BIO_s_mem()), &BIO_free);
  const Bio public_half(BIO_new(BIO_s_mem()), &BIO_free);
  const EVP_CIPHER* cipher = passphrase.empty() ? nullptr : EVP_aes_256_cbc();
  const int written = PEM_write_bio_PKCS8PrivateKey(private_half.get(), key.get(), cipher, passphrase.c_str(),
                                                    static_cast<int>(passphrase.size()), nullptr, nullptr);
  FIRN_CHECK(written == 1 && PEM_write_bio_PUBKEY(public_half.get(), key.get()) == 1, "OpenSSL writes keys");
  return {content(private_half), content(public_half)};
}

}  // namespace firn
