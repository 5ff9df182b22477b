#include "platform/tls.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <ctime>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "platform/paths.h"

namespace firn {
namespace {

constexpr std::size_t kLargestFile = 1U << 20U;
// The group may read: that is how Debian's group ssl-cert shares keys with daemons.
constexpr unsigned kForbiddenMode = 037;
// RFC 9325, 4.2: forward secrecy and authenticated encryption only. TLS 1.3 has nothing else.
constexpr const char* kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20";

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

Bio reader(const std::string& text) { return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), &BIO_free}; }

/// What OpenSSL says of its last failure.
std::string last_reason() {
  const char* text = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return text == nullptr ? "OpenSSL gives no reason" : text;
}

Error tls_error(const std::string& file, std::string reason, std::string hint) {
  return Error{ErrorKind::kConfiguration, "use for TLS", file, std::move(reason), std::move(hint)};
}

int give_passphrase(char* room, int size, int /*writing*/, void* passphrase) {
  const auto& text = *static_cast<const std::string*>(passphrase);
  if (text.size() > static_cast<std::size_t>(size)) {
    return -1;
  }
  text.copy(room, text.size());
  return static_cast<int>(text.size());
}

/// A client that offers protocols gets HTTP/1.1 if that is one of them; one that offers none is served too.
int choose_protocol(SSL* /*ssl*/, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                    unsigned offered_size, void* /*argument*/) {
  static constexpr std::array<unsigned char, 9> kHttp = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* found = nullptr;
  if (SSL_select_next_proto(&found, size, kHttp.data(), kHttp.size(), offered, offered_size) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

std::string name_text(const X509_NAME* name) {
  const Bio out(BIO_new(BIO_s_mem()), &BIO_free);
  X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
  char* text = nullptr;
  const auto size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

Timestamp moment_of(const ASN1_TIME* time) {
  std::tm parts{};
  ASN1_TIME_to_tm(time, &parts);
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::from_time_t(timegm(&parts)));
}

std::string address_text(std::string_view bytes) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = bytes.size() == 4 ? AF_INET : AF_INET6;
  const bool valid = bytes.size() == 4 || bytes.size() == 16;
  return valid && inet_ntop(family, bytes.data(), text.data(), text.size()) != nullptr ? text.data() : "";
}

std::vector<std::string> names_of(const X509* certificate) {
  const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> all(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)),
      &GENERAL_NAMES_free);
  std::vector<std::string> names;
  for (int i = 0; i < sk_GENERAL_NAME_num(all.get()); ++i) {
    int type = 0;
    const auto* value =
        static_cast<const ASN1_STRING*>(GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(all.get(), i), &type));
    if (type != GEN_DNS && type != GEN_IPADD) {
      continue;
    }
    const std::string_view bytes(reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                                 static_cast<std::size_t>(ASN1_STRING_length(value)));
    names.push_back(type == GEN_DNS ? std::string(bytes) : address_text(bytes));
  }
  return names;
}

TlsCertificate describe(const X509* certificate) {
  return {name_text(X509_get_subject_name(certificate)), name_text(X509_get_issuer_name(certificate)),
          names_of(certificate), moment_of(X509_get0_notBefore(certificate)),
          moment_of(X509_get0_notAfter(certificate))};
}

void set_rules(SSL_CTX* context) {
  // RSA of 2048 bits or more, whatever the system's own level is.
  SSL_CTX_set_security_level(context, 2);
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_cipher_list(context, kCiphers);
  SSL_CTX_set_mode(context,
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  // Clients keep their sessions themselves, in tickets: nothing here grows with their number.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
}

/// Takes the server's certificate and the chain behind it.
Status take_certificates(SSL_CTX* context, const TlsFiles& files, const std::string& pem, TlsCertificate& facts) {
  const Bio in = reader(pem);
  const Certificate own(PEM_read_bio_X509_AUX(in.get(), nullptr, nullptr, nullptr), &X509_free);
  if (!own) {
    ERR_clear_error();
    return fail(tls_error(files.certificate, "there is no certificate in PEM in it",
                          "it begins with -----BEGIN CERTIFICATE-----; Let's Encrypt calls it fullchain.pem"));
  }
  if (SSL_CTX_use_certificate(context, own.get()) != 1) {
    return fail(tls_error(files.certificate, last_reason(), "make one with an RSA key of 2048 bits or more, or EC"));
  }
  facts = describe(own.get());
  while (X509* issuer = PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr)) {
    SSL_CTX_add0_chain_cert(context, issuer);  // takes it over
  }
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (!at_end) {
    return fail(tls_error(files.certificate, "a certificate behind the first is damaged or cut short",
                          "copy the whole file again"));
  }
  return {};
}

Status take_key(SSL_CTX* context, const TlsFiles& files, const std::string& pem) {
  const Bio in = reader(pem);
  std::string passphrase = files.passphrase;
  const Key key(PEM_read_bio_PrivateKey(in.get(), nullptr, give_passphrase, &passphrase), &EVP_PKEY_free);
  OPENSSL_cleanse(passphrase.data(), passphrase.size());
  if (!key) {
    ERR_clear_error();
    const bool encrypted = pem.contains("ENCRYPTED");
    return fail(tls_error(files.private_key,
                          encrypted && files.passphrase.empty() ? "the private key needs a passphrase"
                          : encrypted                           ? "the passphrase does not open the private key"
                                                                : "there is no private key in PEM in it",
                          encrypted ? "set passphrase_file" : "Let's Encrypt calls it privkey.pem"));
  }
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1) {
    ERR_clear_error();
    return fail(tls_error(files.private_key, "it is not the key of the certificate in " + files.certificate,
                          "name two files that were made together"));
  }
  return {};
}

Result<std::string> read_key(const TlsFiles& where, FileSystem& files) {
  FIRN_ASSIGN(const unsigned mode, file_mode(where.private_key));
  if ((mode & kForbiddenMode) != 0) {
    return fail(tls_error(where.private_key, "the private key can be read by everybody, or changed by others",
                          "run: chmod 600 " + where.private_key));
  }
  return read_file(files, where.private_key, kLargestFile);
}

}  // namespace

Result<std::shared_ptr<const TlsIdentity>> TlsIdentity::make(const TlsFiles& files, const std::string& certificate_pem,
                                                             const std::string& key_pem) {
  const std::shared_ptr<TlsIdentity> identity(new TlsIdentity);
  identity->context_.reset(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
  SSL_CTX* context = identity->context_.get();
  set_rules(context);
  FIRN_TRY(take_certificates(context, files, certificate_pem, identity->certificate_));
  FIRN_TRY(take_key(context, files, key_pem));
  return identity;
}

Result<std::shared_ptr<TlsSource>> TlsSource::open(TlsFiles where, FileSystem& files) {
  std::shared_ptr<TlsSource> source(new TlsSource(std::move(where), files));
  FIRN_TRY(source->refresh());
  return source;
}

std::shared_ptr<const TlsIdentity> TlsSource::current() const {
  const MutexLock lock(mutex_);
  return current_;
}

Status TlsSource::refresh() {
  FIRN_ASSIGN(const std::string certificate, read_file(files_, where_.certificate, kLargestFile));
  FIRN_ASSIGN(std::string key, read_key(where_, files_));
  const Digest128 content = digest128(certificate + key);
  const MutexLock lock(mutex_);
  Status taken;
  if (current_ == nullptr || content != loaded_) {
    if (auto identity = TlsIdentity::make(where_, certificate, key)) {
      current_ = *std::move(identity);
      loaded_ = content;
    } else {
      taken = fail(std::move(identity).error());
    }
  }
  OPENSSL_cleanse(key.data(), key.size());
  return taken;
}

void TlsConnection::Free::operator()(ssl_st* ssl) const { SSL_free(ssl); }

TlsConnection::TlsConnection(const TlsIdentity& identity, int descriptor) : ssl_(SSL_new(identity.context())) {
  SSL_set_fd(ssl_.get(), descriptor);
  SSL_set_accept_state(ssl_.get());
}

TlsConnection::~TlsConnection() = default;

TlsProgress TlsConnection::progress(int outcome, std::size_t bytes) {
  using State = TlsProgress::State;
  switch (SSL_get_error(ssl_.get(), outcome)) {
    case SSL_ERROR_NONE:
      return {State::kDone, bytes};
    case SSL_ERROR_WANT_READ:
      return {State::kWaitsForBytes, 0};
    case SSL_ERROR_WANT_WRITE:
      return {State::kWaitsForRoom, 0};
    case SSL_ERROR_ZERO_RETURN:
      return {State::kEnded, 0};
    default:
      usable_ = false;
      ERR_clear_error();
      return {State::kEnded, 0};
  }
}

TlsProgress TlsConnection::handshake() {
  ERR_clear_error();
  return progress(SSL_do_handshake(ssl_.get()), 0);
}

TlsProgress TlsConnection::read(std::span<char> room) {
  ERR_clear_error();
  std::size_t count = 0;
  const int outcome = SSL_read_ex(ssl_.get(), room.data(), room.size(), &count);
  return progress(outcome, count);
}

TlsProgress TlsConnection::write(std::string_view bytes) {
  ERR_clear_error();
  std::size_t count = 0;
  const int outcome = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &count);
  return progress(outcome, count);
}

bool TlsConnection::has_pending() const { return SSL_has_pending(ssl_.get()) == 1; }

void TlsConnection::say_end() {
  if (usable_ && SSL_is_init_finished(ssl_.get()) == 1) {
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
  }
}

}  // namespace firn
