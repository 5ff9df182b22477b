#include "pipeline/snowflake_access.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "base/ascii_text.h"
#include "load/snowflake/copy_loader.h"
#include "load/snowflake/pipe_loader.h"
#include "platform/thread.h"

namespace firn {
namespace {

MakeHttpClient make_http(const SnowflakeConnection& connection) {
  const HttpWay& way = connection.way;
  return [way] {
    return make_curl_client_with({way.ca_file, way.proxy, way.proxy_user, way.proxy_password.reveal(), false});
  };
}

}  // namespace

SnowflakeAccess::SnowflakeAccess(const SnowflakeConnection& connection, const Clock& clock)
    : connection_(connection),
      clock_(clock),
      transport_(connection.account.url, {connection.account.token_name, connection.user, connection.keys}, clock,
                 make_http(connection)),
      sql_(transport_, pause),
      meter_(connection.dedicated) {}

std::unique_ptr<Loader> SnowflakeAccess::make_loader(const RepeaterConfig& repeater, const std::string& owner) {
  return make_loader_at(place_of(repeater, connection_), repeater.method.value_or(LoadMethod::kSnowpipe), owner);
}

std::unique_ptr<Loader> SnowflakeAccess::make_loader_at(SnowflakePlace place, LoadMethod method,
                                                        const std::string& owner) {
  const std::string pipe = sql_name(place, place.pipe);
  SnowflakeLoader::Target target{session(), std::move(place), owner};
  if (method == LoadMethod::kCopy) {
    return std::make_unique<CopyLoader>(sql_, clock_, std::move(target), meter_);
  }
  return std::make_unique<PipeLoader>(SnowpipeClient(transport_, pipe), sql_, clock_, std::move(target));
}

SnowflakePlace place_of(const RepeaterConfig& repeater, const SnowflakeConnection& connection) {
  SnowflakePlace place;
  place.database = connection.database;
  place.schema = connection.schema;
  place.stage = external_stage_name(repeater.stage);
  place.file_format = "FIRN_CSV";
  place.table = upper_ascii(repeater.table.str());
  place.pipe = repeater.pipe;
  return place;
}

std::string external_stage_name(const ConnectionName& bucket) {
  std::string name = "FIRN_" + upper_ascii(bucket.str());
  std::ranges::replace(name, '-', '_');
  return name;
}

}  // namespace firn
