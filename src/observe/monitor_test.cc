#include <gtest/gtest.h>

#include <string>

#include "observe/health.h"
#include "observe/metrics.h"
#include "observe/monitor_handler.h"

namespace firn {
namespace {

using std::chrono_literals::operator""s;

class ScriptedMonitored final : public Monitored {
 public:
  std::string metrics_text() override { return "metric 1\n"; }
  Health health() override { return health_; }
  Readiness readiness() override { return readiness_; }
  Health health_;
  Readiness readiness_;
};

class MonitorTest : public ::testing::Test {
 protected:
  HttpResponse get(std::string_view target, std::string_view method = "GET") {
    HttpHead head;
    head.method = method;
    head.target = target;
    return handler_.head(head).response;
  }
  ScriptedMonitored monitored_;
  MonitorHandler handler_{monitored_};
};

TEST_F(MonitorTest, IsHealthyWhileEveryLoopComesRoundInTime) {
  monitored_.health_.loops = {{"firn-http", 1s, 30s}, {"firn-commit forms", 0s, 60s}};
  EXPECT_EQ(get("/healthz").status, 200);
  monitored_.health_.loops[1].busy_for = 61s;
  const HttpResponse stuck = get("/healthz");
  EXPECT_EQ(stuck.status, 503);
  EXPECT_NE(stuck.body.find(R"({"name":"firn-commit forms","state":"stuck","busy_seconds":61.000})"), std::string::npos)
      << stuck.body;
  EXPECT_EQ(monitored_.health_.reason(), "firn-commit forms has made no progress for 1m 1s");
}

TEST_F(MonitorTest, IsReadyWhileEveryRepeaterTakesDocuments) {
  monitored_.readiness_.repeaters = {{"forms", ""}, {"cases", ""}};
  EXPECT_EQ(get("/readyz").status, 200);
  monitored_.readiness_.repeaters[1].reason = "the \"disk\" is\nfull";
  const HttpResponse unready = get("/readyz?verbose");
  EXPECT_EQ(unready.status, 503);
  EXPECT_EQ(unready.body, R"({"status":"not ready","repeaters":[{"name":"forms","ready":true,"reason":null},)"
                          R"({"name":"cases","ready":false,"reason":"the \"disk\" is\u000afull"}]})"
                          "\n");
}

TEST_F(MonitorTest, KnowsThreePathsAndOneMethod) {
  EXPECT_EQ(get("/metrics").body, "metric 1\n");
  EXPECT_EQ(get("/metrics").content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(get("/").status, 404);
  EXPECT_EQ(get("/metrics", "POST").status, 405);
}

TEST(Metrics, WritesCountersHistogramsAndWhatIsReadAtTheScrape) {
  Metrics metrics;
  MetricCounter counter = metrics.counter("firn_requests_total", "Requests.", {{"repeater", "forms"}});
  counter.add();
  metrics.counter("firn_requests_total", "Requests.", {{"repeater", "forms"}}).add(2);
  metrics.histogram("firn_append_seconds", "Appends.", {}, {0.1, 1}).observe(0.5);
  double value = 0;
  metrics.on_scrape([&](MetricSamples& samples) { samples.gauge("firn_waiting", "Waiting.", value); });
  value = 7;
  const std::string text = metrics.text();
  for (const std::string line :
       {"# HELP firn_requests_total Requests.\n", "# TYPE firn_requests_total counter\n",
        "firn_requests_total{repeater=\"forms\"} 3\n", "firn_append_seconds_bucket{le=\"1\"} 1\n",
        "firn_append_seconds_count 1\n", "# TYPE firn_waiting gauge\n", "firn_waiting 7\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << "is missing in\n" << text;
  }
}

}  // namespace
}  // namespace firn
