// Makes a catalog that knows many documents, and measures its part of packing: each commit looks up and then inserts
// 20,000 new documents.
//   firn-bench-fill FILE REPEATER DOCUMENTS [COMMITS]
// A file that is there is filled up, so that it can be used again.
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "catalog/sqlite/sqlite_catalog.h"
#include "model/transition.h"

namespace firn {
namespace {

using SteadyClock = std::chrono::steady_clock;
constexpr std::uint64_t kEntries = 20'000;

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto micros = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return micros(usage.ru_utime) + micros(usage.ru_stime);
}

double seconds_since(SteadyClock::time_point start) {
  return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

std::uint64_t resident_megabytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  file >> total >> resident;
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)) >> 20U;
}

RepeaterName& repeater() {
  static RepeaterName name;
  return name;
}

DecideRange decision(Position from, std::uint64_t entries) {
  DecideRange decision;
  decision.repeater = repeater();
  decision.from = from;
  decision.next = from.plus(entries);
  decision.counts.records = decision.counts.rows = entries;
  for (std::uint64_t i = 0; i < entries; ++i) {
    VersionEntry entry;
    entry.position = from.plus(i);
    entry.document = document_key("demo", entry.position.str());
    entry.digest = entry.document;
    entry.row = i + 1;
    entry.received_at = timestamp_from_micros(1'772'444'467'118'204 + static_cast<std::int64_t>(from.offset()));
    entry.version = entry.received_at;
    decision.versions.push_back(entry);
  }
  Chunk chunk;
  chunk.repeater = decision.repeater;
  chunk.batch = 1;
  chunk.range = {from, Position(decision.next.value() - 1)};
  chunk.rows = entries;
  decision.chunk = chunk;
  return decision;
}

void must(const Status& status) {
  if (!status) {
    fmt::print(stderr, "{}\n", status.error().message());
    std::exit(1);
  }
}

Position cursor(Catalog& catalog) {
  const auto stored = catalog.cursor(repeater(), 0).value();
  if (!stored) {
    must(catalog.commit(std::vector<Transition>{OpenFirstBatch{repeater(), "2026-03", {}}}));
  }
  return stored.value_or(Position::make(1, 0, 0));
}

void fill(Catalog& catalog, std::uint64_t known) {
  for (Position from = cursor(catalog); from.offset() < known; from = cursor(catalog)) {
    must(catalog.commit(std::vector<Transition>{decision(from, std::min<std::uint64_t>(500'000, known))}));
  }
}

void measure(Catalog& catalog, int commits) {
  double worst = 0;
  double looking = 0;
  double writing = 0;
  double cpu = 0;
  for (int i = 0; i < commits; ++i) {
    const DecideRange next = decision(cursor(catalog), kEntries);
    std::vector<DocumentKey> keys;
    for (const VersionEntry& entry : next.versions) {
      keys.push_back(entry.document);
    }
    cpu -= cpu_seconds();
    const auto start = SteadyClock::now();
    if (catalog.versions(next.repeater, keys).value().size() != keys.size()) {
      std::exit(1);
    }
    const double looked = seconds_since(start);
    must(catalog.commit(std::vector<Transition>{next}));
    const double all = seconds_since(start);
    cpu += cpu_seconds();
    looking += looked;
    writing += all - looked;
    worst = std::max(worst, all);
  }
  const double total = looking + writing;
  const auto status = SteadyClock::now();
  (void)catalog.totals(repeater());
  fmt::print(
      "{:.0f} entries/s, {:.0f} per CPU second (look-up {:.2f} s, commit {:.2f} s, slowest {:.2f} s), totals {:.2f} "
      "ms, RSS {} MB\n",
      commits * static_cast<double>(kEntries) / total, commits * static_cast<double>(kEntries) / cpu, looking / commits,
      writing / commits, worst, seconds_since(status) * 1000, resident_megabytes());
}

int run(int argc, char** argv) {
  if (argc < 4) {
    fmt::print(stderr, "usage: firn-bench-fill FILE REPEATER DOCUMENTS [COMMITS]\n");
    return 2;
  }
  repeater() = RepeaterName(argv[2]);
  const auto catalog = SqliteCatalog::open(argv[1], {});
  if (!catalog) {
    fmt::print(stderr, "{}\n", catalog.error().message());
    return 1;
  }
  fill(**catalog, std::strtoull(argv[3], nullptr, 10));
  if (argc > 4) {
    measure(**catalog, static_cast<int>(std::strtol(argv[4], nullptr, 10)));
  }
  return 0;
}

}  // namespace
}  // namespace firn

int main(int argc, char** argv) { return firn::run(argc, argv); }
