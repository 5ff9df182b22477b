#include "config/secrets.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "config/config.h"
#include "config/reader.h"
#include "platform/file_system.h"
#include "platform/paths.h"

namespace firn {
namespace {

constexpr std::size_t kLongestSecret = 64U << 10U;
constexpr unsigned kOthersMask = 077;

/// The name inside `${NAME}`.
std::optional<std::string> variable_name(std::string_view text) {
  if (text.size() < 4 || !text.starts_with("${") || !text.ends_with("}")) {
    return std::nullopt;
  }
  const std::string_view name = text.substr(2, text.size() - 3);
  const auto valid = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return std::ranges::all_of(name, valid) ? std::optional(std::string(name)) : std::nullopt;
}

Secret from_environment(SectionReader& section, const std::string& key, const SecretSources& sources) {
  const auto text = section.hidden_text(key);
  if (!text) {
    return {};
  }
  const auto variable = variable_name(*text);
  if (!variable) {
    section.refuse(
        key, fmt::format("\"{}\" must not hold the secret itself", section.name_of(key)),
        fmt::format("put it into a file and write {}_file = \"...\", or write {} = \"${{VARIABLE}}\"", key, key));
    return {};
  }
  auto value = sources.environment(*variable);
  if (!value || value->empty()) {
    section.refuse(key, fmt::format("the environment variable {} is {}", *variable, value ? "empty" : "not set"));
    return {};
  }
  return Secret(*std::move(value));
}

Secret from_file(SectionReader& section, const std::string& key, const SecretSources& sources) {
  auto secret = read_secret_file(sources.files, section.path(key, std::nullopt, sources.folder));
  if (!secret) {
    section.refuse(key, secret.error().reason, secret.error().hint);
    return {};
  }
  return *std::move(secret);
}

Error secret_error(const std::string& path, std::string reason, std::string hint = "") {
  return {ErrorKind::kConfiguration, "read secret file", path, std::move(reason), std::move(hint)};
}

}  // namespace

Result<Secret> read_secret_file(FileSystem& files, const std::string& path) {
  const auto mode = file_mode(path);
  if (!mode) {
    return fail(secret_error(path, fmt::format("cannot read the secret file: {}", mode.error().message())));
  }
  if ((*mode & kOthersMask) != 0) {
    return fail(secret_error(
        path, fmt::format("the secret file {} can be read or changed by others (mode {:04o})", path, *mode),
        fmt::format("run: chmod 600 {}", path)));
  }
  auto content = read_file(files, path, kLongestSecret);
  if (!content) {
    return fail(secret_error(path, fmt::format("cannot read the secret file: {}", content.error().message())));
  }
  if (content->ends_with('\n')) {
    content->pop_back();
  }
  if (content->ends_with('\r')) {
    content->pop_back();
  }
  if (content->empty()) {
    return fail(secret_error(path, fmt::format("the secret file {} is empty", path)));
  }
  return Secret(*std::move(content));
}

Secret read_secret(SectionReader& section, const std::string& name, const SecretSources& sources) {
  const std::string file_key = name + "_file";
  const bool in_file = section.has(file_key);
  if (in_file && section.has(name)) {
    section.refuse(name,
                   fmt::format("\"{}\" and \"{}\" are both set", section.name_of(name), section.name_of(file_key)),
                   "keep one of them");
  }
  if (in_file) {
    return from_file(section, file_key, sources);
  }
  if (!section.has(name)) {
    section.refuse(file_key, fmt::format("the setting \"{}\" is missing", section.name_of(file_key)),
                   fmt::format("add {} = \"...\" or {} = \"${{VARIABLE}}\"", file_key, name));
    return {};
  }
  return from_environment(section, name, sources);
}

}  // namespace firn
