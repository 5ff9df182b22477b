#include "tests/simulation/destination.h"

#include <zstd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "model/loader.h"
#include "platform/file_system.h"
#include "tests/simulation/documents.h"

namespace firn {
namespace {

constexpr std::size_t kMaxFile = 64U << 20U;
constexpr std::size_t kIdField = 1;
// So many first attempts are taken in part, and never again: more than that would leave nothing for whole ones.
constexpr std::size_t kPartialEvery = 10;

/// Takes one field off the front; nothing when it is malformed. Leaves the separator or line end in place.
std::optional<CsvField> take_field(std::string_view& rest) {
  if (!rest.starts_with('"')) {
    const auto end = rest.find_first_of(",\n");
    if (end == std::string_view::npos) {
      return std::nullopt;
    }
    const std::string text(rest.substr(0, end));
    rest.remove_prefix(end);
    return text.empty() ? CsvField() : CsvField(text);
  }
  std::string text;
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] != '"') {
      text += rest[i];
    } else if (i + 1 < rest.size() && rest[i + 1] == '"') {
      text += '"';
      ++i;
    } else {
      rest.remove_prefix(i + 1);
      return CsvField(text);
    }
  }
  return std::nullopt;
}

std::optional<std::vector<CsvLine>> lines_of(const Result<std::string>& bytes) {
  const auto content = bytes ? read_zstd(*bytes) : std::nullopt;
  return content ? read_csv(*content) : std::nullopt;
}

FileReport failed(const LoadFile& file, std::string why) { return {file.key, FileStatus::kFailed, 0, std::move(why)}; }

/// The line of the file at which a row that is refused begins, counted from 1; 0 when there is none.
std::uint64_t line_of_poison(const std::vector<CsvLine>& lines) {
  std::uint64_t at = 1;
  for (const CsvLine& line : lines) {
    if (line.size() > kIdField && line[kIdField].value_or("").starts_with(kPoison)) {
      return at;
    }
    ++at;
    for (const CsvField& field : line) {
      at += static_cast<std::uint64_t>(std::ranges::count(field.value_or(""), '\n'));
    }
  }
  return 0;
}

Error unavailable(const std::string& why) { return {ErrorKind::kUnavailable, "load", "destination", why, ""}; }

}  // namespace

std::optional<std::vector<CsvLine>> read_csv(std::string_view text) {
  std::vector<CsvLine> lines;
  CsvLine line;
  while (!text.empty()) {
    auto field = take_field(text);
    if (!field || text.empty()) {
      return std::nullopt;
    }
    line.push_back(std::move(*field));
    const char separator = text.front();
    text.remove_prefix(1);
    if (separator == '\n') {
      lines.push_back(std::exchange(line, {}));
    } else if (separator != ',') {
      return std::nullopt;
    }
  }
  return line.empty() ? std::optional(std::move(lines)) : std::nullopt;
}

std::optional<std::string> read_zstd(std::string_view bytes) {
  const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(ZSTD_createDCtx(), &ZSTD_freeDCtx);
  std::string out;
  std::string buffer(ZSTD_DStreamOutSize(), '\0');
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  std::size_t left = 1;
  while (in.pos < in.size) {
    ZSTD_outBuffer to{buffer.data(), buffer.size(), 0};
    left = ZSTD_decompressStream(context.get(), &to, &in);
    if (ZSTD_isError(left) != 0) {
      return std::nullopt;
    }
    out.append(buffer.data(), to.pos);
  }
  return left == 0 ? std::optional(std::move(out)) : std::nullopt;
}

Result<FileReport> Destination::load(const LoadFile& file, FileSystem& files) {
  if (const auto known = ledger_.find(file.key.str()); known != ledger_.end()) {
    return FileReport{file.key, FileStatus::kLoaded, known->second, ""};
  }
  auto bytes = read_file(files, file.location, kMaxFile);
  if (!bytes) {
    const std::string why = bytes.error().message();
    // A chunk in quarantine does not hold the journal, and without it no row of it can be left out later.
    bytes = read_file(files, file.location, kMaxFile);
    if (!bytes) {
      return fail(unavailable(why));
    }
    if (const auto lines = lines_of(bytes); !lines || line_of_poison(*lines) == 0) {
      return failed(file, why);
    }
  }
  const auto lines = lines_of(bytes);
  if (!lines) {
    return failed(file, "the file is damaged");
  }
  if (lines->size() != file.rows) {
    return failed(file, "the file has another number of rows");
  }
  if (const auto line = line_of_poison(*lines); line != 0) {
    ++refused_;
    return FileReport{file.key, FileStatus::kFailed, 0, "it does not take this row", line};
  }
  const bool is_partial = lines->size() > 1 && file.key.str().find("-a1-") != std::string::npos &&
                          std::hash<std::string>()(file.key.str()) % kPartialEvery == 0;
  const std::size_t taken = is_partial ? lines->size() / 2 : lines->size();
  for (const CsvLine& line : *lines | std::views::take(taken)) {
    rows_.push_back({file.key.str(), line});
  }
  ledger_[file.key.str()] = taken;
  return FileReport{file.key, is_partial ? FileStatus::kPartially : FileStatus::kLoaded, taken, ""};
}

Result<std::vector<FileReport>> UnreliableLoader::load_all(const LoadJob& job) {
  std::vector<FileReport> reports;
  reports.reserve(job.files.size());
  for (const LoadFile& file : job.files) {
    FIRN_ASSIGN(auto report, destination_.load(file, files_));
    reports.push_back(std::move(report));
  }
  return reports;
}

Result<std::string> UnreliableLoader::submit(const LoadJob& job) {
  if (chance_.happens(trouble_)) {
    return fail(unavailable("it does not answer"));
  }
  if (chance_.happens(trouble_)) {
    static_cast<void>(load_all(job));
    return fail(unavailable("the answer was lost"));
  }
  const std::string handle = "h" + std::to_string(next_handle_++);
  running_[handle] = job;
  return handle;
}

Result<LoadProgress> UnreliableLoader::poll(const LoadJob& /*job*/, const std::string& handle) {
  const auto found = running_.find(handle);
  if (found == running_.end()) {
    return LoadProgress{LoadState::kForgotten, {}, {}};
  }
  if (chance_.happens(trouble_)) {
    return fail(unavailable("it does not answer"));
  }
  if (chance_.happens(trouble_)) {
    LoadProgress ended{LoadState::kForgotten, {}, {}};
    // Several: one that is alone would be held at last, and its rows would be missing.
    ended.at_file = found->second.files.size() > 1;
    if (chance_.coin()) {
      FIRN_ASSIGN(ended.files, load_all(found->second));
      ended.files.resize(ended.files.size() / 2);  // the rest was loaded too, but nobody hears of it
    }
    running_.erase(found);
    return ended;
  }
  if (chance_.coin()) {
    return LoadProgress{LoadState::kRunning, {}, {}};
  }
  LoadProgress done{LoadState::kDone, {}, {}};
  FIRN_ASSIGN(done.files, load_all(found->second));
  return done;
}

Result<std::uint64_t> UnreliableLoader::count(const TableDefinition& /*table*/) { return destination_.rows().size(); }

Result<std::vector<Position>> UnreliableLoader::arrived(const TableDefinition& /*table*/, const ObjectKey& key) {
  if (chance_.happens(trouble_)) {
    return fail(unavailable("it does not answer"));
  }
  std::vector<Position> positions;
  for (const Destination::Row& row : destination_.rows()) {
    if (row.file == key.str()) {
      positions.emplace_back(std::stoull(row.fields.back().value_or("0")));
    }
  }
  std::ranges::sort(positions);
  return positions;
}

}  // namespace firn
