#include "admin/reconcile_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <iterator>
#include <set>
#include <string>
#include <utility>

#include "admin/json.h"
#include "load/price/history_price.h"
#include "load/price/warehouse.h"
#include "load/snowflake/usage_views.h"
#include "model/period.h"
#include "pipeline/connections.h"
#include "pipeline/snowflake_access.h"

namespace firn {
namespace {

using boost::json::array;
using boost::json::object;

object compared(double metered, const ReportedUse& reported, bool is_attributed) {
  const double difference = reported.credits - metered;
  object row{{"metered_credits", metered},
             {"reported_credits", reported.credits},
             {"difference_credits", nullptr},
             {"difference_percent", nullptr}};
  if (is_attributed) {
    row["difference_credits"] = difference;
    if (metered > 0) {
      row["difference_percent"] = difference / metered * 100;
    }
  }
  return row;
}

/// Asks one connection after the other, and collects what they say.
class Reconciliation {
 public:
  Reconciliation(Daemon& daemon, const ReportedDays& days, const std::vector<UsageEntry>& used)
      : daemon_(daemon), days_(days), used_(used) {}

  void add(const SnowflakeConnection& connection);
  object take() && {
    return {{"begin", json_time(days_.begin)},  {"end", json_time(days_.end)},
            {"pipes", std::move(pipes_)},       {"warehouses", std::move(warehouses_)},
            {"problems", std::move(problems_)}, {"asked_credits", asked_credits_}};
  }

 private:
  [[nodiscard]] UsedAmounts used_by(const RepeaterName& repeater) const;
  void add_pipe(UsageViews& views, const SnowflakeConnection& connection, const RepeaterConfig& repeater);
  void add_warehouse(UsageViews& views, const SnowflakeConnection& connection);
  void add_problem(const std::string& connection, const std::string& of, const Error& error);

  Daemon& daemon_;
  const ReportedDays days_;
  const std::vector<UsageEntry>& used_;
  array pipes_;
  array warehouses_;
  array problems_;
  double asked_credits_ = 0;
  std::set<std::pair<std::string, std::string>> asked_;  // by account and warehouse
};

void Reconciliation::add_problem(const std::string& connection, const std::string& of, const Error& error) {
  problems_.push_back({{"connection", connection}, {"object", of}, {"message", error.reason}, {"hint", error.hint}});
}

UsedAmounts Reconciliation::used_by(const RepeaterName& repeater) const {
  const std::string first = format_period(Period::kDay, days_.begin);
  const std::string behind = format_period(Period::kDay, days_.end);
  std::vector<UsageEntry> entries;
  std::ranges::copy_if(used_, std::back_inserter(entries), [&](const UsageEntry& entry) {
    return entry.repeater == repeater && entry.day >= first && entry.day < behind;
  });
  return used_amounts(entries);
}

void Reconciliation::add_pipe(UsageViews& views, const SnowflakeConnection& connection,
                              const RepeaterConfig& repeater) {
  const UsedAmounts used = used_by(repeater.name);
  if (repeater.pipe.empty()) {
    if (used.snowpipe_gigabytes > 0) {
      add_problem(connection.name.str(), repeater.name.str(),
                  {ErrorKind::kNotFound, "", "", "what its pipe loaded before method changed is not compared",
                   "firn.toml names no pipe of it any more"});
    }
    return;
  }
  const SnowflakePlace place = place_of(repeater, connection);
  const auto reported = views.of_pipe(place, days_);
  if (!reported) {
    add_problem(connection.name.str(), sql_name(place, place.pipe), reported.error());
    return;
  }
  const double metered = spent_money(daemon_.config().prices, used).snowpipe_credits;
  object row{{"connection", connection.name.str()},
             {"repeater", repeater.name.str()},
             {"pipe", sql_name(place, place.pipe)},
             {"reported_bytes", reported->bytes},
             {"has_namesakes", reported->objects > 1}};
  for (auto& member : compared(metered, *reported, reported->objects <= 1)) {
    row.insert(std::move(member));
  }
  pipes_.push_back(std::move(row));
}

/// All of Firn's connections that use it are one line.
void Reconciliation::add_warehouse(UsageViews& views, const SnowflakeConnection& connection) {
  const std::string& account = connection.account.token_name;
  double metered = 0;
  bool is_own = true;
  array names;
  for (const RepeaterConfig& repeater : daemon_.config().repeaters) {
    const SnowflakeAccess* other = daemon_.connections().snowflake(repeater.destination);
    if (other == nullptr || other->connection().account.token_name != account ||
        other->connection().warehouse != connection.warehouse) {
      continue;
    }
    is_own = is_own && other->connection().dedicated;
    const double credits = spent_money(daemon_.config().prices, used_by(repeater.name)).warehouse_credits;
    if (credits > 0 || repeater.method == LoadMethod::kCopy) {
      metered += credits;
      names.push_back(boost::json::string(repeater.name.str()));
    }
  }
  if (names.empty()) {
    return;
  }
  const auto reported = views.of_warehouse(connection.warehouse, days_);
  if (!reported) {
    add_problem(connection.name.str(), connection.warehouse, reported.error());
    return;
  }
  object row{{"connection", connection.name.str()},
             {"warehouse", connection.warehouse},
             {"repeaters", std::move(names)},
             {"may_be_shared", !is_own}};
  for (auto& member : compared(metered, *reported, is_own)) {
    row.insert(std::move(member));
  }
  warehouses_.push_back(std::move(row));
}

void Reconciliation::add(const SnowflakeConnection& connection) {
  SnowflakeAccess* access = daemon_.connections().snowflake(connection.name);
  std::vector<const RepeaterConfig*> repeaters;
  for (const RepeaterConfig& repeater : daemon_.config().repeaters) {
    if (repeater.destination == connection.name) {
      repeaters.push_back(&repeater);
    }
  }
  if (access == nullptr || repeaters.empty()) {
    return;
  }
  if (connection.warehouse.empty()) {
    add_problem(connection.name.str(), "",
                {ErrorKind::kConfiguration, "", "", "it has no warehouse, and Snowflake's usage views need one",
                 "set warehouse in [connection." + connection.name.str() +
                     "]: asking takes 60 seconds of it; loading by Snowpipe does not use it"});
    return;
  }
  UsageViews views(access->sql(), access->session());
  if (asked_.emplace(connection.account.token_name, connection.warehouse).second) {
    const Prices& prices = daemon_.config().prices;
    asked_credits_ += billed_seconds(prices, 0) / 3600 * credits_per_hour(prices, {});
    add_warehouse(views, connection);
  }
  for (const RepeaterConfig* repeater : repeaters) {
    add_pipe(views, connection, *repeater);
  }
}

}  // namespace

Result<object> reconcile_view(Daemon& daemon, Timestamp since, const std::vector<UsageEntry>& used) {
  const ReportedDays days = UsageViews::days(since, daemon.clock().now());
  Reconciliation all(daemon, days, used);
  if (!days.empty()) {
    for (const SnowflakeConnection& connection : daemon.config().snowflakes) {
      all.add(connection);
    }
  }
  return std::move(all).take();
}

}  // namespace firn
