#include "load/duckdb/helper/database.h"

#include <duckdb.h>
#include <poll.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "load/duckdb/helper/messages.h"

namespace firn {
namespace {

constexpr std::chrono::milliseconds kRetryEvery{50};
constexpr char kLineEnd = '\n';

class Config {
 public:
  Config() { duckdb_create_config(&config_); }
  ~Config() { duckdb_destroy_config(&config_); }
  Config(const Config&) = delete;
  Config& operator=(const Config&) = delete;

  bool set(const char* name, const std::string& value) {
    return duckdb_set_config(config_, name, value.c_str()) == DuckDBSuccess;
  }
  [[nodiscard]] duckdb_config get() const { return config_; }

 private:
  duckdb_config config_ = nullptr;
};

/// A result that frees itself.
class Answer {
 public:
  Answer() = default;
  ~Answer() { duckdb_destroy_result(&result_); }
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;
  duckdb_result* operator&() { return &result_; }  // NOLINT(google-runtime-operator): the C interface fills it

 private:
  duckdb_result result_{};
};

Error cannot_open(ErrorKind kind, const HelperJob& job, std::string reason) {
  return {kind, "open database", job.database, std::move(reason), {}};
}

bool configure(Config& config, const HelperJob& job, Database::Access access) {
  const bool reading = access == Database::Access::kReadOnly;
  return config.set("access_mode", reading ? "READ_ONLY" : "READ_WRITE") &&
         config.set("memory_limit", std::to_string(job.memory_limit) + "B") &&
         config.set("threads", std::to_string(job.threads)) && config.set("temp_directory", job.database + ".tmp") &&
         config.set("preserve_insertion_order", "false") && config.set("autoinstall_known_extensions", "false") &&
         config.set("autoload_known_extensions", "false");
}

std::optional<std::string> cell(duckdb_result* result, idx_t column, idx_t row) {
  char* text = duckdb_value_varchar(result, column, row);
  if (text == nullptr) {
    return std::nullopt;
  }
  std::string value = text;
  duckdb_free(text);
  return value;
}

SqlFailure failure_of(duckdb_result* result) {
  const char* words = duckdb_result_error(result);
  return describe_failure(duckdb_result_error_type(result), words == nullptr ? "" : words);
}

/// The handle, or the database's words.
std::expected<duckdb_database, std::string> open_once(const HelperJob& job, const Config& config) {
  duckdb_database database = nullptr;
  char* words = nullptr;
  if (duckdb_open_ext(job.database.c_str(), &database, config.get(), &words) == DuckDBSuccess) {
    return database;
  }
  std::string reason = words == nullptr ? "no reason given" : words;
  duckdb_free(words);
  return std::unexpected(std::move(reason));
}

}  // namespace

Result<Database> Database::open(const HelperJob& job, Access access) {
  if (access == Access::kReadWrite) {
    std::error_code ignored;  // the open below says what is wrong
    std::filesystem::create_directories(std::filesystem::path(job.database).parent_path(), ignored);
  }
  Config config;
  if (!configure(config, job, access)) {
    return fail(cannot_open(ErrorKind::kConfiguration, job, "a setting was refused: memory limit or threads"));
  }
  const auto until = std::chrono::steady_clock::now() + job.lock_wait;
  auto opened = open_once(job, config);
  while (!opened && is_lock_failure(opened.error())) {
    if (std::chrono::steady_clock::now() >= until) {
      return fail(cannot_open(ErrorKind::kBusy, job, lock_holder(job.database, opened.error())));
    }
    ::poll(nullptr, 0, static_cast<int>(kRetryEvery.count()));  // nobody tells us when the other program lets go
    opened = open_once(job, config);
  }
  if (!opened) {
    return fail(cannot_open(ErrorKind::kUnavailable, job, opened.error().substr(0, opened.error().find(kLineEnd))));
  }
  Database result;
  result.database_.reset(*opened);
  duckdb_connection connection = nullptr;
  if (duckdb_connect(*opened, &connection) != DuckDBSuccess) {
    return fail(cannot_open(ErrorKind::kUnavailable, job, "it opened, but takes no connection"));
  }
  result.connection_.reset(connection);
  return result;
}

SqlResult<std::uint64_t> Database::run(const std::string& sql) {
  Answer answer;
  if (duckdb_query(connection_.get(), sql.c_str(), &answer) != DuckDBSuccess) {
    return std::unexpected(failure_of(&answer));
  }
  return duckdb_rows_changed(&answer);
}

SqlResult<SqlRows> Database::query(const std::string& sql) {
  Answer answer;
  if (duckdb_query(connection_.get(), sql.c_str(), &answer) != DuckDBSuccess) {
    return std::unexpected(failure_of(&answer));
  }
  SqlRows rows;
  const idx_t columns = duckdb_column_count(&answer);
  for (idx_t row = 0; row < duckdb_row_count(&answer); ++row) {
    auto& cells = rows.emplace_back();
    for (idx_t column = 0; column < columns; ++column) {
      cells.push_back(cell(&answer, column, row));
    }
  }
  return rows;
}

}  // namespace firn
