#include "load/snowflake/snowpipe_client.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "base/url.h"
#include "load/request_id.h"
#include "load/snowflake/json_answer.h"
#include "load/snowflake/snowflake_error.h"

namespace firn {
namespace {

namespace json = boost::json;

constexpr Duration kTimeout = std::chrono::seconds(60);

std::uint64_t number_of(const json::value& object, std::string_view name) {
  const json::value* value = find_member(object, name);
  boost::system::error_code failed;
  const auto number = value == nullptr ? 0 : value->to_number<std::uint64_t>(failed);
  return failed ? 0 : number;
}

/// Unless it says otherwise, what is told is the end.
bool is_complete(const json::value& file) {
  const json::value* value = find_member(file, "complete");
  const auto* truth = value == nullptr ? nullptr : value->if_bool();
  return truth == nullptr || *truth;
}

PipeFileReport read_file_report(const json::value& file) {
  PipeFileReport report;
  report.path = text_member(file, "path");
  report.status = text_member(file, "status");
  report.is_complete = is_complete(file) && report.status != "LOAD_IN_PROGRESS";
  report.rows_inserted = number_of(file, "rowsInserted");
  report.first_error = text_member(file, "firstError");
  if (report.first_error.empty()) {
    report.first_error = text_member(file, "systemError");
  }
  report.first_error_line = number_of(file, "firstErrorLineNum");
  return report;
}

/// Milliseconds, as the documentation's examples have them.
std::string iso_time(Timestamp t) {
  std::string text = format_iso8601(t);
  return text.substr(0, text.size() - 4) + "Z";
}

}  // namespace

SnowpipeClient::SnowpipeClient(SnowflakeTransport& transport, std::string pipe)
    : transport_(transport), pipe_(std::move(pipe)) {}

std::string SnowpipeClient::path(const std::string& what, const std::string& query) const {
  return fmt::format("/v1/data/pipes/{}/{}?{}", percent_encode(pipe_), what, query);
}

Status SnowpipeClient::insert_files(const std::string& request_id, const std::vector<PipeFile>& files) {
  FIRN_CHECK(files.size() <= kMostFiles, "a request names 5,000 files at most");
  json::array list;
  for (const PipeFile& file : files) {
    list.push_back({{"path", file.path}, {"size", file.bytes}});
  }
  HttpCall call;
  call.method = "POST";
  call.url = path("insertFiles", "requestId=" + percent_encode(request_id));
  call.headers = {{"Content-Type", "application/json"}};
  call.body = json::serialize(json::object{{"files", std::move(list)}});
  call.timeout = kTimeout;
  FIRN_ASSIGN(const HttpReply reply, transport_.send(std::move(call)));
  if (reply.status != 200) {
    return fail(snowflake_error(read_refusal(reply), "queue files for pipe", pipe_));
  }
  return {};
}

Result<HttpReply> SnowpipeClient::get(const std::string& what, const std::string& query) {
  HttpCall call;
  call.url = path(what, query);
  call.timeout = kTimeout;
  FIRN_ASSIGN(HttpReply reply, transport_.send(std::move(call)));
  if (reply.status != 200) {
    return fail(snowflake_error(read_refusal(reply), "ask what happened in pipe", pipe_));
  }
  return reply;
}

Result<PipeReport> SnowpipeClient::read(const HttpReply& reply) const {
  const json::value answer = parse_answer(reply.body);
  const json::array* files = list_member(answer, "files");
  if (files == nullptr) {
    return fail(
        Error{ErrorKind::kUnavailable, "read Snowflake's answer about pipe", pipe_, "it has no list of files", ""});
  }
  PipeReport report;
  report.next_mark = text_member(answer, "nextBeginMark");
  for (const json::value& file : *files) {
    if (file.is_object()) {
      report.files.push_back(read_file_report(file));
    }
  }
  return report;
}

Result<PipeReport> SnowpipeClient::insert_report(const std::string& mark) {
  const std::string begin = mark.empty() ? "" : "&beginMark=" + percent_encode(mark);
  FIRN_ASSIGN(const HttpReply reply, get("insertReport", "requestId=" + make_request_id() + begin));
  return read(reply);
}

Result<PipeReport> SnowpipeClient::load_history(Timestamp from, Timestamp to) {
  FIRN_ASSIGN(const HttpReply reply,
              get("loadHistoryScan", fmt::format("startTimeInclusive={}&endTimeExclusive={}",
                                                 percent_encode(iso_time(from)), percent_encode(iso_time(to)))));
  return read(reply);
}

}  // namespace firn
