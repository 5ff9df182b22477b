#pragma once

#include "config/reader.h"
#include "config/s3_config.h"
#include "config/secrets.h"
#include "model/names.h"

namespace firn {

/// Reads a section [connection.NAME] of type "s3"; mistakes are noted there. Names of buckets: "General purpose bucket
/// naming rules" in the Amazon S3 user guide.
S3Connection read_s3(SectionReader& section, ConnectionName name, const SecretSources& secrets);

}  // namespace firn
