#include <fmt/format.h>

#include <boost/json.hpp>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "catalog/sqlite/sqlite_catalog.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/table.h"
#include "config/config.h"
#include "journal/inspect.h"
#include "journal/salvage.h"
#include "model/names.h"
#include "model/position.h"
#include "platform/file_system.h"

namespace firn {
namespace {

namespace json = boost::json;

std::string range_text(const std::optional<PositionRange>& range) {
  return range ? fmt::format("{} records, {} to {}", human_count(range->count()), range->first.str(), range->last.str())
               : "no record";
}

json::value range_json(const std::optional<PositionRange>& range) {
  return range ? json::value{{"first", range->first.str()}, {"last", range->last.str()}} : json::value(nullptr);
}

std::string inspection_json(const std::string& directory, const JournalInspection& found) {
  json::array segments;
  for (const InspectedSegment& s : found.segments) {
    segments.push_back({{"file", s.file},
                        {"number", s.number},
                        {"first", s.first.str()},
                        {"next", s.next.str()},
                        {"file_bytes", s.file_bytes},
                        {"data_bytes", s.data_bytes},
                        {"blocks", s.blocks},
                        {"records", s.records},
                        {"record_bytes", s.record_bytes},
                        {"payload_bytes", s.payload_bytes}});
  }
  json::array damage;
  for (const JournalDamage& d : found.damage) {
    damage.push_back({{"file", d.file},
                      {"from_byte", d.from_byte},
                      {"to_byte", d.to_byte},
                      {"lost", range_json(d.lost)},
                      {"reason", d.reason}});
  }
  json::array holes;
  for (const PositionRange& hole : found.holes) {
    holes.push_back(range_json(hole));
  }
  const json::array unused(found.unused_files.begin(), found.unused_files.end());
  return json::serialize(json::object{{"directory", directory},
                                      {"begin", found.begin.str()},
                                      {"end", found.end.str()},
                                      {"records", found.records},
                                      {"file_bytes", found.file_bytes},
                                      {"torn_bytes", found.torn_bytes},
                                      {"segments", segments},
                                      {"damage", damage},
                                      {"holes", holes},
                                      {"unused_files", unused}});
}

std::string inspection_text(const std::string& directory, const JournalInspection& found) {
  std::string text =
      fmt::format("{}: {} records in {}, positions {} to before {}\n\n", directory, human_count(found.records),
                  human_size(found.file_bytes), found.begin.str(), found.end.str());
  TextTable segments({{"FILE"},
                      {"FIRST POSITION", Align::kRight},
                      {"RECORDS", Align::kRight},
                      {"BLOCKS", Align::kRight},
                      {"ON DISK", Align::kRight},
                      {"UNCOMPRESSED", Align::kRight}});
  for (const InspectedSegment& s : found.segments) {
    segments.add({s.file, s.first.str(), human_count(s.records), human_count(s.blocks),
                  s.file_bytes == 0 ? "missing" : human_size(s.file_bytes), human_size(s.record_bytes)});
  }
  text += segments.str();
  if (found.torn_bytes > 0) {
    text += fmt::format("\n{} behind the end: a write that was cut short and never acknowledged\n",
                        human_size(found.torn_bytes));
  }
  for (const PositionRange& hole : found.holes) {
    text += fmt::format("\nGiven up by an earlier salvage: {}\n", range_text(hole));
  }
  for (const JournalDamage& d : found.damage) {
    text += fmt::format("\nDAMAGE in {}, bytes {} to {}: {}; lost: {}\n", d.file, d.from_byte, d.to_byte, d.reason,
                        range_text(d.lost));
  }
  return text +
         (found.damage.empty() ? "\nThe journal is whole.\n" : "\nStop the daemon and run `firn journal salvage`.\n");
}

std::string journal_of(const Config& config, const std::string& repeater) {
  return join(join(config.data_dir, "journal"), repeater);
}

const RepeaterConfig* find_repeater(const CliContext& context, const Config& config) {
  for (const RepeaterConfig& repeater : config.repeaters) {
    if (repeater.name.str() == context.arguments.journal) {
      return &repeater;
    }
  }
  context.err << "firn: there is no repeater \"" << context.arguments.journal << "\" in " << config.file << '\n';
  return nullptr;
}

/// The folder that is meant: the words with a slash are one, others name a repeater. Nothing after a mistake, with the
/// exit code.
struct JournalPlace {
  std::string directory;
  int exit_code = kExitOk;
};
JournalPlace find_journal(const CliContext& context) {
  const std::string& word = context.arguments.journal;
  if (word.contains('/') || word.starts_with('.')) {
    return {word, kExitOk};
  }
  const auto config = load_or_report(context, {.fit_to_serve = false});
  if (!config) {
    return {"", kExitConfiguration};
  }
  const RepeaterConfig* repeater = find_repeater(context, *config);
  return repeater == nullptr ? JournalPlace{"", kExitUsage} : JournalPlace{journal_of(*config, word), kExitOk};
}

/// The catalog's cursor: what lies before it was acknowledged. Nothing when there is no catalog yet.
Result<std::optional<Position>> cursor_of(const CliContext& context, const Config& config, const RepeaterName& name) {
  const std::string path = join(config.data_dir, "catalog.sqlite");
  FIRN_ASSIGN(const bool exists, context.files.exists(path));
  if (!exists) {
    return std::nullopt;
  }
  FIRN_ASSIGN(const auto catalog, SqliteCatalog::open(path, SqliteCatalogOptions{}));
  return catalog->cursor(name, 0);
}

Result<std::vector<SalvagedDamage>> salvage(const CliContext& context, const Config& config, const RepeaterName& name) {
  auto lock = context.files.lock(join(config.data_dir, "lock"));
  if (!lock) {
    lock.error().hint = "stop the daemon first";
    return fail(std::move(lock));
  }
  FIRN_ASSIGN(const auto cursor, cursor_of(context, config, name));
  return salvage_journal(context.files, {journal_of(config, name.str()), name, cursor});
}

std::string salvaged_text(const std::vector<SalvagedDamage>& mended) {
  std::string text;
  for (const SalvagedDamage& d : mended) {
    text += fmt::format("{}, bytes {} to {}: {}\n  lost: {}\n", d.file, d.from_byte, d.to_byte, d.reason,
                        range_text(d.lost));
    text += d.saved_as.empty() ? "" : fmt::format("  the damaged bytes are kept in {}\n", d.saved_as);
  }
  return text.empty()
             ? "The journal is whole; nothing was changed.\n"
             : text + "The journal can be read again. What is lost shows in quarantine once the daemon runs.\n";
}

std::string salvaged_json(const std::vector<SalvagedDamage>& mended) {
  json::array damage;
  for (const SalvagedDamage& d : mended) {
    damage.push_back({{"file", d.file},
                      {"from_byte", d.from_byte},
                      {"to_byte", d.to_byte},
                      {"lost", range_json(d.lost)},
                      {"reason", d.reason},
                      {"saved_as", d.saved_as}});
  }
  return json::serialize(json::object{{"damage", damage}}) + "\n";
}

}  // namespace

int run_journal_inspect(const CliContext& context) {
  const JournalPlace place = find_journal(context);
  if (place.exit_code != kExitOk) {
    return place.exit_code;
  }
  const auto found = inspect_journal(context.files, place.directory);
  if (!found) {
    print_error(context.err, found.error());
    return kExitFailed;
  }
  context.out << (context.arguments.json ? inspection_json(place.directory, *found) + "\n"
                                         : inspection_text(place.directory, *found));
  return found->damage.empty() ? kExitOk : kExitAttention;
}

int run_journal_salvage(const CliContext& context) {
  const auto config = load_or_report(context, {.fit_to_serve = false});
  if (!config) {
    return kExitConfiguration;
  }
  const RepeaterConfig* repeater = find_repeater(context, *config);
  if (repeater == nullptr) {
    return kExitUsage;
  }
  const auto mended = salvage(context, *config, repeater->name);
  if (!mended) {
    print_error(context.err, mended.error());
    return kExitFailed;
  }
  context.out << (context.arguments.json ? salvaged_json(*mended) : salvaged_text(*mended));
  return mended->empty() ? kExitOk : kExitAttention;
}

}  // namespace firn
