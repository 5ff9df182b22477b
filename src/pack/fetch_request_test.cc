// Documents that make no rows: what the pack step decides about them.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "pack/quarantine_file.h"
#include "tests/support/pack_world.h"

namespace firn {
namespace {

class FetchRequestTest : public testing::Test, protected PackWorld {
 protected:
  FetchRequestTest() { become(Kind::kFormStub); }

  void become(Kind kind) {
    options.table = TableDefinition{};
    options.table.kind = kind;
    options.chunk_age = Duration(0);
    start();
  }
  static std::string stub(const std::string& id) {
    return R"({"form_id":")" + id + R"(","domain":"demo","received_on":"2026-03-02T09:41:07Z","case_ids":[]})";
  }
  std::vector<FetchRequest> requests() { return catalog.fetch_requests({}).value(); }
};

TEST_F(FetchRequestTest, IsMadeOfAStubAtOnce) {
  const Position position = accept(stub("f1"));
  settle();
  ASSERT_EQ(requests().size(), 1U);
  EXPECT_EQ(requests()[0].document_id, "f1");
  EXPECT_EQ(requests()[0].domain, "demo");
  EXPECT_EQ(requests()[0].kind, Kind::kFormStub);
  EXPECT_EQ(requests()[0].position, position);
  EXPECT_EQ(format_timestamp(requests()[0].received_on), "2026-03-02 09:41:07.000000");
  EXPECT_EQ(requests()[0].requested_at, clock.now());
  EXPECT_TRUE(chunks().empty());
  EXPECT_EQ(counts().records, 1U);
  EXPECT_EQ(counts().requests, 1U);
  EXPECT_EQ(catalog.cursor(options.repeater, 0).value(), position.plus(1));
  EXPECT_EQ(catalog.settled_up_to(options.repeater, 0).value(), position.plus(1)) << "the journal may go";
}

TEST_F(FetchRequestTest, IsOneHoweverOftenTheStubCame) {
  accept(stub("f1"));
  accept(stub("f1"));
  settle();
  accept(stub("f1"));
  accept(stub("f2"));
  settle();
  EXPECT_EQ(requests().size(), 2U);
  EXPECT_EQ(counts().records, 4U);
  EXPECT_EQ(counts().requests, 2U);
  EXPECT_EQ(counts().duplicates, 2U);
}

TEST_F(FetchRequestTest, IsMadeOnceOverACrashBeforeItsDecision) {
  accept(stub("f1"));
  turn();
  const auto outcome = run();
  ASSERT_EQ(outcome.transitions.size(), 1U);
  crash(7);
  settle();
  EXPECT_EQ(requests().size(), 1U);
  EXPECT_EQ(catalog.commit(outcome.transitions).error().kind, ErrorKind::kConflict) << "the range is decided";
}

TEST_F(FetchRequestTest, IsNotMadeOfADamagedStub) {
  accept(form("f1"));
  const Position good = accept(stub("f1"));
  settle();
  ASSERT_EQ(quarantined().size(), 1U);
  EXPECT_EQ(quarantined()[0].reason, QuarantineReason::kWrongKind);
  EXPECT_EQ(requests().at(0).position, good);
}

TEST_F(FetchRequestTest, IsMadeOnceOfAStubSentAgainFromQuarantine) {
  const Position bad = accept(R"({"form_id":5,"domain":"demo"})");
  settle();
  accept(stub("f1"), bad);
  settle();
  accept(stub("f2"), bad);
  settle();
  EXPECT_EQ(requests().size(), 1U);
  EXPECT_TRUE(catalog.is_replaced(options.repeater, bad).value());
  EXPECT_EQ(counts().duplicates, 1U);
}

TEST_F(FetchRequestTest, IsMadeOfAnAppChange) {
  become(Kind::kAppChange);
  Record record;
  record.body = "02bf50ab803a89ea4963799362874f0c\n";
  record.envelope.received_at = clock.now();
  record.envelope.domain = "demo";
  (void)journal.append({&record, 1});
  settle();
  ASSERT_EQ(requests().size(), 1U);
  EXPECT_EQ(requests()[0].kind, Kind::kAppChange);
  EXPECT_EQ(requests()[0].document_id, "02bf50ab803a89ea4963799362874f0c");
  EXPECT_EQ(requests()[0].received_on, clock.now());
}

TEST_F(FetchRequestTest, BoundsWhatOneDecisionHolds) {
  options.max_rows = 3;
  start();
  for (int i = 0; i < 10; ++i) {
    accept(stub("f" + std::to_string(i)));
  }
  turn();
  const auto outcome = run();
  ASSERT_EQ(outcome.transitions.size(), 1U);
  EXPECT_EQ(std::get<DecideRange>(outcome.transitions[0]).requests.size(), 3U);
}

}  // namespace
}  // namespace firn
