#include "intake/auth/credential_set.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ascii_text.h"
#include "intake/auth/digest.h"

namespace firn {
namespace {

std::string user_of(CredentialType type, const std::string& user) {
  return type == CredentialType::kApiKey ? lower_ascii(user) : user;
}

void add_scheme(OfferedSchemes& schemes, CredentialType type) {
  schemes.basic = schemes.basic || type == CredentialType::kBasic;
  schemes.digest = schemes.digest || type == CredentialType::kDigest;
  schemes.bearer = schemes.bearer || type == CredentialType::kBearer || type == CredentialType::kOauth2;
  schemes.api_key = schemes.api_key || type == CredentialType::kApiKey;
}

}  // namespace

bool CredentialEntry::is_good_for(std::string_view repeater) const {
  return repeater.empty() || repeaters.empty() ||
         std::ranges::any_of(repeaters, [repeater](const RepeaterName& good) { return good.str() == repeater; });
}

CredentialSet::CredentialSet(const std::vector<PlainCredential>& plain, const StoredCredentials& stored, bool open)
    : open_(open) {
  for (const PlainCredential& credential : plain) {
    auto entry = std::make_unique<CredentialEntry>();
    entry->name = credential.name;
    entry->type = credential.type;
    entry->user = user_of(credential.type, credential.user);
    entry->repeaters = credential.repeaters;
    if (credential.type == CredentialType::kDigest) {
      entry->digest = digest_secret(credential.user, credential.secret);
    } else {
      entry->plain = credential.secret;
    }
    if (!credential.secret.empty()) {
      add(std::move(entry));
    }
  }
  for (const StoredCredential& credential : stored) {
    if (credential.retired_at) {
      continue;
    }
    auto entry = std::make_unique<CredentialEntry>();
    entry->id = credential.id;
    entry->name = credential.name;
    entry->type = credential.type;
    entry->user = user_of(credential.type, credential.user);
    entry->repeaters = credential.repeaters;
    entry->hash = credential.hash;
    entry->digest = credential.digest;
    entry->id_in_secret = credential.id_in_secret;
    add(std::move(entry));
  }
  finish();
}

void CredentialSet::add(std::unique_ptr<CredentialEntry> entry) {
  by_user_[entry->type][entry->user].push_back(entry.get());
  if (!entry->hash.empty()) {
    hashed_.insert(entry->type);
  }
  if (!entry->id.empty()) {
    by_id_[entry->id] = entry.get();
  }
  entries_.push_back(std::move(entry));
}

void CredentialSet::finish() {
  for (const auto& [header, unused] : by_user_[CredentialType::kApiKey]) {
    key_headers_.push_back(header);
  }
  for (const auto& [type, users] : by_user_) {
    for (const auto& [user, entries] : users) {
      const auto hashed = std::ranges::count_if(
          entries, [](const CredentialEntry* entry) { return !entry->hash.empty() && !entry->id_in_secret; });
      rounds_ = std::max(rounds_, static_cast<std::size_t>(hashed));
    }
  }
}

const CredentialSet::Entries& CredentialSet::of(CredentialType type, std::string_view user) const {
  static const Entries kNone;
  const auto users = by_user_.find(type);
  if (users == by_user_.end()) {
    return kNone;
  }
  const auto found = users->second.find(user);
  return found == users->second.end() ? kNone : found->second;
}

const CredentialEntry* CredentialSet::by_id(std::string_view id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

OfferedSchemes CredentialSet::schemes(std::string_view repeater) const {
  OfferedSchemes good;
  OfferedSchemes all;
  for (const auto& entry : entries_) {
    add_scheme(all, entry->type);
    if (entry->is_good_for(repeater)) {
      add_scheme(good, entry->type);
    }
  }
  return good.none() ? all : good;
}

}  // namespace firn
