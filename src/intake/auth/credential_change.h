#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "intake/auth/credential.h"
#include "intake/auth/credential_file.h"

namespace firn {

/// What a person asks for.
struct NewCredential {
  std::string name;
  CredentialType type = CredentialType::kBasic;
  std::string user;
  std::vector<RepeaterName> repeaters;
  std::string secret;  ///< empty: a random one is made
};

/// Adds an entry and returns its secret, which nobody can ask for again. kAlreadyExists: the name is in use (a retired
/// entry of that name is replaced); kInvalidInput: a name or a secret cannot be used, with the reason.
Result<std::string> add_credential(StoredCredentials& credentials, const NewCredential& asked, Timestamp now);

/// kNotFound: there is no such name; kConflict: it is retired already.
Status retire_credential(StoredCredentials& credentials, std::string_view name, Timestamp now);

}  // namespace firn
