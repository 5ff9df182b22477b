#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/mutex.h"
#include "base/result.h"
#include "base/time.h"
#include "platform/file_system.h"

struct ssl_ctx_st;
struct ssl_st;

namespace firn {

/// Where a server's identity lies.
struct TlsFiles {
  std::string certificate;  ///< PEM: the server's own certificate, then those that lead to a known issuer
  std::string private_key;  ///< PEM
  std::string passphrase;   ///< of the private key; empty when it has none
};

/// What a certificate says, for people.
struct TlsCertificate {
  std::string subject;  ///< RFC 2253
  std::string issuer;
  std::vector<std::string> names;  ///< DNS names and addresses that it is good for
  Timestamp not_before{};
  Timestamp not_after{};
};

/// A certificate with its key, ready to serve: TLS 1.2 with ECDHE and AEAD ciphers, and TLS 1.3; no renegotiation, no
/// compression (RFC 9325). Immutable. Threads: any.
class TlsIdentity {
 public:
  /// kConfiguration, about one of the two files: it is not PEM, the key is not that of the certificate, the passphrase
  /// is wrong or missing, the key is too weak. Nothing of the key is in the error.
  static Result<std::shared_ptr<const TlsIdentity>> make(const TlsFiles& files, const std::string& certificate_pem,
                                                         const std::string& key_pem);

  [[nodiscard]] const TlsCertificate& certificate() const { return certificate_; }
  [[nodiscard]] ssl_ctx_st* context() const { return context_.get(); }

 private:
  TlsIdentity() = default;

  std::shared_ptr<ssl_ctx_st> context_;
  TlsCertificate certificate_;
};

/// The identity that new connections get. It follows its files; connections that are open keep what they began with.
/// Threads: any.
class TlsSource {
 public:
  /// `files` must outlive the source. Fails when a file cannot be read, or as TlsIdentity::make.
  static Result<std::shared_ptr<TlsSource>> open(TlsFiles where, FileSystem& files);

  [[nodiscard]] std::shared_ptr<const TlsIdentity> current() const FIRN_EXCLUDES(mutex_);
  /// Reads the files again and takes what is new there. When that cannot be used, the identity stays and the reason is
  /// returned, at each call until the files are right.
  Status refresh() FIRN_EXCLUDES(mutex_);
  [[nodiscard]] const TlsFiles& where() const { return where_; }

 private:
  TlsSource(TlsFiles where, FileSystem& files) : where_(std::move(where)), files_(files) {}

  const TlsFiles where_;
  FileSystem& files_;
  mutable Mutex mutex_;
  Digest128 loaded_ FIRN_GUARDED_BY(mutex_){};  // of what current_ was made of
  std::shared_ptr<const TlsIdentity> current_ FIRN_GUARDED_BY(mutex_);
};

/// What a step of a connection has done, and what it waits for when it has done nothing.
struct TlsProgress {
  enum class State { kDone, kWaitsForBytes, kWaitsForRoom, kEnded };
  State state = State::kDone;
  std::size_t bytes = 0;
};

/// The server's side of one connection on a non-blocking socket that somebody else owns. Threads: one at a time.
class TlsConnection {
 public:
  TlsConnection(const TlsIdentity& identity, int descriptor);
  ~TlsConnection();
  TlsConnection(const TlsConnection&) = delete;
  TlsConnection& operator=(const TlsConnection&) = delete;

  /// Until it is done, call it again when the socket is ready for what it waits for.
  TlsProgress handshake();
  TlsProgress read(std::span<char> room);
  TlsProgress write(std::string_view bytes);
  /// True when bytes have come that read() can look at without the socket.
  [[nodiscard]] bool has_pending() const;
  /// Tells the client that nothing more comes, if it can be told at once.
  void say_end();

 private:
  struct Free {
    void operator()(ssl_st* ssl) const;
  };
  TlsProgress progress(int outcome, std::size_t bytes);

  std::unique_ptr<ssl_st, Free> ssl_;
  bool usable_ = true;  // OpenSSL forbids a word more after some failures
};

}  // namespace firn
