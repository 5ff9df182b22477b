// How fast documents become chunk files, part by part and per core; the figures of docs/decisions/0003 and 0005
// (cmake --build --preset release --target pack_bench).

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "model/record.h"
#include "model/table.h"
#include "pack/chunk_writer.h"
#include "pack/csv.h"
#include "pack/document_reader.h"
#include "pack/prepared_records.h"
#include "platform/file_system.h"

namespace firn {
namespace {

constexpr std::size_t kDocuments = 5000;

class Maker {
 public:
  /// A form of about 4 KB in the shape of the Form API, with spaces as Python's json writes them.
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
      for (int question = 0; question < 15; ++question) {
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

  /// A case of about 4 KB.
  std::string of_case() {
    std::string text = fmt::format(
        R"({{"domain": "demo-health", "case_id": "{}", "user_id": "{}", "closed": false, "date_closed": null, )"
        R"("server_date_modified": "2026-03-02T09:41:{:02}.{:06}Z", "indices": {{}}, "attachments": {{}}, )"
        R"("properties": {{"case_type": "person", "owner_id": "{}")",
        hex(32), hex(32), below(60), below(1'000'000), hex(32));
    for (int property = 0; property < 105; ++property) {
      text += fmt::format(R"(, "property_{}": "{}")", property, answer());
    }
    return text + "}}";
  }

  /// The rows of a data source of one document, about 4 KB.
  std::string data_source() {
    std::string text = fmt::format(R"({{"data_source_id": "{}", "doc_id": "{}", "data": [)", hex(32), hex(32));
    for (int row = 0; row < 8; ++row) {
      text += fmt::format(R"({}{{"doc_id": "{}", "repeat_iteration": {})", row == 0 ? "" : ", ", hex(32), row);
      for (std::uint64_t column = 0; column < 8; ++column) {
        text += fmt::format(R"(, "column_{}": "{}", "number_{}": {}.25)", column, answer(), column, below(1000));
      }
      text += "}";
    }
    return text + "]}";
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

std::string make_body(Maker& maker, Kind kind) {
  if (kind == Kind::kForm) {
    return maker.form();
  }
  return kind == Kind::kCase ? maker.of_case() : maker.data_source();
}

std::vector<StoredRecord> make_records(Kind kind) {
  std::vector<StoredRecord> records(kDocuments);
  Maker maker;
  for (std::size_t i = 0; i < kDocuments; ++i) {
    records[i].position = Position::make(1, 0, i);
    records[i].record.envelope.domain = "demo-health";
    records[i].record.body = make_body(maker, kind);
  }
  return records;
}

/// Says documents per second and their size.
void report(benchmark::State& state, const std::vector<StoredRecord>& records) {
  std::size_t bytes = 0;
  for (const StoredRecord& stored : records) {
    bytes += stored.record.body.size();
  }
  const std::int64_t rounds = state.iterations();
  state.SetItemsProcessed(rounds * static_cast<std::int64_t>(records.size()));
  state.SetBytesProcessed(rounds * static_cast<std::int64_t>(bytes));
  state.SetLabel(fmt::format("{} bytes each", bytes / records.size()));
}

/// Parse, check, minify, digest.
void read_documents(benchmark::State& state, Kind kind) {
  const auto records = make_records(kind);
  DocumentReader reader(kind);
  for (auto round : state) {
    for (const StoredRecord& stored : records) {
      benchmark::DoNotOptimize(reader.read(stored.record).has_value());
    }
  }
  report(state, records);
}

/// The same, and the line of the chunk file.
void prepare_lines(benchmark::State& state, Kind kind) {
  const auto records = make_records(kind);
  RecordPreparer preparer(kind, 128U << 20U);
  for (auto round : state) {
    for (std::size_t i = 0; i < kDocuments; i += 1000) {
      benchmark::DoNotOptimize(preparer.prepare({&records[i], 1000}).data());
    }
  }
  report(state, records);
}

void csv_text(benchmark::State& state) {
  const auto records = make_records(Kind::kForm);
  std::string buffer;
  for (auto round : state) {
    for (const StoredRecord& stored : records) {
      buffer.clear();
      append_csv_text(buffer, stored.record.body);
      benchmark::DoNotOptimize(buffer.data());
    }
  }
  report(state, records);
}

void body_sha256(benchmark::State& state) {
  const auto records = make_records(Kind::kForm);
  for (auto round : state) {
    for (const StoredRecord& stored : records) {
      benchmark::DoNotOptimize(sha256(stored.record.body));
    }
  }
  report(state, records);
}

/// The whole file, by compression level.
void chunk_file(benchmark::State& state) {
  const auto records = make_records(Kind::kForm);
  RecordPreparer preparer(Kind::kForm, 128U << 20U);
  std::vector<std::string> lines;
  for (const PreparedRecord& prepared : preparer.prepare(records)) {
    lines.emplace_back(preparer.line(prepared));
  }
  const auto files = make_posix_file_system();
  ChunkFile file;
  for (auto round : state) {
    auto writer = ChunkWriter::create(*files, "pack_bench.tmp", static_cast<int>(state.range(0))).value();
    for (const std::string& line : lines) {
      (void)writer.append(line);
    }
    file = writer.finish().value();
  }
  (void)files->remove("pack_bench.tmp");
  report(state, records);
  state.SetLabel(fmt::format(
      "ratio {:.2f}", static_cast<double>(file.bytes_uncompressed) / static_cast<double>(file.bytes_compressed)));
}

BENCHMARK_CAPTURE(read_documents, form, Kind::kForm)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read_documents, case, Kind::kCase)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read_documents, data_source, Kind::kDataSource)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(prepare_lines, form, Kind::kForm)->Unit(benchmark::kMillisecond);
BENCHMARK(csv_text)->Unit(benchmark::kMillisecond);
BENCHMARK(body_sha256)->Unit(benchmark::kMillisecond);
BENCHMARK(chunk_file)->Arg(1)->Arg(2)->Arg(3)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace firn

BENCHMARK_MAIN();
