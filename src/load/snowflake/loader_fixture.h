#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <initializer_list>
#include <string>

#include "load/snowflake/copy_loader.h"
#include "load/snowflake/pipe_loader.h"
#include "tests/support/manual_clock.h"
#include "tests/support/scripted_http.h"
#include "tests/support/snowflake_login.h"
#include "tests/support/snowflake_rows.h"

namespace firn {

inline const std::string kKey = "forms/2026-03/000001/1-0-0-9-a1-aa.csv.zst";
inline const std::string kOther = "forms/2026-03/000001/1-0-10-19-a1-bb.csv.zst";

class SnowflakeLoadersTest : public testing::Test {
 protected:
  void answer(const std::string& columns, const std::string& rows) { http_.answer(200, rows_answer(columns, rows)); }
  /// What SHOW says about a table or pipe of ours.
  void answer_show(const std::string& name, const std::string& created = "1700000000.0",
                   const std::string& owner = "me", const std::string& rows = "5") {
    answer("created_on,name,comment,rows",
           "[\"" + created + "\",\"" + name + "\",\"" + owner_comment(owner) + "\",\"" + rows + "\"]");
  }
  LoadJob job(std::initializer_list<std::string> keys) {
    LoadJob made;
    made.request_id = "4a3c7e52-0000-4000-8000-000000000001";
    made.batch = "forms/2026-03/000001";
    made.table = table_of(Kind::kForm, TableName("forms"));
    for (const std::string& key : keys) {
      made.files.push_back({ObjectKey(key), "s3://b/" + key, 10, 100, 1000, clock_.now(), {}, 5000});
    }
    made.submitted_at = clock_.now();
    return made;
  }
  static std::string refusal(Loader& loader, const LoadJob& job) {
    const Status fits = loader.check(job);
    return fits ? "" : fits.error().reason;
  }
  [[nodiscard]] std::string statement(std::size_t call) const { return http_.calls().at(call).body; }

  CopyLoader copy_loader(bool dedicated = false) {
    return {sql_, clock_, {{"FIRN_LOADER", "WH"}, place_, "me"}, dedicated ? dedicated_ : meter_};
  }
  PipeLoader pipe_loader(const std::string& warehouse = "") {
    SnowflakePlace place = place_;
    place.pipe = "FORMS_PIPE";
    return {SnowpipeClient(transport_, "DB.S.FORMS_PIPE"), sql_, clock_, {{"FIRN_LOADER", warehouse}, place, "me"}};
  }
  /// insertReport's or loadHistoryScan's answer about one file.
  void answer_report(const std::string& key, const std::string& status, int rows, const std::string& mark = "m") {
    http_.answer(200, R"({"nextBeginMark":")" + mark + R"(","files":[{"path":")" + key + R"(","status":")" + status +
                          R"(","rowsInserted":)" + std::to_string(rows) + R"(,"complete":true}]})");
  }
  void answer_running() { http_.answer(202, R"({"statementHandle":"h-1"})"); }
  void answer_no_report() { http_.answer(200, R"({"nextBeginMark":"","files":[]})"); }

  ManualClock clock_;
  ScriptedHttp http_;
  SnowflakeTransport transport_{"https://north.example", test_login(), clock_, http_.make()};
  SqlClient sql_{transport_, [](Duration) {}};
  WarehouseMeter meter_{false};
  WarehouseMeter dedicated_{true};
  const SnowflakePlace place_{"DB", "S", "FIRN_LAKE", "FIRN_CSV", "FORMS", ""};
};

}  // namespace firn
