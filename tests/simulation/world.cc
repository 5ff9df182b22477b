#include "tests/simulation/world.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "model/table.h"
#include "stage/stage_check_step.h"
#include "stage/stage_marks.h"

namespace firn {
namespace {

const RepeaterName kForms{"forms"};
constexpr const char* kData = "/data";
constexpr const char* kChunks = "/data/chunks/forms";
constexpr std::size_t kIdField = 1;
constexpr std::size_t kVersionField = 3;
constexpr std::size_t kDocumentField = 6;
constexpr std::size_t kFields = 8;
constexpr std::uint64_t kThreshold = 20'000;
constexpr int kMostRounds = 4'000;
constexpr int kRoundsBetweenLooks = 50;

FileJournalOptions journal_options(Catalog& catalog) {
  FileJournalOptions options;
  options.directory = "/data/journal/forms";
  options.repeater = kForms;
  options.segment_bytes = 2'000;
  options.at_least = catalog.cursor(kForms, 0).value();
  return options;
}

PackOptions pack_options() {
  PackOptions options;
  options.repeater = kForms;
  options.table = table_of(Kind::kForm, TableName("forms"));
  options.data_directory = kData;
  options.target_bytes = 100'000;
  options.chunk_age = std::chrono::minutes(10);
  options.max_rows = 20;
  options.read_bytes = 1'000;
  return options;
}

}  // namespace

/// Everything that dies with the process.
struct World::Process {
  Process(World& world, std::unique_ptr<FileJournal> opened, std::unique_ptr<StubLine> opened_stubs)
      : journal(std::move(opened)),
        stubs(std::move(opened_stubs)),
        stage(world.files_, "/stage", "firn"),
        loader(world.destination_, world.files_, world.chance_, world.trouble_),
        log(world.clock_, LogLevel::kError, LogFormat::kLogfmt, stderr),
        alarms(world.clock_, log),
        pack({*journal, world.catalog_, world.files_, world.clock_}, pack_options()),
        marks(stage, world.files_, "/data/marks", "0123456789abcdef"),
        check(kForms, world.catalog_, marks, [] {}),
        stage_step(kForms, {world.catalog_, stage, world.files_, world.clock_}, {kChunks, 1}),
        trigger(kForms, world.catalog_, world.clock_, {TriggerPolicy{kThreshold}}, journal_view()),
        load(kForms, table_of(Kind::kForm, TableName("forms")),
             {world.catalog_, stage, loader, world.clock_, [this](const Batch& batch) { return marks.leave(batch); }},
             [&world] { return fmt::format("request-{}", world.chance_.below(1ULL << 60U)); }),
        verify(kForms, world.catalog_, world.clock_),
        mend({world.catalog_, stage, world.files_, loader, world.clock_, [this] { return journal.get(); }},
             {kForms, pack_options().table, kData, 0}),
        purge(kForms, {world.catalog_, stage, *journal, world.files_, world.clock_}, {kChunks, std::chrono::hours(1)}),
        scheduler(world.catalog_, world.clock_, alarms, log, world.seed_) {
    for (Step* step :
         std::initializer_list<Step*>{&pack, &check, &stage_step, &trigger, &load, &verify, &mend, &purge}) {
      scheduler.add(kForms, *step);
    }
    stubs->add_to(scheduler);
  }

  JournalView journal_view() {
    return {[this] { return journal->end(0); }, [this] { return pack.read_to(); },
            [](std::optional<Position>) { return Result<std::optional<Timestamp>>(std::nullopt); }};
  }

  std::unique_ptr<FileJournal> journal;
  std::unique_ptr<StubLine> stubs;
  DirectoryStage stage;
  UnreliableLoader loader;
  Log log;
  Alarms alarms;
  PackStep pack;
  StageMarks marks;
  StageCheckStep check;
  StageStep stage_step;
  TriggerStep trigger;
  LoadStep load;
  VerifyStep verify;
  MendStep mend;
  PurgeStep purge;
  Scheduler scheduler;
};

World::World(std::uint64_t seed) : chance_(seed), seed_(seed), files_(seed), documents_(chance_), stubs_(chance_) {
  restart();
}

World::~World() = default;

bool World::start() {
  auto journal = FileJournal::open(files_, journal_options(catalog_));
  if (!journal) {
    return false;
  }
  auto stubs = StubLine::open(files_, catalog_, clock_);
  if (!stubs) {
    return false;
  }
  process_ = std::make_unique<Process>(*this, std::move(*journal), std::move(*stubs));
  return true;
}

void World::restart() {
  // The machine may fail again while the journal recovers.
  while (chance_.below(4) == 0) {
    files_.stop_after(chance_.below(12));
    start();
    process_.reset();
    ++happenings_.crashes_in_recovery;
    files_.crash(chance_.below(1ULL << 60U));
  }
  start();
}

void World::live(int actions) {
  for (int i = 0; i < actions; ++i) {
    act();
  }
}

void World::act() {
  const auto what = chance_.below(100);
  if (process_ == nullptr) {
    restart();
  } else if (what < 30) {
    post();
  } else if (what < 35) {
    post_stubs();
  } else if (what < 75) {
    run_steps();
  } else if (what < 85) {
    clock_.advance(std::chrono::milliseconds(chance_.below(1'800'000)));
  } else if (what < 89) {
    ingest();
  } else if (what < 95) {
    break_something();
  } else {
    crash();
  }
}

void World::post() {
  std::vector<Documents::Delivery> deliveries;
  std::vector<Record> records;
  const auto count = 1 + chance_.below(6);
  for (std::uint64_t i = 0; i < count; ++i) {
    deliveries.push_back(documents_.next());
    documents_.attempted(deliveries.back());
    Record record;
    record.envelope.received_at = clock_.now();
    record.envelope.domain = "demo";
    record.body = deliveries.back().body;
    records.push_back(std::move(record));
  }
  const auto positions = process_->journal->append(records);
  if (!positions) {
    ++happenings_.failed_appends;
    static_cast<void>(process_->journal->reopen());
    return;
  }
  for (std::size_t i = 0; i < deliveries.size(); ++i) {
    documents_.acknowledged(deliveries[i], (*positions)[i]);
  }
  process_->scheduler.wake(kForms, "pack");
}

void World::post_stubs() {
  ++happenings_.stubs;
  happenings_.failed_appends += stubs_.post(process_->stubs->journal(), process_->scheduler, clock_.now()) ? 0 : 1;
}

void World::run_steps() {
  for (auto steps = 1 + chance_.below(8); steps > 0 && process_->scheduler.run_one(); --steps) {
  }
}

void World::ingest() {
  ++happenings_.ingests;
  process_->trigger.request_cut();
  process_->scheduler.wake(kForms, "trigger");
}

void World::break_something() {
  ++happenings_.faults;
  constexpr std::array kCalls{FileCall::kCreate, FileCall::kAppend, FileCall::kSync,         FileCall::kRead,
                              FileCall::kRename, FileCall::kRemove, FileCall::kSyncDirectory};
  constexpr std::array kCommitFaults{CommitFault::kBeforeApply, CommitFault::kAfterApply, CommitFault::kInDoubt};
  switch (chance_.below(5)) {
    case 4:
      return lose_chunk_file();
    case 0:
      catalog_.fail_next_commit(kCommitFaults[chance_.below(kCommitFaults.size())]);
      break;
    case 1:
      files_.set_free_bytes(chance_.coin() ? 1ULL << 40U : chance_.below(5'000));
      break;
    default:
      files_.fail_nth(kCalls[chance_.below(kCalls.size())], "", 1 + chance_.below(4), chance_.coin() ? EIO : ENOSPC);
      break;
  }
}

/// Somebody removes a chunk's local file, or the disk changes it.
void World::lose_chunk_file() {
  auto names = files_.list(kChunks).value_or(std::vector<std::string>());
  std::erase_if(names, [](const std::string& name) { return !name.ends_with(".zst"); });
  if (names.empty()) {
    return;
  }
  const std::string path = std::string(kChunks) + "/" + names[chance_.below(names.size())];
  ++happenings_.lost_files;
  if (chance_.coin()) {
    static_cast<void>(files_.remove(path));
  } else if (const auto file = files_.create_or_truncate(path)) {
    static_cast<void>((*file)->append("damaged"));
    static_cast<void>((*file)->sync());
  }
}

void World::crash() {
  // A disk that dies often does so in more than one step.
  if (chance_.coin()) {
    catalog_.fail_next_commit(CommitFault::kInDoubt);
    run_steps();
    clock_.advance(std::chrono::minutes(10));
  }
  // Sometimes in the middle of a step or an append: every later call fails, as if the machine were gone.
  if (chance_.coin()) {
    files_.stop_after(chance_.below(20));
    if (chance_.coin()) {
      post();
    }
    run_steps();
  }
  process_.reset();
  if (chance_.below(3) == 0) {
    ++happenings_.kills;
    files_.kill_process();
    catalog_.crash(true);
  } else {
    ++happenings_.crashes;
    catalog_.crash(chance_.coin());
    files_.crash(chance_.below(1ULL << 60U));
  }
  files_.set_free_bytes(1ULL << 40U);
  restart();
}

bool World::come_to_rest() {
  trouble_ = 0;
  files_.clear_faults();
  files_.set_free_bytes(1ULL << 40U);
  if (process_ == nullptr && !start()) {
    return false;
  }
  static_cast<void>(process_->journal->reopen());
  static_cast<void>(process_->stubs->journal().reopen());
  for (int round = 0; round < kMostRounds; ++round) {
    if (round % kRoundsBetweenLooks == 0) {
      if (round > 0 && complaint().empty()) {
        return true;
      }
      return_chunks();
      ingest();
    }
    while (process_->scheduler.run_one()) {
    }
    clock_.advance(process_->scheduler.next_due().value_or(std::chrono::hours(1)));
  }
  return complaint().empty();
}

void World::return_chunks() {
  const auto chunks = catalog_.chunks({.repeater = kForms, .states = {ChunkState::kQuarantined}});
  for (const Chunk& chunk : *chunks) {
    if (chunk.report) {
      process_->mend.requests().ask(chunk.id);
      continue;
    }
    const std::vector<Transition> back{ReturnChunk{chunk.id, clock_.now()}};
    static_cast<void>(catalog_.commit(back));
  }
  process_->scheduler.wake(kForms);
}

std::string World::complaint() {
  happenings_.refused = destination_.refused();
  std::string all;
  for (const std::string& one :
       {check_rows(), check_quarantine(), check_leftovers(), stubs_.complaint(catalog_, process_->stubs->journal())}) {
    all += one.empty() ? "" : one + "\n";
  }
  return all;
}

std::string World::check_rows() {
  std::set<Documents::Row> seen;
  std::map<std::string, VersionlessLedger::Contents> versionless;
  for (const Destination::Row& row : destination_.rows()) {
    if (row.fields.size() != kFields ||
        row.fields[kVersionField].has_value() == row.fields[kIdField]->starts_with(kVersionless)) {
      return "a row has another shape";
    }
    if (!row.fields[kVersionField]) {
      const Position position(std::stoull(*row.fields.back()));
      if (!versionless[*row.fields[kIdField]].emplace(position, *row.fields[kDocumentField]).second) {
        return fmt::format("the row of {} is in the table twice", position.value());
      }
      continue;
    }
    const Documents::Row name{*row.fields[kIdField], *row.fields[kVersionField]};
    if (!seen.insert(name).second) {
      return fmt::format("{} {} is in the table twice", name.first, name.second);
    }
    if (!documents_.attempted_rows().contains(name)) {
      return fmt::format("{} {} was never sent", name.first, name.second);
    }
    if (documents_.bodies().at(name) != *row.fields[kDocumentField]) {
      return fmt::format("{} {} has other content", name.first, name.second);
    }
  }
  for (const Documents::Row& name : documents_.acknowledged_rows()) {
    if (!seen.contains(name)) {
      return fmt::format("{} {} was acknowledged and is lost", name.first, name.second);
    }
  }
  happenings_.came_back = VersionlessLedger::came_back(versionless);
  return documents_.versionless().complaint(versionless);
}

std::string World::check_quarantine() {
  std::set<Position> positions;
  std::set<std::string> refused;
  const auto records = catalog_.quarantined({.repeater = kForms, .limit = 1'000'000});
  for (const QuarantinedRecord& record : *records) {
    positions.insert(record.position);
    if (record.reason == QuarantineReason::kRefused) {
      refused.insert(record.document_id);
    }
    if (!files_.exists(fmt::format("/data/quarantine/forms/{}", record.position.value())).value_or(false)) {
      return fmt::format("the bytes of the quarantined record {} are lost", record.position.value());
    }
  }
  for (const Position position : documents_.damaged_positions()) {
    if (!positions.contains(position)) {
      return fmt::format("the damaged record {} is not in quarantine", position.value());
    }
  }
  for (const std::string& id : documents_.acknowledged_poison()) {
    if (!refused.contains(id)) {
      return fmt::format("{}, which the destination does not take, is not in quarantine", id);
    }
  }
  return "";
}

std::string World::check_leftovers() {
  const auto chunks = catalog_.chunks({.repeater = kForms, .limit = 1'000'000});
  for (const Chunk& chunk : *chunks) {
    if (chunk.state != ChunkState::kPurged) {
      return fmt::format("chunk {} is {} ({})", chunk.key.str(), to_string(chunk.state), chunk.reason);
    }
  }
  if (const Status checked = process_->check.check(); !checked) {
    return checked.error().message();
  }
  const auto page = process_->stage.list("forms/", ObjectKey(), 10);
  if (!page || !page->objects.empty()) {
    return "objects are left on the stage";
  }
  if (const auto local = files_.list(kChunks); local && !local->empty()) {
    return fmt::format("{} is left in the chunk folder", local->front());
  }
  if (process_->journal->begin(0) < process_->journal->end(0) && process_->journal->disk_bytes() > 20'000) {
    return "the journal is not retired";
  }
  return "";
}

}  // namespace firn
