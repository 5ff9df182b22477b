#include <gtest/gtest.h>

#include <string>

#include "base/base64.h"
#include "cli/exit_code.h"
#include "tests/support/cli_fixture.h"

namespace firn {
namespace {

class Commands : public CliFixture {};

const std::string kStatus = R"({"version":"0.1.0","state":"running","uptime_seconds":3700,"data_dir":"/var/lib/firn",
 "disk":{"free_bytes":120000000000,"intake_floor_bytes":2000000000,"pack_floor_bytes":500000000},
 "repeaters":[{"name":"forms","kind":"form","table":"forms","received":12345,"waiting":120,"oldest_waiting_seconds":42,
  "accepts_per_second":1.5,"decided":{"records":12225,"rows":12000,"duplicates":220,"conflicts":3,"quarantined":5,
  "bytes_received":1},"in_open_chunk":{"records":10,"rows":9,"duplicates":1,"quarantined":0},
  "chunks":[{"state":"loaded","chunks":2,"rows":12000,"bytes_uncompressed":52000000,"bytes_compressed":5200000}],
  "quarantine_open":5,"open_batch":{"period":"2026-11","number":3},
  "batches_unfinished":[{"id":2,"period":"2026-11","number":2,"state":"submitted","chunks":4}],
  "uningested_bytes":1000,"threshold_bytes":2000000000,"journal_bytes":1200000,"journal_quota_bytes":10000000000,
  "steps":[{"name":"pack","state":"idle","attempts":0,"reason":null,"next_run_seconds":null},
   {"name":"load","state":"retrying","attempts":3,"reason":"another program holds the database",
    "next_run_seconds":5}]}],
 "alarms":[]})";

std::string with(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

TEST_F(Commands, StatusShowsWhatHappenedAndWhatIsRetried) {
  answer("GET /status", kStatus);
  EXPECT_EQ(run({"status"}), kExitOk);
  for (const char* part : {"running for 1h 1m", "12,345", "the oldest for 42s", "5 open: firn quarantine list",
                           "3 of them with other content", "52.0 MB", "batch 2026-11/000002 is submitted, 4 chunks",
                           "another program holds the database", "journal 1.20 MB of 10.0 GB",
                           "has 1.00 kB in closed chunks; an ingest begins at 2.00 GB"}) {
    expect_out(part);
  }
  EXPECT_EQ(out_.str().find("pack  "), std::string::npos) << "steps that simply work are not shown";
  EXPECT_EQ(calls_.at(0).unix_path, "/var/lib/firn/admin.sock");
}

TEST_F(Commands, StatusShowsWhatTheFilterHasDropped) {
  answer("GET /status", with(with(kStatus, R"("uptime_seconds":3700)",
                                  R"("uptime_seconds":3700,"started_at":"2026-03-01T08:00:00.000000Z")"),
                             R"("accepts_per_second":1.5)",
                             R"("accepts_per_second":1.5,"filtered":[{"rule":"device_logs","documents":1200},)"
                             R"({"rule":"only_xmlns","documents":3}])"));
  EXPECT_EQ(run({"status"}), kExitOk);
  expect_out("filter dropped 1,203 since 2026-03-01 08:00:00: device_logs 1,200, only_xmlns 3");
}

TEST_F(Commands, StatusShowsHowManyRequestsWaitOfARepeaterWithoutRows) {
  answer("GET /status",
         with(with(with(kStatus, R"("kind":"form","table":"forms")", R"("kind":"form_stub","table":null)"),
                   R"("conflicts":3)", R"("conflicts":3,"requests":1300)"),
              R"("quarantine_open":5)", R"("quarantine_open":5,"fetch_open":1234)"));
  EXPECT_EQ(run({"status"}), kExitOk);
  expect_out("forms: form_stub documents\n");
  expect_out("requests to fetch");
  expect_out("1,300  1,234 not fetched yet");
  EXPECT_EQ(out_.str().find("rows made"), std::string::npos);
  EXPECT_EQ(out_.str().find("an ingest begins"), std::string::npos);
}

TEST_F(Commands, StatusOfProgramsIsTheAnswerItself) {
  answer("GET /status", kStatus);
  EXPECT_EQ(run({"status", "--json"}), kExitOk);
  expect_out(R"("received":12345)");
}

TEST_F(Commands, StatusShowsAlarmsFirstAndAsksForAPerson) {
  answer("GET /status", with(kStatus, R"("alarms":[])",
                             R"("alarms":[{"name":"intake.refused","object":"hq","text":"wrong password",)"
                             R"("since":"2026-03-01T00:00:00.000000Z","last":"2026-03-01T08:00:00.000000Z",)"
                             R"("to_do":"correct it in HQ","count":7}])"));
  EXPECT_EQ(run({"status"}), kExitAttention);
  EXPECT_TRUE(
      out_.str().starts_with("ALARMS\n! intake.refused (hq)\n    since  2026-03-01 00:00:00\n"
                             "           7 times, last 2026-03-01 08:00:00\n"
                             "    what   wrong password\n    to do  correct it in HQ\n"))
      << out_.str();
}

TEST_F(Commands, StatusLetsNoStrangerCommandTheTerminal) {
  answer("GET /status", with(kStatus, R"("alarms":[])",
                             R"("alarms":[{"name":"intake.unknown_repeater","object":"\u001b[2J","text":"a\u001b[2Jb",)"
                             R"("since":"2026-03-01T00:00:00.000000Z","count":1}])"));
  run({"status"});
  EXPECT_EQ(out_.str().find('\x1b'), std::string::npos);
  expect_out("(\\u001b[2J)");
}

TEST_F(Commands, StatusOfABlockedStepAsksForAPerson) {
  answer("GET /status", with(kStatus, "retrying", "blocked"));
  EXPECT_EQ(run({"status"}), kExitAttention);
}

TEST_F(Commands, SayWhenNoDaemonAnswers) {
  EXPECT_EQ(run({"status"}), kExitUnreachable);
  expect_err("no daemon answers at /var/lib/firn/admin.sock: no such file");
  expect_err("`firn serve`");
}

TEST_F(Commands, ShowTheDaemonsErrorsWithTheirHint) {
  answer("POST /ingest", R"({"error":{"kind":"not_found","message":"no repeater visits","hint":"look at firn check"}})",
         404);
  EXPECT_EQ(run({"ingest", "visits"}), kExitFailed);
  EXPECT_EQ(err_.str(), "firn: no repeater visits\nlook at firn check\n");
  EXPECT_EQ(calls_.at(0).body, R"({"repeater":"visits"})");
}

TEST_F(Commands, SayWhenTheAnswerIsNotUnderstood) {
  answer("GET /status", "<html>");
  EXPECT_EQ(run({"status"}), kExitFailed);
  expect_err("not JSON");
  answers_.clear();
  answer("GET /status", "gateway", 502);
  EXPECT_EQ(run({"status"}), kExitFailed);
  expect_err("the daemon answered 502");
}

TEST_F(Commands, SayWhatIsWrongWithTheConfiguration) {
  write("/etc/firn/firn.toml", "[intaek]\n");
  for (const auto& words : std::vector<std::vector<std::string>>{{"status"},
                                                                 {"serve"},
                                                                 {"ingest"},
                                                                 {"trace", "x"},
                                                                 {"check"},
                                                                 {"quarantine", "list"},
                                                                 {"journal", "salvage", "forms"}}) {
    EXPECT_EQ(run(words), kExitConfiguration) << words[0];
    expect_err("/etc/firn/firn.toml:1:2: unknown section \"intaek\"; did you mean \"intake\"?");
  }
}

TEST_F(Commands, FindTheirConfiguration) {
  const std::string correct = files_.content("/etc/firn/firn.toml").value();
  ASSERT_TRUE(files_.create_directories("/srv"));
  write("/srv/a.toml", correct);
  write("firn.toml", correct);
  EXPECT_EQ(run({"check"}), kExitOk);
  expect_out("\nfirn.toml is correct");
  environment_["FIRN_CONFIG"] = "/etc/firn/firn.toml";
  EXPECT_EQ(run({"check"}), kExitOk);
  expect_out("\n/etc/firn/firn.toml is correct");
  EXPECT_EQ(run({"check", "--config", "/srv/a.toml"}), kExitOk);
  expect_out("\n/srv/a.toml is correct");
}

TEST_F(Commands, CheckShowsEverySettingAndWarnings) {
  write("/etc/firn/firn.toml", files_.content("/etc/firn/firn.toml").value() + "chunk_size = \"1 MB\"\n");
  EXPECT_EQ(run({"check"}), kExitOk);
  expect_out("repeater.forms.chunk_size               1 MB                        line 12\n");
  expect_err("warning: /etc/firn/firn.toml:12:14: chunks of 1 MB cost more");
  EXPECT_EQ(run({"check", "--json"}), kExitOk);
  expect_out(R"("key":"repeater.forms.chunk_size","value":"1 MB","origin":"file","line":12)");
}

TEST_F(Commands, CheckTellsProgramsWhatIsWrong) {
  write("/etc/firn/firn.toml", "[intaek]\n");
  EXPECT_EQ(run({"check", "--json"}), kExitConfiguration);
  expect_out(
      R"({"file":"/etc/firn/firn.toml","line":1,"column":2,"message":"unknown section \"intaek\"","hint":"did you )");
}

TEST_F(Commands, InitWritesAnExampleOnce) {
  EXPECT_EQ(run({"init", "--config", "/srv/firn/firn.toml"}), kExitOk);
  expect_out("Wrote /srv/firn/firn.toml");
  EXPECT_TRUE(files_.content("/srv/firn/firn.toml")->starts_with("# Firn"));
  expect_out("  firn credential add hq --config /srv/firn/firn.toml\n");
  EXPECT_EQ(run({"init", "--config", "/srv/firn/firn.toml"}), kExitFailed);
}

TEST_F(Commands, ServeHandsTheConfigurationOver) {
  EXPECT_EQ(run({"serve", "--port-file", "/run/port"}), 0);
  EXPECT_EQ(served_, "/etc/firn/firn.toml /run/port");
}

TEST_F(Commands, VersionIsANumber) {
  EXPECT_EQ(run({"version"}), kExitOk);
  EXPECT_TRUE(out_.str().starts_with("firn 0."));
  EXPECT_EQ(run({"version", "--json"}), kExitOk);
  EXPECT_TRUE(out_.str().starts_with(R"({"version":"0.)"));
}

// --- ingest

std::string batch(const std::string& state, const std::string& chunk_state) {
  return R"({"id":4,"repeater":"forms","period":"2026-03","number":2,"state":")" + state +
         R"(","chunks":[{"key":"k","state":")" + chunk_state + R"(","rows":3,"reason":null}]})";
}
const std::string kClosing =
    R"({"batches":[{"id":4,"repeater":"forms","period":"2026-03","number":2,"state":"closing"}]})";

TEST_F(Commands, IngestTellsWhatItBegan) {
  answer("POST /ingest", kClosing);
  EXPECT_EQ(run({"ingest"}), kExitOk);
  EXPECT_EQ(out_.str(), "BATCH  REPEATER  DIRECTORY       STATE    CHUNKS\n    4  forms     2026-03/000002  closing\n");
  EXPECT_EQ(calls_.at(0).body, R"({"repeater":null})");
}

TEST_F(Commands, IngestWaitsUntilLoaded) {
  answer("POST /ingest", kClosing);
  answer("GET /batches/4", batch("closing", "packed"));
  answer("GET /batches/4", batch("submitted", "submitted"));
  answer("GET /batches/4", batch("loaded", "loaded"));
  EXPECT_EQ(run({"ingest", "--wait"}), kExitOk);
  expect_out("loaded");
  EXPECT_EQ(calls_.size(), 4U);
}

TEST_F(Commands, IngestGivesUpWaitingAfterItsTimeOut) {
  answer("POST /ingest", kClosing);
  answer("GET /batches/4", batch("submitted", "submitted"));
  EXPECT_EQ(run({"ingest", "--wait", "--timeout", "3s"}), kExitFailed);
  expect_err("not loaded within the time-out");
}

TEST_F(Commands, IngestOfAQuarantinedChunkAsksForAPerson) {
  answer("POST /ingest", kClosing);
  answer("GET /batches/4", batch("loaded", "quarantined"));
  EXPECT_EQ(run({"ingest", "--wait", "--json"}), kExitAttention);
  expect_out(R"("state":"quarantined")");
}

TEST_F(Commands, IngestWithNothingToDoSaysSo) {
  answer("POST /ingest", R"({"batches":[]})");
  EXPECT_EQ(run({"ingest", "--wait"}), kExitOk);
  EXPECT_EQ(out_.str(), "There is nothing to ingest.\n");
}

TEST_F(Commands, IngestSaysWhenTheDaemonGoesAway) {
  answer("POST /ingest", kClosing);
  EXPECT_EQ(run({"ingest", "--wait"}), kExitUnreachable);
}

// --- trace

TEST_F(Commands, TraceTellsATimeLineForEachVersion) {
  answer("GET /trace?id=a%20b&domain=d",
         R"({"id":"a b","versions":[{"repeater":"forms","domain":"d","position":"281474976710657",
  "version":"2026-03-01T00:00:00.250000Z","received_at":"2026-03-01T00:00:01.000000Z","row":17,
  "chunk":{"key":"forms/x.csv.zst","state":"loaded","batch":4,"rows":5000,"packed_at":"2026-03-01T01:00:00.000000Z",
   "staged_at":"2026-03-01T01:00:02.000000Z","submitted_at":"2026-03-01T01:00:03.000000Z",
   "loaded_at":"2026-03-01T01:00:04.000000Z","purged_at":null,"reason":null}}],
  "waiting":[{"repeater":"forms","position":"9","received_at":"2026-03-01T00:00:05.000000Z"}],
  "quarantined":[{"repeater":"forms","position":"8","reason":"missing_id","detail":"byte 1","state":"open"}]})");
  EXPECT_EQ(run({"trace", "a b", "--domain", "d"}), kExitOk);
  for (const char* part :
       {"Document a b: 1 version in chunks, 1 waiting to be packed, 1 in quarantine", "position 281474976710657",
        "row 17 of 5,000", "file forms/x.csv.zst", "loaded     2026-03-01 01:00:04", "firn quarantine show forms 8",
        "Waiting in forms: received 2026-03-01 00:00:05, position 9"}) {
    expect_out(part);
  }
}

TEST_F(Commands, TraceTellsThatAFormIsToBeFetched) {
  answer("GET /trace?id=f1", R"({"id":"f1","versions":[],"waiting":[],"quarantined":[],
  "requests":[{"repeater":"stubs","kind":"form_stub","domain":"d","position":"9",
   "received_on":"2026-03-01T00:00:00.000000Z","requested_at":"2026-03-01T00:00:05.000000Z"}]})");
  EXPECT_EQ(run({"trace", "f1"}), kExitOk);
  expect_out("To be fetched (form_stub in stubs, domain d): told of 2026-03-01 00:00:05, position 9");
}

TEST_F(Commands, TraceOfAnUnknownFormFails) {
  answer("GET /trace?id=x", R"({"id":"x","versions":[],"waiting":[],"quarantined":[]})");
  EXPECT_EQ(run({"trace", "x"}), kExitFailed);
  expect_err("no document x was received here");
}

// --- quarantine

const std::string kRecord =
    R"({"repeater":"forms","position":"8","last":"8","reason":"not_json","detail":"byte 12","domain":"d",)"
    R"("document_id":"",)"
    R"("bytes":4300,"received_at":"2026-03-01T00:00:00.000000Z","quarantined_at":"2026-03-01T00:01:00.000000Z",)"
    R"("state":"open","replaced_by":null)";
const std::string kChunk = R"({"id":3,"repeater":"forms","key":"forms/y.csv.zst","rows":7,"reason":"6 of 7 rows"})";

TEST_F(Commands, QuarantineListShowsRecordsAndChunks) {
  answer("GET /quarantine?state=open", R"({"records":[)" + kRecord + "}],\"chunks\":[" + kChunk + "]}");
  EXPECT_EQ(run({"quarantine", "list"}), kExitOk);
  expect_out("forms            8  not_json  byte 12");
  expect_out("forms/y.csv.zst  6 of 7 rows");
}

TEST_F(Commands, QuarantineListOfAllStatesAndOneRepeater) {
  answer("GET /quarantine?repeater=forms", R"({"records":[],"chunks":[]})");
  EXPECT_EQ(run({"quarantine", "list", "--repeater", "forms", "--state", "all"}), kExitOk);
  EXPECT_EQ(out_.str(), "Nothing is in quarantine.\n");
}

TEST_F(Commands, QuarantineShowGivesTheBytesBack) {
  const std::string body("{\"a\":\n\0\xff", 8);
  answer("GET /quarantine/forms/8", kRecord + ",\"body_base64\":\"" + to_base64(body) + "\"}");
  EXPECT_EQ(run({"quarantine", "show", "forms", "8", "--body"}), kExitOk);
  EXPECT_EQ(out_.str(), body);
  EXPECT_EQ(run({"quarantine", "show", "forms", "8"}), kExitOk);
  expect_out("reason               not_json\n");
}

TEST_F(Commands, QuarantineShowSaysWhenTheBytesAreGone) {
  answer("GET /quarantine/forms/8", kRecord + ",\"body_base64\":null}");
  EXPECT_EQ(run({"quarantine", "show", "forms", "8", "--body"}), kExitFailed);
  expect_err("are gone");
}

TEST_F(Commands, QuarantineRetrySendsTheRepairedDocument) {
  write("fixed.json", "{}");
  answer("POST /quarantine/forms/8/retry", R"({"position":"99"})");
  EXPECT_EQ(run({"quarantine", "retry", "forms", "8", "--body", "fixed.json"}), kExitOk);
  expect_out("new position is 99");
  EXPECT_EQ(calls_.at(0).body, R"({"body_base64":"e30="})");
  EXPECT_EQ(run({"quarantine", "retry", "forms", "8"}), kExitOk);
  EXPECT_EQ(calls_.at(1).body, "");
  EXPECT_EQ(run({"quarantine", "retry", "forms", "8", "--body", "none.json"}), kExitFailed);
}

TEST_F(Commands, QuarantineRetryAllSendsEverything) {
  answer("GET /quarantine?state=open", R"({"records":[)" + kRecord + "}],\"chunks\":[" + kChunk + "]}");
  answer("POST /quarantine/forms/8/retry", R"({"position":"99"})");
  answer("POST /quarantine/chunks/3/retry", R"({"id":3})");
  EXPECT_EQ(run({"quarantine", "retry", "--all"}), kExitOk);
  EXPECT_EQ(out_.str(), "Sent again: 1 records and 1 chunks.\n");
}

TEST_F(Commands, QuarantineRetryAllLeavesOutWhatTheJournalLost) {
  answer("GET /quarantine?state=open",
         R"({"records":[)" + with(kRecord, "not_json", "journal_damage") + "}],\"chunks\":[]}");
  EXPECT_EQ(run({"quarantine", "retry", "--all"}), kExitOk);
  EXPECT_EQ(out_.str(), "Sent again: 0 records and 0 chunks.\n");
}

TEST_F(Commands, QuarantineRetryOfAChunkTellsHowManyRowsAreSent) {
  answer("POST /quarantine/chunks/3/retry", R"({"id":3,"rows":4})");
  EXPECT_EQ(run({"quarantine", "retry", "--chunk", "3"}), kExitOk);
  expect_out("Chunk 3 is sent again with 4 rows; the next ingest loads them.");
  answer("POST /quarantine/chunks/4/retry", R"({"id":4,"rows":0})");
  EXPECT_EQ(run({"quarantine", "retry", "--chunk", "4"}), kExitOk);
  expect_out("Every row of chunk 4 is in the table");
}

TEST_F(Commands, QuarantineRetryAllGoesOnPastAFailureAndTellsOfIt) {
  answer("GET /quarantine?state=open", R"({"records":[)" + kRecord + "}],\"chunks\":[" + kChunk + "]}");
  answer("POST /quarantine/forms/8/retry", R"({"error":{"kind":"no_space","message":"the quota is full","hint":""}})",
         503);
  answer("POST /quarantine/chunks/3/retry", R"({"id":3})");
  EXPECT_EQ(run({"quarantine", "retry", "--all"}), kExitFailed);
  expect_err("firn: forms/8 stays: the quota is full");
  EXPECT_EQ(out_.str(), "Sent again: 0 records and 1 chunks.\n");
  EXPECT_EQ(run({"quarantine", "retry", "--all", "--json"}), kExitFailed);
  expect_out(R"("failures":[{"object":"forms/8","message":"the quota is full"}])");
}

TEST_F(Commands, QuarantineDiscardAsksFirst) {
  answer("POST /quarantine/forms/8/discard", R"({"position":"8","state":"discarded"})");
  EXPECT_EQ(run({"quarantine", "discard", "forms", "8"}, "n\n", true), kExitFailed);
  EXPECT_EQ(run({"quarantine", "discard", "forms", "8"}, "", false), kExitUsage);
  EXPECT_TRUE(calls_.empty());
  EXPECT_EQ(run({"quarantine", "discard", "forms", "8"}, "y\n", true), kExitOk);
  EXPECT_EQ(run({"quarantine", "discard", "forms", "8", "--yes"}), kExitOk);
  EXPECT_EQ(calls_.size(), 2U);
}

}  // namespace
}  // namespace firn
