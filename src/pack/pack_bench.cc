// How fast forms become chunk files, part by part; the figures of docs/decisions/0003-chunk-compression.md.

#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "model/record.h"
#include "pack/chunk_writer.h"
#include "pack/csv.h"
#include "pack/document_reader.h"
#include "pack/prepared_records.h"
#include "platform/file_system.h"

namespace firn {
namespace {

constexpr std::size_t kForms = 20'000;

class Maker {
 public:
  /// A form of about 4.3 KB in the shape of the Form API, with spaces as Python's json writes them.
  std::string form() {
    const std::string id = hex(32);
    std::string text = fmt::format(
        R"({{"id": "{}", "domain": "demo-health", "app_id": "02bf50ab803a89ea4963799362874f0c", "build_id": "{}", )"
        R"("received_on": "2026-03-02T09:41:{:02}.{:06}Z", "server_modified_on": "2026-03-04T06:12:44.{:06}Z", )"
        R"("indexed_on": "2026-03-04T06:12:51.{:06}Z", "archived": false, "version": "41", )"
        R"("form": {{"@name": "Home visit", "@xmlns": "http://openrosa.org/formdesigner/{}")",
        id, hex(32), below(60), below(1'000'000), below(1'000'000), below(1'000'000), hex(32));
    for (int group = 0; group < 6; ++group) {
      text += fmt::format(R"(, "group_{}": {{)", group);
      for (int question = 0; question < 14; ++question) {
        text += fmt::format(R"({}"question_{}_{}": "{}")", question == 0 ? "" : ", ", group, question, answer());
      }
      text += "}";
    }
    text += fmt::format(
        R"(, "meta": {{"instanceID": "{}", "deviceID": "commcare_{}", "username": "chw_{}", )"
        R"("timeEnd": "2026-03-02T09:40:{:02}.201000Z"}}}}, "attachments": {{"form.xml": {{"content_type": "text", )"
        R"("length": {}, "url": "https://www.commcarehq.org/a/demo-health/api/form/attachment/{}/form.xml"}}}}}})",
        id, hex(16), below(500), below(60), below(4000), id);
    return text;
  }

 private:
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  std::string hex(std::size_t size) {
    std::string text;
    for (std::size_t i = 0; i < size; ++i) {
      text += "0123456789abcdef"[below(16)];
    }
    return text;
  }
  std::string answer() {
    static const std::vector<std::string> words = {"yes",       "no",     "fever",   "cough",  "visit",
                                                   "household", "mother", "child",   "clinic", "2026-03-02",
                                                   "12.5",      "31",     "refused", "village"};
    std::string text = words[below(words.size())];
    for (std::uint64_t i = below(4); i > 0; --i) {
      text += " " + words[below(words.size())];
    }
    return text;
  }
  std::mt19937_64 random_{7};
};

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

void measure(std::string_view name, std::size_t count, const std::function<void()>& work) {
  double best_wall = 1e9;
  double best_cpu = 1e9;
  for (int round = 0; round < 3; ++round) {
    const auto start = std::chrono::steady_clock::now();
    const double cpu = cpu_seconds();
    work();
    best_cpu = std::min(best_cpu, cpu_seconds() - cpu);
    best_wall = std::min(best_wall, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  const auto forms = static_cast<double>(count);
  fmt::print("{:<34} {:>8.2f} us/form wall {:>8.2f} us/form CPU {:>9.0f} forms/s\n", name, best_wall / forms * 1e6,
             best_cpu / forms * 1e6, forms / best_wall);
}

std::vector<StoredRecord> make_records() {
  std::vector<StoredRecord> records(kForms);
  Maker maker;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < kForms; ++i) {
    records[i].position = Position::make(1, 0, i);
    records[i].record.body = maker.form();
    bytes += records[i].record.body.size();
  }
  fmt::print("{} forms, {} bytes on average\n", kForms, bytes / kForms);
  return records;
}

void write_all(FileSystem& files, const std::vector<std::string>& lines, int level) {
  auto writer = ChunkWriter::create(files, "pack_bench.tmp", level).value();
  for (const std::string& line : lines) {
    (void)writer.append(line);
  }
  const ChunkFile file = writer.finish().value();
  static int shown = 0;
  if (shown != level) {
    shown = level;
    fmt::print("  level {}: ratio {:.2f}\n", level,
               static_cast<double>(file.bytes_uncompressed) / static_cast<double>(file.bytes_compressed));
  }
}

void run() {
  const auto records = make_records();
  DocumentReader reader(Kind::kForm);
  measure("read (parse, check, minify, digest)", kForms, [&] {
    for (const StoredRecord& stored : records) {
      (void)reader.read(stored.record);
    }
  });
  std::string buffer;
  measure("CSV text of the body", kForms, [&] {
    for (const StoredRecord& stored : records) {
      buffer.clear();
      append_csv_text(buffer, stored.record.body);
    }
  });
  measure("SHA-256 of the body", kForms, [&] {
    for (const StoredRecord& stored : records) {
      (void)sha256(stored.record.body);
    }
  });
  RecordPreparer preparer(Kind::kForm, 128U << 20U);
  std::vector<std::string> lines;
  measure("prepare (read and CSV line)", kForms, [&] {
    lines.clear();
    for (std::size_t i = 0; i < kForms; i += 1000) {
      for (const PreparedRecord& prepared : preparer.prepare({&records[i], 1000})) {
        lines.emplace_back(preparer.line(prepared));
      }
    }
  });
  const auto files = make_posix_file_system();
  for (const int level : {1, 2, 3}) {
    measure(fmt::format("chunk file, level {}", level), kForms, [&] { write_all(*files, lines, level); });
  }
  (void)files->remove("pack_bench.tmp");
}

}  // namespace
}  // namespace firn

int main() {
  firn::run();
  return 0;
}
