#include "tests/support/certificates.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <chrono>
#include <fstream>
#include <memory>

#include "base/check.h"
#include "tests/support/memory_bio.h"

namespace firn {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

void set_time(ASN1_TIME* time, Timestamp moment) { ASN1_TIME_set(time, std::chrono::system_clock::to_time_t(moment)); }

void add_names(X509* certificate, const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    text += (text.empty() ? "DNS:" : ",DNS:") + name;
  }
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, text.c_str());
  FIRN_CHECK(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1, "OpenSSL makes certificates");
  X509_EXTENSION_free(extension);
}

}  // namespace

TestCertificate make_certificate(const CertificateWishes& wishes) {
  const Key key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  const Certificate certificate(X509_new(), &X509_free);
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  set_time(X509_getm_notBefore(certificate.get()), wishes.not_before);
  set_time(X509_getm_notAfter(certificate.get()), wishes.not_after);
  X509_NAME* name = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(wishes.common_name.c_str()), -1, -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  X509_set_pubkey(certificate.get(), key.get());
  add_names(certificate.get(), wishes.dns_names);
  FIRN_CHECK(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0, "OpenSSL signs certificates");

  const MemoryBio certificate_pem = new_memory_bio();
  const MemoryBio key_pem = new_memory_bio();
  PEM_write_bio_X509(certificate_pem.get(), certificate.get());
  const bool encrypted = !wishes.passphrase.empty();
  PEM_write_bio_PKCS8PrivateKey(key_pem.get(), key.get(), encrypted ? EVP_aes_256_cbc() : nullptr,
                                wishes.passphrase.c_str(), static_cast<int>(wishes.passphrase.size()), nullptr,
                                nullptr);
  return {content(certificate_pem), content(key_pem)};
}

void write_certificate(const TestCertificate& made, const std::string& certificate_path, const std::string& key_path) {
  std::ofstream(certificate_path) << made.certificate;
  std::ofstream(key_path) << made.key;
  ::chmod(key_path.c_str(), S_IRUSR | S_IWUSR);
}

}  // namespace firn
