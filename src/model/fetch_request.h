#pragma once

#include <string>

#include "base/time.h"
#include "model/names.h"
#include "model/position.h"
#include "model/table.h"

namespace firn {

/// A document of which HQ has told without sending it. It waits in the catalog until the document was fetched; what is
/// told again meanwhile asks for nothing more.
struct FetchRequest {
  RepeaterName repeater;
  Kind kind = Kind::kFormStub;
  std::string domain;
  std::string document_id;
  Position position;       ///< of the record that asked first
  Timestamp received_on;   ///< when HQ received the form, as its stub says; for others when HQ told of it
  Timestamp requested_at;  ///< when intake took the record
};

}  // namespace firn
