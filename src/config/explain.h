#pragma once

#include <string>

#include "config/config.h"

namespace firn {

/// Every setting that takes effect, one a line in columns: name, value, and where it comes from (a line of the file,
/// "standard", or the section of another file, as `[firn] in /etc/firn/connections.toml`). Secrets are masked.
std::string explain(const Config& config);

/// What the certificate of each listener that speaks TLS says; empty when none does.
std::string explain_certificates(const Config& config, Timestamp now);

/// All for programs: `{"file", "settings": [{"key", "value", "origin", "line"}], "listeners": [{"url", "certificate":
/// null or {"subject", "names", "issuer", "not_before", "not_after"}}], "warnings": [...]}`; `origin` is "file",
/// "standard" or the section of another file in words, `line` is null for the latter two.
std::string explain_json(const Config& config);

}  // namespace firn
