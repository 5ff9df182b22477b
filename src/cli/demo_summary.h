#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/time.h"
#include "cli/demo_forms.h"

namespace firn {

/// What the demonstration saw.
struct DemoResult {
  DemoExpectation expected;
  std::uint64_t accepted = 0;
  std::map<std::string, std::uint64_t> refusals;
  Duration sending{};
  Duration loading{};  ///< from the ingest until every row is proven
  std::uint64_t duplicates = 0;
  std::uint64_t conflicts = 0;
  std::uint64_t quarantined = 0;
  std::map<std::string, std::uint64_t> reasons;  ///< of what is in quarantine
  std::uint64_t rows_packed = 0;
  std::uint64_t rows_in_table = 0;
  std::uint64_t chunks = 0;
  std::uint64_t bytes_uncompressed = 0;
  std::uint64_t bytes_compressed = 0;
  std::vector<std::string> latest;  ///< rows of the view, as JSON objects
  std::string folder;
  bool kept = false;
};

/// One thing that must be right.
struct DemoCheck {
  std::string what;
  std::uint64_t expected = 0;
  std::uint64_t actual = 0;
  [[nodiscard]] bool holds() const { return expected == actual; }
};
std::vector<DemoCheck> check_demo(const DemoResult& result);
bool all_hold(const std::vector<DemoCheck>& checks);

/// The summary for people, and for programs.
std::string demo_text(const DemoResult& result);
std::string demo_json(const DemoResult& result);

}  // namespace firn
