#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace firn {

/// The two halves of a new key pair.
struct RsaKeyFiles {
  std::string private_pem;  ///< PKCS#8, encrypted when there is a passphrase
  std::string public_pem;   ///< SubjectPublicKeyInfo
};

/// A private RSA key of 2048 bits or more. Threads: any.
class RsaKey {
 public:
  /// Reads PEM: PKCS#8 (plain or encrypted) or PKCS#1. kConfiguration says what it is instead, never what it holds;
  /// `file` is for its words.
  static Result<std::shared_ptr<const RsaKey>> parse(const std::string& file, const std::string& pem,
                                                     const std::string& passphrase);

  /// A new key pair of 3072 bits; the private half is encrypted with AES-256-CBC and PBKDF2 unless the passphrase is
  /// empty.
  static Result<RsaKeyFiles> generate(const std::string& passphrase);

  virtual ~RsaKey() = default;

  /// Base64 of the DER form of the public half (SubjectPublicKeyInfo, RFC 5280), without line ends.
  [[nodiscard]] virtual std::string public_key() const = 0;
  /// `SHA256:` and the Base64 of the SHA-256 over that DER form.
  [[nodiscard]] virtual std::string fingerprint() const = 0;
  /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017), raw bytes.
  [[nodiscard]] virtual Result<std::string> sign(std::string_view text) const = 0;
};

}  // namespace firn
