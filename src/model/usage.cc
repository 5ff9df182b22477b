#include "model/usage.h"

#include "model/enum_names.h"

namespace firn {
namespace {

constexpr EnumNames<UsageItem, 11> kItems{{{
    {UsageItem::kSnowpipeBytes, "snowpipe_bytes"},
    {UsageItem::kCopyBytes, "copy_bytes"},
    {UsageItem::kFiles, "files"},
    {UsageItem::kLoads, "loads"},
    {UsageItem::kWarehouseMilliseconds, "warehouse_milliseconds"},
    {UsageItem::kWarehouseResumes, "warehouse_resumes"},
    {UsageItem::kS3Puts, "s3_puts"},
    {UsageItem::kS3Gets, "s3_gets"},
    {UsageItem::kS3Heads, "s3_heads"},
    {UsageItem::kS3Lists, "s3_lists"},
    {UsageItem::kS3Deletes, "s3_deletes"},
}}};

}  // namespace

std::string_view to_string(UsageItem item) { return kItems.name(item); }
std::optional<UsageItem> parse_usage_item(std::string_view text) { return kItems.parse(text); }

}  // namespace firn
