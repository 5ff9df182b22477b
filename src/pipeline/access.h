#pragma once

#include <memory>

#include "base/clock.h"
#include "base/result.h"
#include "config/config.h"
#include "observe/alarms.h"
#include "observe/log.h"
#include "platform/file_system.h"

namespace firn {

class AccessControl;

/// Who may send, from the configuration and the credentials file of its data directory, which is watched from now on: a
/// change is logged, and an alarm stands while the file cannot be read. All must outlive the result.
Result<std::unique_ptr<AccessControl>> open_access_control(const Config& config, FileSystem& files, const Clock& clock,
                                                           Alarms& alarms, Log& log);

}  // namespace firn
