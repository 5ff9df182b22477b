#include "tests/simulation/destination.h"

#include <zstd.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "model/loader.h"
#include "platform/file_system.h"

namespace firn {
namespace {

constexpr std::size_t kMaxFile = 64U << 20U;

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

FileReport failed(const LoadFile& file, std::string why) { return {file.key, FileStatus::kFailed, 0, std::move(why)}; }

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

FileReport Destination::load(const LoadFile& file, FileSystem& files) {
  if (const auto known = ledger_.find(file.key.str()); known != ledger_.end()) {
    return {file.key, FileStatus::kLoaded, known->second, ""};
  }
  const auto bytes = read_file(files, file.location, kMaxFile);
  if (!bytes) {
    return failed(file, bytes.error().message());
  }
  const auto content = read_zstd(*bytes);
  const auto lines = content ? read_csv(*content) : std::nullopt;
  if (!lines) {
    return failed(file, "the file is damaged");
  }
  if (lines->size() != file.rows) {
    return failed(file, "the file has another number of rows");
  }
  for (const CsvLine& line : *lines) {
    rows_.push_back({file.key.str(), line});
  }
  ledger_[file.key.str()] = lines->size();
  return {file.key, FileStatus::kLoaded, lines->size(), ""};
}

std::vector<FileReport> UnreliableLoader::load_all(const LoadJob& job) {
  std::vector<FileReport> reports;
  reports.reserve(job.files.size());
  for (const LoadFile& file : job.files) {
    reports.push_back(destination_.load(file, files_));
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
      ended.files = load_all(found->second);
      ended.files.resize(ended.files.size() / 2);  // the rest was loaded too, but nobody hears of it
    }
    running_.erase(found);
    return ended;
  }
  if (chance_.coin()) {
    return LoadProgress{LoadState::kRunning, {}, {}};
  }
  return LoadProgress{LoadState::kDone, load_all(found->second), {}};
}

Result<std::uint64_t> UnreliableLoader::count(const TableDefinition& /*table*/) { return destination_.rows().size(); }

}  // namespace firn
