#pragma once

#include <string>
#include <vector>

#include "base/time.h"

namespace firn {

/// What a test's certificate says of itself.
struct CertificateWishes {
  std::string common_name = "firn.example.org";
  std::vector<std::string> dns_names = {"firn.example.org", "localhost"};
  Timestamp not_before = timestamp_from_micros(0);
  Timestamp not_after = timestamp_from_micros(4'102'444'800'000'000);  ///< 2100
  std::string passphrase = {};                                         ///< of the key; empty: none
};

/// A certificate that signs itself and its key, in PEM.
struct TestCertificate {
  std::string certificate;
  std::string key;
};
TestCertificate make_certificate(const CertificateWishes& wishes = {});

/// Files with these contents; the key's has mode 0600.
void write_certificate(const TestCertificate& made, const std::string& certificate_path, const std::string& key_path);

}  // namespace firn
