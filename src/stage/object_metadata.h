#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "model/stage.h"

namespace firn {

/// The content of `<key>.meta.json` (docs/formats/stage.md).
std::string encode_metadata(const ObjectMetadata& metadata);

/// kDamaged when the text is not what encode_metadata() writes.
Result<ObjectMetadata> decode_metadata(std::string_view text);

}  // namespace firn
