#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/time.h"
#include "cli/demo_documents.h"
#include "cli/demo_forms.h"
#include "model/table.h"

namespace firn {

/// What became of one sort of document besides forms as JSON.
struct DemoSortResult {
  DemoSort sort;
  std::uint64_t sent = 0;
  std::uint64_t rows = 0;      ///< in its table
  std::uint64_t to_fetch = 0;  ///< requests to fetch something that wait in the catalog
  /// Each document is one or the other.
  [[nodiscard]] std::uint64_t outcome() const { return makes_rows(sort.kind) ? rows : to_fetch; }
};

/// What the demonstration saw.
struct DemoResult {
  DemoExpectation expected;
  std::uint64_t accepted = 0;  ///< of all sorts
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
  std::uint64_t chunks_on_stage = 0;
  std::string stage;  ///< where they lie there
  std::uint64_t bytes_uncompressed = 0;
  std::uint64_t bytes_compressed = 0;
  std::vector<std::string> latest;  ///< rows of the view, as JSON objects
  std::vector<DemoSortResult> sorts;
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
