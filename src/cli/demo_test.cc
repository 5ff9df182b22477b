#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "base/mutex.h"
#include "cli/demo_daemon.h"
#include "cli/demo_documents.h"
#include "cli/demo_forms.h"
#include "cli/demo_sender.h"
#include "cli/demo_summary.h"
#include "cli/exit_code.h"
#include "config/config.h"
#include "platform/http_client.h"
#include "tests/support/cli_fixture.h"

namespace firn {
namespace {

namespace json = boost::json;

json::object parse(const DemoDelivery& delivery) { return json::parse(demo_body(delivery)).as_object(); }

TEST(DemoForms, AreTheSameEachTime) {
  EXPECT_EQ(demo_body({17, 1, true}), demo_body({17, 1, true}));
  EXPECT_NE(demo_body({17}), demo_body({18}));
}

TEST(DemoForms, AreAsLargeAsRealOnes) {
  std::size_t bytes = 0;
  for (std::uint64_t number = 0; number < 200; ++number) {
    bytes += demo_body({number}).size();
  }
  EXPECT_GT(bytes / 200, 3900U);
  EXPECT_LT(bytes / 200, 4700U);
}

TEST(DemoForms, HaveIdsOfTheirOwn) {
  std::set<std::string> ids;
  for (std::uint64_t number = 0; number < 2000; ++number) {
    ids.insert(std::string(parse({number}).at("id").as_string()));
  }
  EXPECT_EQ(ids.size(), 2000U);
}

TEST(DemoForms, HaveTheShapeOfHq) {
  std::set<json::kind> repeats;
  for (std::uint64_t number = 0; number < 400; number += 4) {
    const json::object form = parse({number});
    EXPECT_EQ(form.at("domain"), kDemoDomain);
    EXPECT_EQ(form.at("form").at("meta").at("instanceID"), form.at("id"));
    repeats.insert(form.at("form").at("members").kind());
  }
  // Nothing, one entry, several: each its own shape.
  EXPECT_EQ(repeats, (std::set{json::kind::string, json::kind::object, json::kind::array}));
}

TEST(DemoForms, SentAgainDifferInTheTimeOfSendingOnly) {
  json::object first = parse({5});
  json::object again = parse({5, 0, true});
  EXPECT_NE(first, again);
  first.erase("indexed_on");
  again.erase("indexed_on");
  EXPECT_EQ(first, again);
}

TEST(DemoForms, EditedHaveTheSameIdAndANewerVersion) {
  const json::object first = parse({5});
  const json::object edited = parse({5, 1});
  EXPECT_EQ(first.at("id"), edited.at("id"));
  EXPECT_EQ(first.at("received_on"), edited.at("received_on"));
  EXPECT_LT(first.at("server_modified_on").as_string(), edited.at("server_modified_on").as_string());
  EXPECT_NE(first.at("form").at("visit").at("remarks"), edited.at("form").at("visit").at("remarks"));
}

TEST(DemoForms, AreDamagedAsTheySay) {
  EXPECT_THROW(json::parse(demo_body({5, 0, false, DemoDamage::kCutShort})), std::exception);
  const std::string twice = demo_body({5, 0, false, DemoDamage::kKeyTwice});
  EXPECT_NE(twice.find("\"version\""), twice.rfind("\"version\""));
  EXPECT_FALSE(parse({5, 0, false, DemoDamage::kWithoutId}).contains("id"));
  EXPECT_NE(parse({5, 0, false, DemoDamage::kOtherDomain}).at("domain"), kDemoDomain);
  EXPECT_EQ(parse({5, 0, false, DemoDamage::kNoDate}).at("received_on"), "the day before yesterday");
}

TEST(DemoDocuments, AreDifferentAndOfEverySort) {
  std::map<std::string, std::set<std::string>> bodies;
  for (const DemoDocument& document : demo_documents(10)) {
    bodies[document.repeater].insert(document.body);
  }
  EXPECT_EQ(bodies.size(), demo_sorts().size());
  for (const DemoSort& sort : demo_sorts()) {
    EXPECT_EQ(bodies[sort.repeater].size(), 10U) << sort.repeater;
  }
}

TEST(DemoDocuments, AreSentWithHqsHeaders) {
  for (const DemoDocument& document : demo_documents(1)) {
    const HttpCall call = demo_call({"http://x/in", "hq", "secret"}, document);
    EXPECT_EQ(call.url, "http://x/in/" + document.repeater + "/demo-health");
    EXPECT_EQ(call.headers.at(0).second, document.content_type);
    if (document.repeater == "cases") {
      EXPECT_EQ(call.headers.at(1).first, "server-modified-on");
    }
  }
}

TEST(DemoPlan, CountsWhatItSends) {
  const DemoPlan plan = make_demo_plan(5000);
  EXPECT_EQ(plan.expected.accepted, plan.deliveries.size());
  EXPECT_EQ(plan.expected.duplicates, 500U);
  EXPECT_EQ(plan.expected.edits, 250U);
  EXPECT_EQ(plan.expected.quarantined, 25U);
  EXPECT_EQ(plan.expected.rows(), 5250U);
  std::set<std::pair<std::uint64_t, unsigned>> versions;
  for (const DemoDelivery& delivery : plan.deliveries) {
    if (delivery.damage == DemoDamage::kNone) {
      versions.insert({delivery.number, delivery.edit});
    }
  }
  EXPECT_EQ(versions.size(), plan.expected.rows());
  EXPECT_EQ(make_demo_plan(20).expected.quarantined, 5U);
}

/// Answers 503 to every second request; counts the accepted bodies.
class BusyServer {
 public:
  class Client final : public HttpClient {
   public:
    explicit Client(BusyServer& server) : server_(server) {}
    Result<HttpReply> call(const HttpCall& call) override { return server_.answer(call); }

   private:
    BusyServer& server_;
  };

  Result<HttpReply> answer(const HttpCall& call) {
    const MutexLock lock(mutex_);
    EXPECT_TRUE(call.url.starts_with("http://x/in/forms/demo-health?app_id=")) << call.url;
    EXPECT_EQ(call.username + call.password, "hqsecret");
    if (++calls_ % 2 == 0) {
      return HttpReply{503, "", {}};
    }
    ++bodies_[call.body];
    return HttpReply{final_status_, "", {}};
  }

  Mutex mutex_;
  int final_status_ = 200;
  std::uint64_t calls_ = 0;
  std::map<std::string, std::uint64_t> bodies_;
};

DemoSender::MakeCall calls_of(const DemoPlan& plan) {
  return [&plan](std::size_t i) { return demo_call({"http://x/in", "hq", "secret"}, plan.deliveries[i]); };
}

TEST(DemoSender, SendsEverythingAndAgainAfter503) {
  BusyServer server;
  const DemoPlan plan = make_demo_plan(50);
  DemoSender sender([&] { return std::make_unique<BusyServer::Client>(server); }, [](Duration) {});
  std::uint64_t last = 0;
  sender.send(plan.deliveries.size(), calls_of(plan), [&](std::uint64_t sent) { last = sent; });
  EXPECT_EQ(sender.accepted(), plan.deliveries.size());
  EXPECT_EQ(last, plan.deliveries.size());
  EXPECT_EQ(server.bodies_.size(), plan.deliveries.size());
  EXPECT_TRUE(sender.refusals().empty());
}

TEST(DemoSender, CountsRefusals) {
  BusyServer server;
  server.final_status_ = 401;
  const DemoPlan plan = make_demo_plan(20);
  DemoSender sender([&] { return std::make_unique<BusyServer::Client>(server); }, [](Duration) {});
  sender.send(plan.deliveries.size(), calls_of(plan), [](std::uint64_t) {});
  EXPECT_EQ(sender.accepted(), 0U);
  EXPECT_EQ(sender.refusals().at("answer 401"), plan.deliveries.size());
}

DemoResult good_result() {
  DemoResult result;
  result.expected = make_demo_plan(5000).expected;
  result.sorts = {{demo_sorts()[1], 50, 50, 0}, {demo_sorts()[5], 50, 0, 50}};
  result.accepted = result.expected.accepted + 100;
  result.sending = std::chrono::seconds(2);
  result.duplicates = 500;
  result.quarantined = 25;
  result.reasons = {
      {"not_json", 5}, {"duplicate_key", 5}, {"missing_id", 5}, {"domain_mismatch", 5}, {"invalid_timestamp", 5}};
  result.rows_packed = 5250;
  result.rows_in_table = 5250;
  result.chunks = 3;
  result.chunks_on_stage = 3;
  result.stage = "s3://bucket/forms/";
  result.bytes_uncompressed = 24'000'000;
  result.bytes_compressed = 2'400'000;
  result.latest = {
      R"({"form_id":"abc","received_on":"2026-03-02 06:00:00","server_modified_on":"2026-03-02 06:00:00.24",)"
      R"("form_json":"{\"form\":{\"@name\":\"Home visit\",\"visit\":{\"village\":\"Rampur\"}}}"})"};
  return result;
}

TEST(DemoSummary, SpeaksOfEverythingANewcomerAsks) {
  const std::string text = demo_text(good_result());
  for (const char* part :
       {"accepted             5,875", "duplicates absorbed    500", "in quarantine           25", "not_json 5",
        "rows in the table    5,250", "5,000 forms and 250 edited versions", "10.0 times smaller", "In Snowflake",
        "$0.00027 = 0.0240 GB before compression x 0.0037 credits a GB x $3.00", "forms_latest", "Rampur",
        "All 14 counts are what they must be", "case       JSON, XML         50  cases    50",
        "50 requests to fetch the document wait", "firn demo --keep"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
}

TEST(DemoSummary, FailsWhenACountIsWrong) {
  EXPECT_TRUE(all_hold(check_demo(good_result())));
  for (std::uint64_t DemoResult::* count :
       {&DemoResult::accepted, &DemoResult::duplicates, &DemoResult::conflicts, &DemoResult::quarantined,
        &DemoResult::rows_packed, &DemoResult::rows_in_table}) {
    DemoResult result = good_result();
    ++(result.*count);
    EXPECT_FALSE(all_hold(check_demo(result)));
    EXPECT_NE(demo_text(result).find("WRONG"), std::string::npos);
  }
  DemoResult result = good_result();
  result.reasons["not_json"] = 4;
  EXPECT_FALSE(all_hold(check_demo(result)));
  for (std::size_t i = 0; i < 2; ++i) {
    result = good_result();
    result.sorts[i].rows = result.sorts[i].to_fetch = 49;
    EXPECT_FALSE(all_hold(check_demo(result)));
  }
  result = good_result();
  result.refusals["answer 401"] = 1;
  EXPECT_FALSE(all_hold(check_demo(result)));
}

TEST(DemoSummary, IsJsonForPrograms) {
  const json::value value = json::parse(demo_json(good_result()));
  EXPECT_EQ(value.at("rows"), 5250);
  EXPECT_EQ(value.at("ok"), true);
  EXPECT_EQ(value.at("latest").at(0).at("form_id"), "abc");
}

class DemoCommand : public CliFixture {};

TEST_F(DemoCommand, UsesACorrectConfiguration) {
  write("/etc/firn/hq.secret", "x");
  write("/etc/firn/demo.toml", demo_config());
  const auto config = load_config(files_, "/etc/firn/demo.toml", [](const std::string&) { return std::nullopt; });
  // Only the secret file is not there: its mode is looked up on the real disk.
  ASSERT_FALSE(config);
  ASSERT_EQ(config.error().size(), 1U);
  EXPECT_NE(config.error()[0].message.find("hq.secret"), std::string::npos);
}

TEST_F(DemoCommand, RefusesAFolderThatIsNotEmpty) {
  EXPECT_EQ(run({"demo", "--directory", "/etc"}), kExitFailed);
  expect_err("it is not empty");
}

}  // namespace
}  // namespace firn
