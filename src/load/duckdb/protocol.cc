#include "load/duckdb/protocol.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "model/enum_names.h"

namespace firn {
namespace {

namespace json = boost::json;

constexpr EnumNames<HelperOperation, 4> kOperations{{{{HelperOperation::kLoad, "load"},
                                                      {HelperOperation::kCount, "count"},
                                                      {HelperOperation::kArrived, "arrived"},
                                                      {HelperOperation::kLatest, "latest"}}}};
constexpr EnumNames<HelperState, 5> kStates{{{{HelperState::kDone, "done"},
                                              {HelperState::kBusy, "busy"},
                                              {HelperState::kRefused, "refused"},
                                              {HelperState::kStopped, "stopped"},
                                              {HelperState::kStoppedAtFile, "stopped_at_file"}}}};
constexpr EnumNames<ColumnType, 6> kTypes{{{{ColumnType::kText, "text"},
                                            {ColumnType::kTimestamp, "timestamp"},
                                            {ColumnType::kDocument, "document"},
                                            {ColumnType::kPosition, "position"},
                                            {ColumnType::kFile, "file"},
                                            {ColumnType::kLoadedAt, "loaded_at"}}}};

/// Takes fields out of an object; the first one that is missing or wrong is remembered and makes the rest nothing.
class Fields {
 public:
  explicit Fields(const json::value& value) : object_(value.if_object()) {
    if (object_ == nullptr) {
      wrong_ = "an object";
    }
  }

  std::string text(std::string_view name) {
    const json::value* value = find(name);
    const json::string* found = value == nullptr ? nullptr : value->if_string();
    return found == nullptr ? refuse(name) : std::string(*found);
  }

  std::uint64_t number(std::string_view name) {
    const json::value* value = find(name);
    boost::system::error_code failed;
    const auto found = value == nullptr ? 0 : value->to_number<std::uint64_t>(failed);
    if (value == nullptr || failed) {
      refuse(name);
      return 0;
    }
    return found;
  }

  const json::array& array(std::string_view name) {
    static const json::array kNone;
    const json::value* value = find(name);
    const json::array* found = value == nullptr ? nullptr : value->if_array();
    if (found == nullptr) {
      refuse(name);
      return kNone;
    }
    return *found;
  }

  template <typename Enum, std::size_t kCount>
  Enum choice(std::string_view name, const EnumNames<Enum, kCount>& names) {
    const auto found = names.parse(text(name));
    if (!found) {
      refuse(name);
    }
    return found.value_or(Enum{});
  }

  const json::value* find(std::string_view name) const {
    return object_ == nullptr || !wrong_.empty() ? nullptr : object_->if_contains(name);
  }

  std::string refuse(std::string_view name) {
    if (wrong_.empty()) {
      wrong_ = name;
    }
    return {};
  }

  [[nodiscard]] const std::string& wrong() const { return wrong_; }

 private:
  const json::object* object_;
  std::string wrong_;
};

Error bad(const std::string& what, const std::string& field) {
  return {ErrorKind::kInvalidInput, "read", what, "missing or wrong: " + field, {}};
}

json::value json_of(const TableDefinition& table) {
  json::array columns;
  for (const Column& column : table.columns) {
    columns.push_back(json::object{{"name", column.name}, {"type", kTypes.name(column.type)}});
  }
  return json::object{{"name", table.table.str()},
                      {"id_columns", json::array(table.id_columns.begin(), table.id_columns.end())},
                      {"version_column", table.version_column},
                      {"columns", std::move(columns)}};
}

Result<TableDefinition> table_from(const json::value& value) {
  Fields fields(value);
  TableDefinition table;
  table.table = TableName(fields.text("name"));
  for (const json::value& id : fields.array("id_columns")) {
    table.id_columns.push_back(id.is_string() ? std::string(id.get_string()) : fields.refuse("id_columns"));
  }
  table.version_column = fields.text("version_column");
  for (const json::value& item : fields.array("columns")) {
    Fields column(item);
    table.columns.push_back({column.text("name"), column.choice("type", kTypes)});
    if (!column.wrong().empty()) {
      return fail(bad("column", column.wrong()));
    }
  }
  if (!fields.wrong().empty()) {
    return fail(bad("table", fields.wrong()));
  }
  return table;
}

Result<LoadFile> file_from(const json::value& value) {
  Fields fields(value);
  LoadFile file;
  file.key = ObjectKey(fields.text("key"));
  file.location = fields.text("path");
  file.rows = fields.number("rows");
  file.bytes_longest_row = fields.number("bytes_longest_row");
  if (!fields.wrong().empty()) {
    return fail(bad("file", fields.wrong()));
  }
  return file;
}

Result<FileReport> file_report_from(const json::value& value) {
  Fields fields(value);
  FileReport report;
  report.key = ObjectKey(fields.text("key"));
  const auto status = parse_file_status(fields.text("status"));
  report.rows_loaded = fields.number("rows_loaded");
  report.message = fields.text("message");
  if (!status) {
    fields.refuse("status");
  }
  if (!fields.wrong().empty()) {
    return fail(bad("file report", fields.wrong()));
  }
  report.status = *status;
  return report;
}

Result<json::value> parse_text(const std::string& what, std::string_view text) {
  boost::system::error_code failed;
  json::value value = json::parse(text, failed);
  if (failed) {
    return fail(bad(what, "JSON (" + failed.message() + ")"));
  }
  return value;
}

}  // namespace

std::string encode_job(const HelperJob& job) {
  json::array files;
  for (const LoadFile& file : job.files) {
    files.push_back(json::object{{"key", file.key.str()},
                                 {"path", file.location},
                                 {"rows", file.rows},
                                 {"bytes_longest_row", file.bytes_longest_row}});
  }
  const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(job.lock_wait);
  return json::serialize(json::object{{"operation", kOperations.name(job.operation)},
                                      {"database", job.database},
                                      {"memory_limit", job.memory_limit},
                                      {"threads", job.threads},
                                      {"lock_wait_ms", wait.count()},
                                      {"table", json_of(job.table)},
                                      {"batch", job.batch},
                                      {"files", std::move(files)},
                                      {"limit", job.limit}});
}

Result<HelperJob> decode_job(std::string_view text) {
  FIRN_ASSIGN(const json::value value, parse_text("job", text));
  Fields fields(value);
  HelperJob job;
  job.operation = fields.choice("operation", kOperations);
  job.database = fields.text("database");
  job.memory_limit = fields.number("memory_limit");
  job.threads = static_cast<unsigned>(fields.number("threads"));
  job.lock_wait = std::chrono::milliseconds(fields.number("lock_wait_ms"));
  job.batch = fields.text("batch");
  job.limit = fields.number("limit");
  const json::array& files = fields.array("files");
  const json::value* table = fields.find("table");
  if (table == nullptr) {
    fields.refuse("table");
  }
  if (!fields.wrong().empty()) {
    return fail(bad("job", fields.wrong()));
  }
  FIRN_ASSIGN(job.table, table_from(*table));
  for (const json::value& item : files) {
    FIRN_ASSIGN(LoadFile file, file_from(item));
    job.files.push_back(std::move(file));
  }
  return job;
}

std::string encode_report(const HelperReport& report) {
  json::array files;
  for (const FileReport& file : report.files) {
    files.push_back(json::object{{"key", file.key.str()},
                                 {"status", to_string(file.status)},
                                 {"rows_loaded", file.rows_loaded},
                                 {"message", file.message}});
  }
  json::array latest;
  for (const std::string& row : report.latest) {
    latest.push_back(json::parse(row));
  }
  json::array positions;
  for (const Position position : report.positions) {
    positions.push_back(position.value());
  }
  return json::serialize(json::object{{"state", kStates.name(report.state)},
                                      {"message", report.message},
                                      {"files", std::move(files)},
                                      {"rows", report.rows ? json::value(*report.rows) : json::value(nullptr)},
                                      {"positions", std::move(positions)},
                                      {"latest", std::move(latest)}});
}

Result<HelperReport> decode_report(std::string_view text) {
  FIRN_ASSIGN(const json::value value, parse_text("report", text));
  Fields fields(value);
  HelperReport report;
  report.state = fields.choice("state", kStates);
  report.message = fields.text("message");
  const json::array& files = fields.array("files");
  for (const json::value& row : fields.array("latest")) {
    report.latest.push_back(json::serialize(row));
  }
  for (const json::value& position : fields.array("positions")) {
    boost::system::error_code failed;
    report.positions.emplace_back(position.to_number<std::uint64_t>(failed));
    if (failed) {
      fields.refuse("positions");
    }
  }
  const json::value* rows = fields.find("rows");
  if (rows != nullptr && !rows->is_null()) {
    report.rows = fields.number("rows");
  }
  if (!fields.wrong().empty()) {
    return fail(bad("report", fields.wrong()));
  }
  for (const json::value& item : files) {
    FIRN_ASSIGN(FileReport file, file_report_from(item));
    report.files.push_back(std::move(file));
  }
  return report;
}

}  // namespace firn
