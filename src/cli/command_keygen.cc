#include <fmt/format.h>

#include <boost/json.hpp>
#include <ostream>
#include <string>

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "config/secrets.h"
#include "load/request_id.h"
#include "platform/file_system.h"
#include "platform/paths.h"
#include "platform/rsa_key.h"

namespace firn {
namespace {

/// A secret file that was not there before.
Status write_secret(FileSystem& files, const std::string& path, const std::string& content) {
  FIRN_TRY(create_file(files, path, content));
  return give_to_owner_of_folder(path);
}

/// The passphrase that opens the key: that of the file, or a new one, which is written there.
Result<std::string> passphrase_of(const CliContext& context, const std::string& path) {
  FIRN_ASSIGN(const bool there, context.files.exists(path));
  if (there) {
    FIRN_ASSIGN(const Secret secret, read_secret_file(context.files, path));
    return secret.reveal();
  }
  std::string made = make_request_id();
  FIRN_TRY(write_secret(context.files, path, made + "\n"));
  return made;
}

Result<std::shared_ptr<const RsaKey>> make_key(const CliContext& context, const std::string& path,
                                               const std::string& passphrase_path) {
  FIRN_ASSIGN(const std::string passphrase, passphrase_of(context, passphrase_path));
  FIRN_ASSIGN(const RsaKeyFiles made, RsaKey::generate(passphrase));
  FIRN_TRY(write_secret(context.files, path, made.private_pem));
  return RsaKey::parse(path, made.private_pem, passphrase);
}

Result<std::shared_ptr<const RsaKey>> read_key(const CliContext& context, const std::string& path,
                                               const std::string& passphrase_path) {
  FIRN_ASSIGN(const Secret pem, read_secret_file(context.files, path));
  FIRN_ASSIGN(const bool there, context.files.exists(passphrase_path));
  Secret passphrase;
  if (there) {
    FIRN_ASSIGN(passphrase, read_secret_file(context.files, passphrase_path));
  }
  return RsaKey::parse(path, pem.reveal(), passphrase.reveal());
}

void print(const CliContext& context, const std::string& path, const std::string& passphrase_path, const RsaKey& key) {
  const KeygenArguments& arguments = context.arguments.keygen;
  if (context.arguments.json) {
    context.out << boost::json::serialize(boost::json::object{{"private_key_file", path},
                                                              {"private_key_passphrase_file", passphrase_path},
                                                              {"public_key", key.public_key()},
                                                              {"fingerprint", key.fingerprint()}})
                << '\n';
    return;
  }
  if (!arguments.show) {
    context.out << fmt::format("Wrote {} (mode 0600, encrypted) and its passphrase {}\n\n", path, passphrase_path);
  }
  context.out << fmt::format(
      "In Snowflake, as USERADMIN; while keys are rotated with RSA_PUBLIC_KEY_2 instead, so that the old one stays:\n\n"
      "  ALTER USER {} SET RSA_PUBLIC_KEY = '{}';\n\nDESC USER {} then shows this RSA_PUBLIC_KEY_FP:\n\n  {}\n",
      arguments.user, key.public_key(), arguments.user, key.fingerprint());
  if (!arguments.show) {
    context.out << fmt::format(
        "\nIn firn.toml:\n\n  private_key_file = \"{}\"\n  private_key_passphrase_file = \"{}\"\n\nTo rotate: set the "
        "new "
        "key as RSA_PUBLIC_KEY_2 and as next_private_key_file; docs/setup-snowflake.md\n",
        path, passphrase_path);
  }
}

}  // namespace

int run_keygen(const CliContext& context) {
  const std::string path = absolute_path(context.arguments.keygen.file);
  const std::string passphrase_path = path + ".passphrase";
  const auto key = context.arguments.keygen.show ? read_key(context, path, passphrase_path)
                                                 : make_key(context, path, passphrase_path);
  if (!key) {
    print_error(context.err, key.error());
    return kExitFailed;
  }
  print(context, path, passphrase_path, **key);
  return kExitOk;
}

}  // namespace firn
