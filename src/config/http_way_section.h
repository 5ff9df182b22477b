#pragma once

#include "config/http_way.h"
#include "config/reader.h"
#include "config/secrets.h"

namespace firn {

/// The settings `ca_file`, `proxy`, `proxy_user` and `proxy_password` of a connection; mistakes are noted there.
HttpWay read_http_way(SectionReader& section, const SecretSources& secrets);

}  // namespace firn
