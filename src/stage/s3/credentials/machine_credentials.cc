#include "stage/s3/credentials/machine_credentials.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ascii_text.h"
#include "base/url.h"
#include "platform/ip_address.h"
#include "stage/s3/credentials/credential_json.h"
#include "stage/s3/credentials/word_split.h"

namespace firn {
namespace {

constexpr std::size_t kLargestAnswer = 64U << 10U;
constexpr Duration kContainerTimeout = std::chrono::seconds(5);
constexpr Duration kInstanceTimeout = std::chrono::seconds(1);
constexpr Duration kProcessLimit = std::chrono::minutes(1);

Error none(const std::string& what) { return {ErrorKind::kNotFound, "find", what, "there is none", ""}; }

Error wrong(const std::string& object, std::string reason, std::string hint = "") {
  return {ErrorKind::kConfiguration, "read", object, std::move(reason), std::move(hint)};
}

/// What stands behind the address of a container's credentials.
Result<std::string> container_url(const CredentialSurroundings& surroundings) {
  constexpr std::array<std::string_view, 3> kAmazons = {"169.254.170.2", "169.254.170.23", "fd00:ec2::23"};
  const std::string relative = surroundings.variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  if (!relative.empty()) {
    return relative.starts_with('/')
               ? Result<std::string>("http://169.254.170.2" + relative)
               : fail(wrong("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "it does not begin with /"));
  }
  const std::string full = surroundings.variable("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  if (full.empty()) {
    return fail(none("credentials of a container"));
  }
  const auto url = parse_http_url(full);
  if (!url) {
    return fail(wrong("AWS_CONTAINER_CREDENTIALS_FULL_URI", "it is not a URL"));
  }
  if (url->scheme != "https" && !is_loopback_host(url->host) &&
      std::ranges::find(kAmazons, url->host) == kAmazons.end()) {
    return fail(wrong("AWS_CONTAINER_CREDENTIALS_FULL_URI",
                      fmt::format("plain HTTP to {} would show its token to others", url->host), "use https"));
  }
  return full;
}

/// Empty when none is asked for. Read each time: it is exchanged while the pod lives.
Result<std::string> container_token(const CredentialSurroundings& surroundings) {
  const std::string path = surroundings.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
  std::string token = surroundings.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN");
  if (!path.empty()) {
    FIRN_ASSIGN(token, read_file(surroundings.files, path, kLargestAnswer));
    while (token.ends_with('\n') || token.ends_with('\r')) {
      token.pop_back();
    }
  }
  if (token.find_first_of("\r\n") != std::string::npos) {
    return fail(wrong(path.empty() ? "AWS_CONTAINER_AUTHORIZATION_TOKEN" : path, "it has a line end inside"));
  }
  return token;
}

Result<std::string> instance_endpoint(const CredentialSurroundings& surroundings) {
  std::string given = surroundings.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT");
  if (given.ends_with('/')) {
    given.pop_back();
  }
  if (given.empty()) {
    const std::string mode = lower_ascii(surroundings.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"));
    return mode == "ipv6" ? "http://[fd00:ec2::254]" : "http://169.254.169.254";
  }
  return parse_http_url(given) ? Result<std::string>(given)
                               : fail(wrong("AWS_EC2_METADATA_SERVICE_ENDPOINT", "it is not a URL"));
}

HttpCall instance_call(const std::string& url) {
  HttpCall call;
  call.url = url;
  call.timeout = kInstanceTimeout;
  call.response_limit = kLargestAnswer;
  return call;
}

/// Looked for in $PATH when it has no slash, as a shell does.
Result<std::string> program_path(const CredentialSurroundings& surroundings, const std::string& name) {
  if (name.contains('/')) {
    return name;
  }
  std::string path = surroundings.variable("PATH");
  while (!path.empty()) {
    const std::size_t colon = path.find(':');
    const std::string candidate = join(path.substr(0, colon), name);
    FIRN_ASSIGN(const bool is_there, surroundings.files.exists(candidate));
    if (is_there) {
      return candidate;
    }
    path.erase(0, colon == std::string::npos ? colon : colon + 1);
  }
  return fail(Error{ErrorKind::kNotFound, "run", name, "there is no such program in the PATH of firn",
                    "write its whole path into credential_process"});
}

/// Twice: the first packet to a service that was long idle may be lost.
Result<HttpReply> ask_twice(HttpClient& http, const HttpCall& call) {
  auto reply = http.call(call);
  return reply && reply->status < 500 ? std::move(reply) : http.call(call);
}

Result<std::string> instance_answer(HttpClient& http, const std::string& url, const std::string& token) {
  HttpCall call = instance_call(url);
  call.headers = {{"x-aws-ec2-metadata-token", token}};
  FIRN_ASSIGN(HttpReply reply, ask_twice(http, call));
  if (reply.status == 404) {
    return fail(none("a role of this EC2 instance"));
  }
  if (reply.status != 200) {
    return fail(Error{ErrorKind::kUnavailable, "ask", "the instance's metadata service",
                      fmt::format("it answered {}", reply.status), ""});
  }
  return std::move(reply.body);
}

}  // namespace

Result<SourcedCredentials> environment_credentials(const CredentialSurroundings& surroundings) {
  const std::string id = surroundings.variable("AWS_ACCESS_KEY_ID");
  const std::string secret = surroundings.variable("AWS_SECRET_ACCESS_KEY");
  if (id.empty() && secret.empty()) {
    return fail(none("AWS_ACCESS_KEY_ID in the environment"));
  }
  if (id.empty() || secret.empty()) {
    return fail(
        wrong("the environment",
              fmt::format("{} is set without the other", id.empty() ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID"),
              "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or none of them"));
  }
  return SourcedCredentials{
      {id, secret, surroundings.variable("AWS_SESSION_TOKEN")}, "environment variable AWS_ACCESS_KEY_ID", {}};
}

Result<SourcedCredentials> container_credentials(const CredentialSurroundings& surroundings) {
  HttpCall call;
  FIRN_ASSIGN(call.url, container_url(surroundings));
  FIRN_ASSIGN(const std::string token, container_token(surroundings));
  if (!token.empty()) {
    call.headers = {{"Authorization", token}};
  }
  call.timeout = kContainerTimeout;
  call.response_limit = kLargestAnswer;
  FIRN_ASSIGN(const HttpReply reply, ask_twice(*surroundings.make_direct_http(), call));
  if (reply.status != 200) {
    return fail(Error{reply.status >= 500 ? ErrorKind::kUnavailable : ErrorKind::kPermission, "ask",
                      "the container's credential service", fmt::format("it answered {}", reply.status),
                      "has the task or the pod a role?"});
  }
  return read_credential_json(reply.body, CredentialNames::kService, "role of the container");
}

Result<SourcedCredentials> instance_credentials(const CredentialSurroundings& surroundings) {
  constexpr const char* kRoles = "/latest/meta-data/iam/security-credentials/";
  if (lower_ascii(surroundings.variable("AWS_EC2_METADATA_DISABLED")) == "true") {
    return fail(none("an instance's metadata service: AWS_EC2_METADATA_DISABLED is true"));
  }
  FIRN_ASSIGN(const std::string endpoint, instance_endpoint(surroundings));
  const auto http = surroundings.make_direct_http();
  HttpCall call = instance_call(endpoint + "/latest/api/token");
  call.method = "PUT";
  call.headers = {{"x-aws-ec2-metadata-token-ttl-seconds", "21600"}};
  const auto token = ask_twice(*http, call);
  if (!token || token->status != 200) {
    return fail(none("an instance's metadata service"));
  }
  FIRN_ASSIGN(std::string role, instance_answer(*http, endpoint + kRoles, token->body));
  role = role.substr(0, role.find_first_of("\r\n"));
  if (role.empty()) {
    return fail(none("a role of this EC2 instance"));
  }
  FIRN_ASSIGN(const std::string text, instance_answer(*http, endpoint + kRoles + percent_encode(role), token->body));
  return read_credential_json(text, CredentialNames::kService, "EC2 instance role " + role);
}

Result<SourcedCredentials> process_credentials(const CredentialSurroundings& surroundings, const std::string& command,
                                               const std::string& place) {
  auto words = split_words(command);
  if (!words || words->empty()) {
    return fail(wrong("credential_process of " + place, "a quote is not closed, or it is empty"));
  }
  const std::string source = "credential_process of " + place;
  FIRN_ASSIGN(words->front(), program_path(surroundings, words->front()));
  FIRN_ASSIGN(const auto process,
              surroundings.launcher.start({.arguments = *words, .input = {}, .output_limit = kLargestAnswer}));
  FIRN_ASSIGN(const ProcessExit* exit, process->wait(kProcessLimit));
  if (exit == nullptr || exit->code != 0 || exit->signal != 0) {
    // What it wrote is not shown: it may be a secret.
    return fail(Error{ErrorKind::kUnavailable, "run", source,
                      exit == nullptr ? "it took more than a minute" : fmt::format("it ended with {}", exit->code),
                      "run it by hand as the user of Firn"});
  }
  return read_credential_json(exit->output, CredentialNames::kProcess, source);
}

}  // namespace firn
