#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "model/table.h"

namespace firn {

/// A sort of document besides forms as JSON that HQ forwards, with a repeater of its own in the demonstration.
struct DemoSort {
  const char* repeater;  ///< its table has the same name
  Kind kind;
  const char* sent_as;  ///< for people
};
std::span<const DemoSort> demo_sorts();

/// One request of such a sort.
struct DemoDocument {
  std::string repeater;
  std::string content_type;
  std::vector<std::pair<std::string, std::string>> headers;  ///< HQ's own
  std::string body;
};

/// `count` different documents of each sort, in the shapes of HQ and each from its number, so that they are the same
/// each time. Each becomes one row, or one request to fetch something.
std::vector<DemoDocument> demo_documents(std::uint64_t count);

}  // namespace firn
