#include "tests/support/rsa_keys.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>

#include "base/check.h"
#include "tests/support/memory_bio.h"

namespace firn {

RsaKeyFiles make_rsa_key(const std::string& passphrase) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_RSA_gen(2048U), &EVP_PKEY_free);
  const MemoryBio private_half = new_memory_bio();
  const MemoryBio public_half = new_memory_bio();
  const EVP_CIPHER* cipher = passphrase.empty() ? nullptr : EVP_aes_256_cbc();
  const int written = PEM_write_bio_PKCS8PrivateKey(private_half.get(), key.get(), cipher, passphrase.c_str(),
                                                    static_cast<int>(passphrase.size()), nullptr, nullptr);
  FIRN_CHECK(written == 1 && PEM_write_bio_PUBKEY(public_half.get(), key.get()) == 1, "OpenSSL writes keys");
  return {content(private_half), content(public_half)};
}

}  // namespace firn
