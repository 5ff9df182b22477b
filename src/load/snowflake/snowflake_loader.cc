#include "load/snowflake/snowflake_loader.h"

#include <algorithm>

namespace firn {

std::vector<UsageAmount> SnowflakeLoader::loaded_usage(UsageItem bytes, const LoadJob& job,
                                                       const LoadProgress& progress) {
  UsageAmount sum{bytes, 0};
  UsageAmount files{UsageItem::kFiles, 0};
  for (const FileReport& report : progress.files) {
    const auto file = std::ranges::find(job.files, report.key, &LoadFile::key);
    if (file != job.files.end() && report.status != FileStatus::kFailed) {
      sum.amount += file->bytes_uncompressed;
      ++files.amount;
    }
  }
  std::vector<UsageAmount> used;
  if (files.amount > 0) {
    used = {sum, files};
  }
  if (progress.state == LoadState::kDone) {
    used.push_back({UsageItem::kLoads, 1});
  }
  return used;
}

}  // namespace firn
