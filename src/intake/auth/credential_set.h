#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "intake/auth/credential.h"
#include "intake/auth/credential_file.h"

namespace firn {

/// A credential that is valid now. Immutable but for the time of its last use.
struct CredentialEntry {
  std::string id;  ///< empty for one of firn.toml
  std::string name;
  CredentialType type = CredentialType::kBasic;
  std::string user;
  std::vector<RepeaterName> repeaters;
  std::string plain;  ///< of firn.toml: the secret itself
  std::string hash;   ///< of the credentials file
  DigestSecret digest;
  bool id_in_secret = false;
  mutable std::atomic<std::int64_t> last_used_s = 0;  ///< seconds of 1970; 0: never since the start

  /// `repeater` may be empty: then any credential is good.
  [[nodiscard]] bool is_good_for(std::string_view repeater) const;
};

/// Which ways lead into a repeater.
struct OfferedSchemes {
  bool basic = false;
  bool digest = false;
  bool bearer = false;
  bool api_key = false;
  [[nodiscard]] bool none() const { return !basic && !digest && !bearer && !api_key; }
};

/// All credentials that are valid at one time. Threads: any.
class CredentialSet {
 public:
  using Entries = std::vector<const CredentialEntry*>;

  /// `open`: everybody is let in.
  CredentialSet(const std::vector<PlainCredential>& plain, const StoredCredentials& stored, bool open);

  [[nodiscard]] bool open() const { return open_; }
  [[nodiscard]] const std::vector<std::unique_ptr<CredentialEntry>>& entries() const { return entries_; }
  /// Those with this user (or header, or client id).
  [[nodiscard]] const Entries& of(CredentialType type, std::string_view user) const;
  /// Null when there is none.
  [[nodiscard]] const CredentialEntry* by_id(std::string_view id) const;
  /// The headers that carry API keys, in small letters.
  [[nodiscard]] const std::vector<std::string>& key_headers() const { return key_headers_; }
  /// True when a credential of that type has its secret hashed: only then is a wrong one slow.
  [[nodiscard]] bool has_hashed(CredentialType type) const { return hashed_.contains(type); }
  /// With how many hashes a secret is compared whoever it is from, so that the time says nothing.
  [[nodiscard]] std::size_t rounds() const { return rounds_; }
  /// Those of credentials that are good for the repeater; of all when none is.
  [[nodiscard]] OfferedSchemes schemes(std::string_view repeater) const;

 private:
  void add(std::unique_ptr<CredentialEntry> entry);
  void finish();

  bool open_;
  std::vector<std::unique_ptr<CredentialEntry>> entries_;
  std::map<std::string, const CredentialEntry*, std::less<>> by_id_;
  std::map<CredentialType, std::map<std::string, Entries, std::less<>>> by_user_;
  std::vector<std::string> key_headers_;
  std::set<CredentialType> hashed_;
  std::size_t rounds_ = 1;
};

}  // namespace firn
