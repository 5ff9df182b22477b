#include "config/sections.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "config/config.h"
#include "config/credential_section.h"
#include "config/document.h"
#include "config/filter_section.h"
#include "config/http_section.h"
#include "config/listener_section.h"
#include "config/monitor_section.h"
#include "config/prefix.h"
#include "config/price_section.h"
#include "config/privacy_section.h"
#include "config/reader.h"
#include "config/s3_section.h"
#include "config/secrets.h"
#include "config/snowflake_section.h"
#include "config/trigger_section.h"
#include "model/names.h"
#include "model/table.h"

namespace firn {
namespace {

constexpr std::uint64_t kKilo = 1000;
constexpr std::uint64_t kMega = 1'000'000;
constexpr std::uint64_t kGiga = 1'000'000'000;
constexpr std::uint64_t kMost = 1'000'000 * kGiga;
constexpr Duration kDay = std::chrono::hours(24);
constexpr double kMostDollars = 1e9;

bool is_lower_name(std::string_view text) {
  const auto inner = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'; };
  return !text.empty() && text.size() <= 63 && text.front() >= 'a' && text.front() <= 'z' &&
         std::ranges::all_of(text, inner);
}

bool is_identifier(std::string_view text) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !text.empty() && text.size() <= 128 && letter(text.front()) &&
         std::ranges::all_of(text, [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

const ConfigNode* node_of(const ConfigMember* member) { return member == nullptr ? nullptr : &member->value; }
ConfigPlace place_of(const ConfigMember* member) { return member == nullptr ? ConfigPlace{} : member->place; }

void read_intake(SectionReader& top, SectionResults& results) {
  const ConfigMember* member = top.section("intake");
  SectionReader section(node_of(member), place_of(member), "intake", results.report);
  IntakeConfig& intake = results.config.intake;
  read_listeners(section, results);
  intake.max_body = section.size("max_body", {64 * kMega, kKilo, 250 * kMega});
  intake.in_flight = section.size("in_flight", {128 * kMega, kKilo, 1000 * kGiga});
  read_http_section(section, results);
  read_credentials_section(section, results);
  section.finish();
}

void read_disk(SectionReader& top, SectionResults& results) {
  const ConfigMember* member = top.section("disk");
  SectionReader section(node_of(member), place_of(member), "disk", results.report);
  results.config.disk.intake_floor = section.size("intake_floor", {2 * kGiga, 0, kMost});
  results.config.disk.pack_floor = section.size("pack_floor", {500 * kMega, 0, kMost});
  section.finish();
}

void read_log(SectionReader& top, SectionResults& results) {
  const ConfigMember* member = top.section("log");
  SectionReader section(node_of(member), place_of(member), "log", results.report);
  results.config.log.level = section.word("level", "info", {"debug", "info", "warning", "error"});
  results.config.log.format = section.word("format", "logfmt", {"logfmt", "json"});
  section.finish();
}

void read_directory(SectionReader& section, const std::string& name, SectionResults& results) {
  DirectoryConnection connection;
  connection.name = ConnectionName(name);
  connection.path = section.path("path", std::nullopt, results.secrets.folder);
  connection.prefix = read_prefix(section);
  results.config.directories.push_back(std::move(connection));
}

void read_duckdb(SectionReader& section, const std::string& name, SectionResults& results) {
  DuckdbConnection connection;
  connection.name = ConnectionName(name);
  connection.database = section.path("database", std::nullopt, results.secrets.folder);
  connection.memory_limit = section.size("memory_limit", {kGiga, 100 * kMega, 1000 * kGiga});
  connection.time_limit = section.duration("time_limit", {std::chrono::hours(1), std::chrono::seconds(1), 7 * kDay});
  results.config.databases.push_back(std::move(connection));
}

void refuse_name(SectionReader& section, std::string_view what, const std::string& name) {
  section.refuse_section(fmt::format("\"{}\" is not a valid name of a {}", name, what),
                         "use a small letter, then small letters, digits, _ and -; at most 63");
}

void read_connections(SectionReader& top, SectionResults& results) {
  const ConfigMember* all = top.section("connection");
  if (all == nullptr) {
    return;
  }
  for (const ConfigMember& member : all->value.members) {
    if (member.value.type != ConfigNode::Type::kTable) {
      results.report.error(member.place, fmt::format("\"connection.{}\" must be a section", member.key),
                           "write [connection.NAME] and its settings below it");
      continue;
    }
    SectionReader section(&member.value, member.place, "connection." + member.key, results.report);
    if (!is_lower_name(member.key)) {
      refuse_name(section, "connection", member.key);
    }
    const std::size_t errors = results.report.errors.size();
    const std::string type = section.word("type", std::nullopt, {"directory", "s3", "duckdb", "snowflake"});
    const bool known = results.report.errors.size() == errors;
    results.connection_types[member.key] = known ? type : "";
    if (!known) {
      continue;
    }
    if (type == "directory") {
      read_directory(section, member.key, results);
    } else if (type == "s3") {
      results.config.buckets.push_back(read_s3(section, ConnectionName(member.key), results.secrets));
    } else if (type == "snowflake") {
      results.config.snowflakes.push_back(read_snowflake(section, ConnectionName(member.key), results.secrets));
    } else {
      read_duckdb(section, member.key, results);
    }
    section.finish();
  }
}

/// How Snowflake is to load.
void read_method(SectionReader& section, RepeaterConfig& repeater) {
  const std::string method = section.word("method", "snowpipe", {"snowpipe", "copy", "auto"});
  repeater.method = method == "copy" ? LoadMethod::kCopy : LoadMethod::kSnowpipe;
  repeater.method_is_auto = method == "auto";
  if (repeater.method == LoadMethod::kSnowpipe) {
    repeater.pipe = read_object_name(section, "pipe", repeater.table.str() + "_PIPE");
  }
}

/// Where the rows go, and when.
void read_loading(SectionReader& section, const SectionResults& results, RepeaterConfig& repeater) {
  repeater.table = TableName(section.text("table", std::nullopt));
  if (!repeater.table.empty() && !is_identifier(repeater.table.str())) {
    section.refuse("table", fmt::format("\"{}\" is not a valid name of a table", repeater.table.str()),
                   "use a letter or _, then letters, digits and _; at most 128");
  }
  repeater.stage = ConnectionName(section.text("stage", std::nullopt));
  repeater.destination = ConnectionName(section.text("destination", std::nullopt));
  const auto type = results.connection_types.find(repeater.destination.str());
  if (type != results.connection_types.end() && type->second == "snowflake") {
    read_method(section, repeater);
  }
  read_triggers(section, repeater);
  repeater.chunk_size = section.size("chunk_size", {64 * kMega, 64 * kKilo, 250 * kMega});
  repeater.chunk_age = section.duration("chunk_age", {std::chrono::hours(1), std::chrono::seconds(1), 30 * kDay});
  repeater.keep_staged = section.duration_or("keep_staged", "next_ingest", {7 * kDay, Duration(0), 55 * kDay});
  if (section.has("budget")) {
    repeater.budget = section.decimal("budget", {.standard = std::nullopt, .least = 0, .most = kMostDollars});
  }
}

/// Kinds without rows have nothing to pack, stage or load.
void refuse_loading(SectionReader& section, Kind kind) {
  for (const char* key : {"table", "stage", "destination", "method", "pipe", "threshold", "max_age", "schedule",
                          "time_zone", "period", "chunk_size", "chunk_age", "keep_staged", "budget"}) {
    if (section.has(key)) {
      section.refuse(key,
                     fmt::format("\"{}\" has no effect: documents of kind \"{}\" make no rows", key, to_string(kind)),
                     "remove it; each document becomes a request to fetch, which `firn status` counts");
    }
  }
}

void read_repeater(SectionReader& section, const std::string& name, SectionResults& results) {
  if (!is_lower_name(name)) {
    refuse_name(section, "repeater", name);
  }
  RepeaterConfig repeater;
  repeater.name = RepeaterName(name);
  repeater.kind =
      parse_kind(section.word("kind", std::nullopt,
                              {"form", "case", "user", "location", "data_source", "form_stub", "app_change"}))
          .value_or(Kind::kForm);
  if (makes_rows(repeater.kind)) {
    read_loading(section, results, repeater);
  } else {
    refuse_loading(section, repeater.kind);
  }
  repeater.journal_quota = section.size("journal_quota", {10 * kGiga, kMega, kMost});
  repeater.filter = read_filter(section, repeater.kind, results.report);
  repeater.privacy = read_privacy(section, repeater.kind, results.secrets, results.report);
  section.finish();
  results.config.repeaters.push_back(std::move(repeater));
}

void read_repeaters(SectionReader& top, SectionResults& results) {
  const ConfigMember* all = top.section("repeater");
  if (all == nullptr) {
    if (!top.has("repeater")) {
      top.refuse_section("there is no repeater, so nothing can come in", "add a section [repeater.NAME]");
    }
    return;
  }
  for (const ConfigMember& member : all->value.members) {
    if (member.value.type != ConfigNode::Type::kTable) {
      results.report.error(member.place, fmt::format("\"repeater.{}\" must be a section", member.key),
                           "write [repeater.NAME] and its settings below it");
      continue;
    }
    SectionReader section(&member.value, member.place, "repeater." + member.key, results.report);
    read_repeater(section, member.key, results);
  }
}

}  // namespace

void read_sections(const ConfigNode& root, SectionResults& results) {
  SectionReader top(&root, {1, 1}, "", results.report);
  results.config.data_dir = top.path("data_dir", "/var/lib/firn", results.secrets.folder);
  read_intake(top, results);
  read_disk(top, results);
  read_log(top, results);
  read_monitor(top, results);
  read_debug(top, results);
  read_prices(top, results);
  read_connections(top, results);
  read_repeaters(top, results);
  top.finish();
}

}  // namespace firn
