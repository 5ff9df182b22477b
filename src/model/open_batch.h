#pragma once

#include <optional>

#include "base/result.h"
#include "model/batch.h"
#include "model/catalog.h"
#include "model/names.h"

namespace firn {

/// The repeater's open batch; none before the first one. Fails when the catalog does.
Result<std::optional<Batch>> find_open_batch(Catalog& catalog, const RepeaterName& repeater);

}  // namespace firn
