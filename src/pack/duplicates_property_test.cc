// Which documents become rows, against a model that knows the design's words about duplicates and nothing of ranges:
// where the journal was cut, and what was forgotten on the way, must change nothing.

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "tests/support/pack_world.h"

namespace firn {
namespace {

constexpr std::size_t kDamaged = 2;  ///< records in quarantine, of which each may be sent again

struct Delivery {
  std::string id;
  int version = 0;  ///< 0: none
  std::string content;
  std::optional<std::size_t> replaces;  ///< which of the damaged ones
};

struct Event {
  enum class What : std::uint8_t { kDelivery, kTurn, kDecide, kCrash, kFailedCommit };
  What what = What::kDelivery;
  Delivery delivery;
  std::uint64_t chance = 0;  ///< what a crash leaves, how a commit fails
};

std::ostream& operator<<(std::ostream& out, const Event& event) {
  constexpr std::array kNames{"delivery", "turn", "decide", "crash", "failed commit"};
  out << "\n  " << kNames.at(static_cast<std::size_t>(event.what));
  if (event.what == Event::What::kDelivery) {
    out << " of " << event.delivery.id << " version " << event.delivery.version << " content " << event.delivery.content
        << (event.delivery.replaces ? " in place of a damaged one" : "");
  } else {
    out << " " << event.chance;
  }
  return out;
}

Event any_event() {
  using What = Event::What;
  Event event;
  event.what = *rc::gen::weightedElement<What>(
      {{14, What::kDelivery}, {3, What::kTurn}, {2, What::kDecide}, {2, What::kCrash}, {1, What::kFailedCommit}});
  event.delivery.id = *rc::gen::element<std::string>("a", "b");
  event.delivery.version = *rc::gen::element(0, 0, 0, 1, 2, 3);
  event.delivery.content = *rc::gen::element<std::string>("A", "B");
  if (*rc::gen::inRange(0, 6) == 0) {
    event.delivery.replaces = *rc::gen::inRange<std::size_t>(0, kDamaged);
  }
  event.chance = *rc::gen::inRange<std::uint64_t>(0, 1000);
  return event;
}

/// Design section 6, Duplicates.
class Model {
 public:
  void take(const Delivery& delivery, std::uint64_t offset) {
    if (delivery.replaces && !replaced_.insert(*delivery.replaces).second) {
      ++duplicates;
      return;
    }
    std::vector<Delivery>& made = made_[delivery.id];
    const Delivery* there = nullptr;
    for (const Delivery& row : made) {
      if (delivery.version != 0 && row.version == delivery.version) {
        there = &row;
      }
    }
    if (delivery.version == 0 && !made.empty() && made.back().content == delivery.content) {
      there = &made.back();
    }
    if (there == nullptr) {
      made.push_back(delivery);
      rows.push_back(offset);
      return;
    }
    ++duplicates;
    conflicts += there->content == delivery.content ? 0U : 1U;
  }

  std::vector<std::uint64_t> rows;
  std::uint64_t duplicates = 0;
  std::uint64_t conflicts = 0;

 private:
  std::map<std::string, std::vector<Delivery>> made_;
  std::set<std::size_t> replaced_;
};

/// Cases: their version comes beside the body, so that one content comes with any version and with none.
class Life : public PackWorld {
 public:
  Life(std::size_t read_bytes, std::uint64_t max_rows) {
    options.table = table_of(Kind::kCase, TableName("forms"));
    options.read_bytes = read_bytes;
    options.max_rows = max_rows;
    start();
    for (std::size_t i = 0; i < kDamaged; ++i) {
      damaged_.push_back(accept("not json"));
    }
    pack_all();
  }

  void meet(const Event& event, Model& model) {
    switch (event.what) {
      case Event::What::kDelivery:
        return model.take(event.delivery, send(event.delivery).offset());
      case Event::What::kTurn:
        turn();
        return;
      case Event::What::kDecide:
        return pack_all();
      case Event::What::kCrash:
        catalog.crash(event.chance % 2 == 0);
        return crash(event.chance);
      case Event::What::kFailedCommit:
        constexpr std::array kFaults{CommitFault::kBeforeApply, CommitFault::kAfterApply, CommitFault::kInDoubt};
        return catalog.fail_next_commit(kFaults.at(event.chance % kFaults.size()));
    }
  }

 private:
  Position send(const Delivery& delivery) {
    Record record;
    record.envelope.received_at = clock.now();
    if (delivery.version != 0) {
      record.envelope.server_modified_on = "2026-03-0" + std::to_string(delivery.version) + "T00:00:00Z";
    }
    if (delivery.replaces) {
      record.envelope.replaces = damaged_.at(*delivery.replaces);
    }
    record.body = R"({"case_id":")" + delivery.id + R"(","domain":"demo","indexed_on":")" + std::to_string(++sent_) +
                  R"(","properties":{"a":")" + delivery.content + "\"}}";
    return journal.append({&record, 1}).value().front();
  }

  std::vector<Position> damaged_;
  int sent_ = 0;
};

RC_GTEST_PROP(DuplicatesProperty, MakesTheRowsOfTheModelWhereverRangesEnd, ()) {
  Life life(*rc::gen::inRange<std::size_t>(1, 500), *rc::gen::inRange<std::uint64_t>(1, 8));
  Model model;
  for (const Event& event : *rc::gen::container<std::vector<Event>>(rc::gen::exec(any_event))) {
    life.meet(event, model);
  }
  life.pack_all();
  life.pack_all();  // a commit that was to fail may have been the first one's
  RC_ASSERT(life.row_offsets() == model.rows);
  RC_ASSERT(life.counts().rows == model.rows.size());
  RC_ASSERT(life.counts().duplicates == model.duplicates);
  RC_ASSERT(life.counts().conflicts == model.conflicts);
  RC_ASSERT(life.quarantined().size() == kDamaged);
}

}  // namespace
}  // namespace firn
