#include "model/load_report.h"

#include <optional>
#include <string_view>

#include "model/enum_names.h"

namespace firn {
namespace {

constexpr EnumNames<FileStatus, 3> kStatuses{
    {{{FileStatus::kLoaded, "loaded"}, {FileStatus::kPartially, "partially_loaded"}, {FileStatus::kFailed, "failed"}}}};

}  // namespace

std::string_view to_string(FileStatus status) { return kStatuses.name(status); }
std::optional<FileStatus> parse_file_status(std::string_view text) { return kStatuses.parse(text); }

}  // namespace firn
