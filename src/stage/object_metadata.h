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

/// What it means for a put that its name is taken. `there` is what was found of the object: kAlreadyThere when it holds
/// the same content, kConflict when it holds other or is not one of Firn's; else why nothing is known of it.
Result<PutOutcome> compare_objects(const ObjectKey& key, const Result<StagedObject>& there,
                                   const ObjectMetadata& wanted);

}  // namespace firn
