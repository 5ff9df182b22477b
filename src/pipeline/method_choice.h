#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "config/config.h"
#include "load/price/history_price.h"
#include "model/catalog.h"

namespace firn {

/// What `method = "auto"` is decided from.
struct MethodFacts {
  std::optional<LoadMethod> bound;  ///< by which the rows went so far
  bool is_drained = true;           ///< nothing is on its way by that
  bool has_warehouse = false;
  std::optional<OtherWays> ways;  ///< what the loads of the last weeks would have cost; nothing: there were none
};

/// How a repeater would load by COPY, by its connection.
CopyTerms copy_terms(const Config& config, const RepeaterConfig& repeater);

struct MethodChoice {
  LoadMethod method = LoadMethod::kSnowpipe;
  std::string why;  ///< for people, with both prices when there are some
};

/// The cheaper one; another than now only when it saves a tenth, so that the choice does not go to and fro. Without a
/// history the one of now, at first Snowpipe. What is on its way keeps the method that it has.
MethodChoice choose_method(const Prices& prices, const MethodFacts& facts);

/// Decides for each repeater that has `method = "auto"`, by the catalog's history of the last 60 days, and writes
/// method, pipe and reason into `config`. To be called before anything loads. Fails when the catalog does.
Status choose_methods(Config& config, Catalog& catalog, const Clock& clock);

}  // namespace firn
