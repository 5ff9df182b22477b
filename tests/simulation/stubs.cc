#include "tests/simulation/stubs.h"

#include <fmt/format.h>

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "model/table.h"

namespace firn {
namespace {

const RepeaterName kStubs{"stubs"};

PackOptions pack_options() {
  PackOptions options;
  options.repeater = kStubs;
  options.table.kind = Kind::kFormStub;
  options.data_directory = "/data";
  options.chunk_age = Duration(0);
  options.max_rows = 20;
  options.read_bytes = 1'000;
  return options;
}

}  // namespace

StubLine::StubLine(std::unique_ptr<FileJournal> journal, FileSystem& files, Catalog& catalog, const Clock& clock)
    : journal_(std::move(journal)),
      pack_({*journal_, catalog, files, clock}, pack_options()),
      retire_(kStubs, catalog, *journal_) {}

Result<std::unique_ptr<StubLine>> StubLine::open(FileSystem& files, Catalog& catalog, const Clock& clock) {
  FileJournalOptions options;
  options.directory = "/data/journal/stubs";
  options.repeater = kStubs;
  options.segment_bytes = 1'000;
  FIRN_ASSIGN(options.at_least, catalog.cursor(kStubs, 0));
  FIRN_ASSIGN(auto journal, FileJournal::open(files, options));
  return std::unique_ptr<StubLine>(new StubLine(std::move(journal), files, catalog, clock));
}

void StubLine::add_to(Scheduler& scheduler) {
  scheduler.add(kStubs, pack_);
  scheduler.add(kStubs, retire_);
}

bool StubDeliveries::post(FileJournal& journal, Scheduler& scheduler, Timestamp now) {
  std::vector<std::string> ids;
  std::vector<Record> records;
  for (auto count = 1 + chance_.below(4); count > 0; --count) {
    ids.push_back(fmt::format("form-{}", chance_.coin() ? next_++ : 1 + chance_.below(next_)));
    attempted_.insert(ids.back());
    Record record;
    record.envelope.received_at = now;
    record.envelope.domain = "demo";
    record.body = fmt::format(R"({{"form_id":"{}","received_on":"2026-03-02T09:41:07Z","case_ids":[]}})", ids.back());
    records.push_back(std::move(record));
  }
  if (!journal.append(records)) {
    static_cast<void>(journal.reopen());
    return false;
  }
  acknowledged_.insert(ids.begin(), ids.end());
  scheduler.wake(kStubs, "pack");
  return true;
}

std::string StubDeliveries::complaint(Catalog& catalog, const FileJournal& journal) const {
  std::set<std::string> asked;
  const auto requests = catalog.fetch_requests({.repeater = kStubs, .limit = 1'000'000}).value();
  for (const FetchRequest& request : requests) {
    if (!asked.insert(request.document_id).second) {
      return fmt::format("{} is asked for twice", request.document_id);
    }
    if (!attempted_.contains(request.document_id)) {
      return fmt::format("nobody asked for {}", request.document_id);
    }
  }
  for (const std::string& id : acknowledged_) {
    if (!asked.contains(id)) {
      return fmt::format("{} was acknowledged and is not asked for", id);
    }
  }
  if (journal.disk_bytes() > 10'000) {
    return "the journal of stubs is not retired";
  }
  return "";
}

}  // namespace firn
