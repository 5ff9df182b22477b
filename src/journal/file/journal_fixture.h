#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "journal/file/file_journal.h"
#include "journal/file/format.h"
#include "journal/file/segment_chain.h"
#include "journal/file/segment_file.h"
#include "model/position.h"
#include "model/record.h"
#include "platform/file_system.h"
#include "tests/support/simulated_file_system.h"

namespace firn {

inline Record record_of(std::string body) {
  Record record;
  record.envelope.received_at = timestamp_from_micros(1'772'444'467'118'204);
  record.envelope.domain = "demo-health";
  record.body = std::move(body);
  return record;
}

inline Position position_of(std::uint64_t offset) { return Position::make(1, 0, offset); }

/// A journal on a simulated disk, and words for what happens to it.
class JournalFixture : public ::testing::Test {
 protected:
  using Texts = std::vector<std::string>;

  JournalFixture() {
    options.directory = "/journal/forms";
    options.repeater = RepeaterName("forms");
  }

  void open() { journal = FileJournal::open(files, options).value(); }
  Error open_error() {
    auto opened = FileJournal::open(files, options);
    return opened ? Error{ErrorKind::kInternal, "open", "", "it succeeded", ""} : opened.error();
  }
  void close() { journal.reset(); }
  void kill_and_open() {
    close();
    files.kill_process();
    open();
  }
  void lose_power_and_open(std::uint64_t seed = 1) {
    close();
    files.crash(seed);
    open();
  }

  Result<std::vector<Position>> try_append(const Texts& bodies) {
    std::vector<Record> records;
    for (const auto& body : bodies) {
      records.push_back(record_of(body));
    }
    return journal->append(records);
  }
  /// Offset of the first one.
  std::uint64_t append(const Texts& bodies) { return try_append(bodies).value().at(0).offset(); }
  Error append_error(const Texts& bodies) {
    auto appended = try_append(bodies);
    return appended ? Error{ErrorKind::kInternal, "append", "", "it succeeded", ""} : appended.error();
  }

  /// All records from `from` on, as "offset:body", read in steps of `max_bytes`.
  Texts all(Position from = {}, std::size_t max_bytes = 1 << 20) { return read_all(from, max_bytes).value(); }
  Result<Texts> read_all(Position from = {}, std::size_t max_bytes = 1 << 20) {
    Texts texts;
    while (true) {
      FIRN_ASSIGN(const auto batch, journal->read(from, max_bytes));
      if (batch.empty()) {
        return texts;
      }
      for (const auto& stored : batch) {
        texts.push_back(describe(stored));
      }
      from = (batch.back().lost ? batch.back().lost->last : batch.back().position).plus(1);
    }
  }
  Error read_error(Position from = {}) {
    auto batch = journal->read(from, 1 << 20);
    return batch ? Error{ErrorKind::kInternal, "read", "", "it succeeded", ""} : batch.error();
  }
  static std::string describe(const StoredRecord& stored) {
    const auto offset = std::to_string(stored.position.offset());
    return stored.lost ? offset + "-" + std::to_string(stored.lost->last.offset()) + " lost"
                       : offset + ":" + stored.record.body;
  }

  Texts segments() { return list_segments(files, options.directory).value().segments; }
  std::string last_segment() { return segments().back(); }
  std::string content(const std::string& path) { return files.content(path).value(); }
  void replace(const std::string& path, const std::string& bytes) {
    auto file = files.create_or_truncate(path).value();
    ASSERT_TRUE(file->append(bytes));
    ASSERT_TRUE(file->sync());
  }
  void truncate(const std::string& path, std::size_t size) { replace(path, content(path).substr(0, size)); }
  /// Offsets of the blocks in a file that was closed in order, and its length behind them.
  std::vector<std::uint64_t> block_offsets(const std::string& path) {
    auto file = SegmentFile::open(files, path).value();
    std::vector<std::uint64_t> offsets;
    auto place = file.first_block();
    for (auto header = file.block(place); header; header = file.block(place)) {
      offsets.push_back(place.offset);
      place = place.after(*header);
    }
    offsets.push_back(place.offset);
    return offsets;
  }

  SimulatedFileSystem files;
  FileJournalOptions options;
  std::unique_ptr<FileJournal> journal;
};

}  // namespace firn
