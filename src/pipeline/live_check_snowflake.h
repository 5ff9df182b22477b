#pragma once

#include <vector>

#include "pipeline/live_check.h"

namespace firn {

/// Logs in to every account of the configuration and proves each right of Firn's role separately: role, warehouse,
/// stage, tables, pipes; then loads one row into the table for probes, by each method and stage that is configured. A
/// probe's file lies on the stage for that time only. Nothing is loaded where an object belongs to another data
/// directory (`instance`).
std::vector<LiveReport> check_snowflake_live(const Config& config, const S3Access::Surroundings& surroundings,
                                             const std::string& instance);

}  // namespace firn
