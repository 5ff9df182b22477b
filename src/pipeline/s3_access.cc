#include "pipeline/s3_access.h"

#include <memory>
#include <string>
#include <utility>

#include "platform/http_client.h"
#include "stage/s3/credentials/credential_chain.h"
#include "stage/s3/s3_stage.h"

namespace firn {
namespace {

HttpClientOptions http_options(const S3Connection& connection) {
  const HttpWay& way = connection.way;
  return {way.ca_file, way.proxy, way.proxy_user, way.proxy_password.reveal(), false};
}

MakeHttpClient make_http(const S3Connection& connection) {
  return [options = http_options(connection)] { return make_curl_client_with(options); };
}

/// Like all AWS tools when the connection names none.
std::string sts_region(const S3Connection& connection, const S3Access::Surroundings& surroundings) {
  for (const std::string& region : {connection.region, surroundings.environment("AWS_REGION").value_or(""),
                                    surroundings.environment("AWS_DEFAULT_REGION").value_or("")}) {
    if (!region.empty()) {
      return region;
    }
  }
  return "";
}

std::unique_ptr<HttpClient> make_direct_http() {
  HttpClientOptions options;
  options.direct = true;
  return make_curl_client_with(std::move(options));
}

std::unique_ptr<AwsCredentialSource> source_of(const S3Connection& connection,
                                               const S3Access::Surroundings& surroundings) {
  if (!connection.access_key_id.empty()) {
    return make_fixed_credentials(
        {connection.access_key_id, connection.secret_access_key.reveal(), connection.session_token.reveal()},
        "firn.toml");
  }
  return make_credential_chain({.files = surroundings.files,
                                .launcher = surroundings.launcher,
                                .clock = surroundings.clock,
                                .environment = surroundings.environment,
                                .make_http = make_http(connection),
                                .make_direct_http = make_direct_http},
                               {.profile = connection.profile, .region = sts_region(connection, surroundings)});
}

S3Addressing addressing_of(const S3Connection& connection) {
  if (connection.addressing == "auto") {
    return S3Addressing::kAuto;
  }
  return connection.addressing == "path" ? S3Addressing::kPath : S3Addressing::kVirtualHost;
}

}  // namespace

S3Access::S3Access(const S3Connection& connection, const Surroundings& surroundings)
    : connection_(connection),
      surroundings_(surroundings),
      credentials_(source_of(connection, surroundings), surroundings.clock) {}

std::unique_ptr<S3Transport> S3Access::make_transport() {
  S3Credentials credentials;
  credentials.get = [this]() -> Result<AwsCredentials> {
    FIRN_ASSIGN(SourcedCredentials found, credentials_.get());
    return std::move(found.keys);
  };
  credentials.refused = [this](const AwsCredentials& used) { credentials_.refused(used); };
  S3Place place{.bucket = connection_.bucket,
                .region = connection_.region,
                .endpoint = connection_.endpoint,
                .addressing = addressing_of(connection_),
                .fips = connection_.fips,
                .dual_stack = connection_.dual_stack};
  return std::make_unique<S3Transport>(std::move(place), std::move(credentials), surroundings_.clock,
                                       make_http(connection_));
}

std::unique_ptr<Stage> S3Access::make_stage(S3Client::TellRequest tell) {
  S3Writing writing{connection_.encryption, connection_.kms_key, connection_.storage_class, connection_.tags};
  return std::make_unique<S3Stage>(surroundings_.files,
                                   std::make_unique<S3Client>(make_transport(), std::move(writing), std::move(tell)),
                                   connection_.prefix);
}

std::string prefix_of(const S3Connection& connection) {
  return connection.prefix.empty() ? "" : connection.prefix + "/";
}

}  // namespace firn
