#include "tests/support/certificates.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <chrono>
#include <cstddef>
#include <fstream>
#include <memory>

#include "base/check.h"

namespace firn {
namespace {

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

Bio new_bio() { return {BIO_new(BIO_s_mem()), &BIO_free}; }

std::string content(const Bio& bio) {
  char* text = nullptr;
  const auto size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

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

  const Bio certificate_pem = new_bio();
  const Bio key_pem = new_bio();
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
