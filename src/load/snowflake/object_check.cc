#include "load/snowflake/object_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "base/ascii_text.h"
#include "base/plain_text.h"
#include "load/snowflake/warehouse_meter.h"

namespace firn {
namespace {

constexpr Duration kPatience = std::chrono::minutes(1);
constexpr std::uint64_t kLimitSeconds = 60;
constexpr auto kAutoSuspend =
    static_cast<std::uint64_t>(std::chrono::floor<std::chrono::seconds>(WarehouseMeter::kAutoSuspend).count());
constexpr std::size_t kLongestShown = 200;
constexpr std::uint64_t kLongestText = 16'777'216;  // what VARCHAR without a length means

/// One object's differences, as they are found.
class Differences {
 public:
  /// `change` goes into the ALTER statement; empty when no ALTER can mend it.
  void add(std::string_view setting, std::string_view is, std::string_view wanted, std::string change, bool harms) {
    const std::string shown = for_terminal(is.substr(0, kLongestShown));
    found_ +=
        fmt::format("{}{} is {}, not {}", found_.empty() ? "" : "; ", setting, shown.empty() ? "empty" : shown, wanted);
    changes_ += change.empty() ? "" : " " + change;
    harms_ = harms_ || harms;
  }
  [[nodiscard]] std::optional<ObjectDifference> of(const std::string& kind, const std::string& name,
                                                   const std::string& alter, const std::string& more = "") const {
    if (found_.empty()) {
      return std::nullopt;
    }
    const std::string mend = changes_.empty() ? "" : alter + changes_;
    return ObjectDifference{kind + " settings", name + ": " + found_,
                            mend + (mend.empty() || more.empty() ? "" : "; ") + more, harms_};
  }

 private:
  std::string found_;
  std::string changes_;
  bool harms_ = false;
};

/// DESC writes special characters as a text literal does: `\n`, `\\`, `\"`.
std::string without_escapes(std::string_view shown) {
  std::string text;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    if (shown[i] != '\\' || i + 1 == shown.size()) {
      text += shown[i];
    } else {
      ++i;
      text += shown[i] == 'n' ? '\n' : shown[i] == 't' ? '\t' : shown[i] == 'r' ? '\r' : shown[i];
    }
  }
  return text;
}

/// The locations of a list, as DESC INTEGRATION writes it.
std::vector<std::string> locations_in(std::string_view list) {
  std::vector<std::string> found;
  while (!list.empty()) {
    const auto end = std::min(list.find(','), list.size());
    std::string each(list.substr(0, end));
    std::erase_if(each, [](char c) { return c == ' ' || c == '[' || c == ']' || c == '"'; });
    if (!each.empty()) {
      found.push_back(std::move(each));
    }
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return found;
}

bool covers(const std::vector<std::string>& locations, const std::string& url) {
  return std::ranges::any_of(locations, [&url](const std::string& at) { return at == "*" || url.starts_with(at); });
}

/// A type with its numbers: `NUMBER(19,0)`.
struct SqlType {
  std::string name;
  std::vector<std::uint64_t> numbers;
};

SqlType parse_type(std::string_view text) {
  const auto open = std::min(text.find('('), text.size());
  SqlType type{upper_ascii(text.substr(0, std::min(open, text.find(' ')))), {}};
  for (std::size_t at = open; at < text.size() && text[at] != ')';) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data() + at + 1, text.data() + text.size(), number);
    if (error == std::errc()) {
      type.numbers.push_back(number);
    }
    at = std::max(at + 1, static_cast<std::size_t>(end - text.data()));
  }
  return type;
}

/// Whether a column of the one type takes what is written for the other.
bool holds(const SqlType& found, const SqlType& wanted) {
  const auto number = [](const SqlType& type, std::size_t at) {
    return at < type.numbers.size() ? type.numbers[at] : 0;
  };
  if (found.name != wanted.name) {
    return false;
  }
  if (found.name == "VARCHAR") {
    return found.numbers.empty() || number(found, 0) >= kLongestText;
  }
  return number(found, 0) >= number(wanted, 0) + number(found, 1);  // digits before the point
}

/// The only changes of a type that Snowflake makes in place ("ALTER TABLE ... ALTER COLUMN"): more room.
std::string change_of_type(const std::string& column, const SqlType& found, const SqlType& wanted) {
  if (found.name == "VARCHAR" && wanted.name == "VARCHAR") {
    return fmt::format("ALTER COLUMN {} SET DATA TYPE VARCHAR({})", column, kLongestText);
  }
  if (found.name == "NUMBER" && wanted.name == "NUMBER" && found.numbers.size() == 2 && found.numbers[1] == 0) {
    return fmt::format("ALTER COLUMN {} SET DATA TYPE NUMBER({}, 0)", column, wanted.numbers.at(0));
  }
  return "";
}

/// A table's columns against those that rows of this version of Firn have.
class TableDifferences {
 public:
  TableDifferences(std::string name, const SqlRows& described) : name_(std::move(name)), described_(described) {}

  void add_missing(const Column& column) { missing_ += (missing_.empty() ? "" : ", ") + column_sql(column); }

  void compare(const Column& column, std::size_t row) {
    const SqlType found = parse_type(described_.text(row, "type"));
    const SqlType wanted = parse_type(column_type_sql(column));
    const std::string name = sql_name(upper_ascii(column.name));
    if (!holds(found, wanted)) {
      alter(name + " is " + described_.text(row, "type") + ", not " + column_type_sql(column),
            change_of_type(name, found, wanted));
    } else if (column.type != ColumnType::kPosition) {
      look_at_nulls(name, row);
    }
  }

  /// A column that Firn does not fill.
  void look_at_other(const std::string& name, std::size_t row) {
    if (described_.text(row, "default").empty()) {
      look_at_nulls(sql_name(name), row);
    }
  }

  [[nodiscard]] std::optional<ObjectDifference> take() const {
    if (missing_.empty() && found_.empty()) {
      return std::nullopt;
    }
    std::string found = missing_.empty() ? "" : "it lacks columns of this version of Firn: " + missing_;
    found += (found.empty() || found_.empty() ? "" : "; ") + found_;
    std::string mend = "when the repeater is drained, as " + std::string(kOwnerRole) + ":";
    if (!missing_.empty()) {
      mend += " ALTER TABLE " + name_ + " ADD COLUMN " + missing_ +
              "; then give it a new pipe, and run `firn setup snowflake` again;";
    }
    for (const std::string& change : changes_) {
      mend += " ALTER TABLE " + name_ + " " + change + ";";
    }
    if (!is_alterable_) {
      mend += " Snowflake does not change that type: give the repeater a new table (`table = \"...\"`)";
    }
    return ObjectDifference{"table settings", name_ + ": " + found, mend, true};
  }

 private:
  void look_at_nulls(const std::string& name, std::size_t row) {
    if (described_.text(row, "null?") == "N") {
      alter(name + " is NOT NULL, and rows may have nothing in it", fmt::format("ALTER COLUMN {} DROP NOT NULL", name));
    }
  }
  void alter(const std::string& found, std::string change) {
    found_ += (found_.empty() ? "" : "; ") + found;
    if (change.empty()) {
      is_alterable_ = false;
    } else {
      changes_.push_back(std::move(change));
    }
  }

  const std::string name_;
  const SqlRows& described_;
  std::string missing_;
  std::string found_;
  std::vector<std::string> changes_;
  bool is_alterable_ = true;
};

}  // namespace

std::map<std::string, std::string> properties_in(const SqlRows& described) {
  std::map<std::string, std::string> found;
  for (std::size_t i = 0; i < described.rows.size(); ++i) {
    found[described.text(i, "property")] = described.text(i, "property_value");
  }
  return found;
}

ObjectCheck::ObjectCheck(SqlClient& sql, std::string role, const SnowflakeSetup& setup)
    : sql_(sql), role_(std::move(role)), setup_(setup), place_{setup.database,    setup.schema, "",
                                                               setup.file_format, "",           ""} {}

Result<SqlRows> ObjectCheck::ask(const std::string& text) {
  auto said = sql_.run({text, role_, "", setup_.database, setup_.schema, "firn check", kLimitSeconds}, kPatience);
  if (!said) {
    not_compared_.push_back(text + ": " + said.error().reason);
  }
  return said;
}

std::optional<ObjectDifference> ObjectCheck::file_format() {
  const std::string name = sql_name(place_, setup_.file_format);
  const auto said = ask("DESC FILE FORMAT " + name);
  if (!said) {
    return std::nullopt;
  }
  const auto properties = properties_in(*said);
  Differences differences;
  if (const auto type = properties.find("TYPE"); type != properties.end() && type->second != "CSV") {
    differences.add("TYPE", type->second, "CSV", "", true);
    return differences.of("file format", name, "",
                          fmt::format("ALTER FILE FORMAT {} RENAME TO {}, then run `firn setup snowflake` again", name,
                                      sql_name(place_, setup_.file_format + "_OLD")));
  }
  for (const FormatOption& option : kFormatOptions) {
    const auto found = properties.find(std::string(option.name));
    if (found != properties.end() && !equal_ignoring_case(without_escapes(found->second), option.shown)) {
      differences.add(option.name, found->second, option.sql, fmt::format("{} = {}", option.name, option.sql), true);
    }
  }
  return differences.of("file format", name, fmt::format("ALTER FILE FORMAT {} SET", name));
}

std::optional<ObjectDifference> ObjectCheck::stage(const SnowflakeSetup::Bucket& bucket) {
  const std::string name = sql_name(place_, bucket.name);
  const auto said = ask("DESC STAGE " + name);
  if (!said) {
    return std::nullopt;
  }
  auto properties = properties_in(*said);
  Differences differences;
  const auto urls = locations_in(properties["URL"]);
  if (urls.size() != 1 || urls[0] != bucket.url) {
    differences.add("URL", urls.empty() ? "" : urls[0], bucket.url, "URL = " + sql_text(bucket.url), true);
  }
  if (const std::string& integration = properties["STORAGE_INTEGRATION"]; integration != bucket.name) {
    // An administrator's own may be as good: whether files can be read is tried apart.
    differences.add("STORAGE_INTEGRATION", integration, bucket.name, "STORAGE_INTEGRATION = " + sql_name(bucket.name),
                    false);
  }
  std::string format = properties["FORMAT_NAME"];
  std::erase(format, '"');
  const std::string wanted = sql_name(place_, setup_.file_format);
  if (format.substr(format.rfind('.') + 1) != setup_.file_format) {
    // Each COPY of Firn names its file format itself.
    differences.add("FILE_FORMAT", format.empty() ? "one of its own" : format, wanted,
                    fmt::format("FILE_FORMAT = (FORMAT_NAME = {})", sql_text(wanted)), false);
  }
  return differences.of("stage", name, fmt::format("ALTER STAGE {} SET", name), "while nothing is being loaded");
}

std::optional<ObjectDifference> ObjectCheck::integration(const SnowflakeSetup::Bucket& bucket) {
  const std::string name = sql_name(bucket.name);
  const auto said = ask("DESC INTEGRATION " + name);
  if (!said) {
    return std::nullopt;
  }
  auto properties = properties_in(*said);
  Differences differences;
  const auto compare = [&](const std::string& setting, const std::string& wanted, const std::string& sql, bool harms) {
    const std::string& found = properties[setting];
    if (found != wanted && !(wanted == "true" && equal_ignoring_case(found, wanted))) {
      differences.add(setting, found, wanted, fmt::format("{} = {}", setting, sql), harms);
    }
  };
  compare("ENABLED", "true", "TRUE", true);
  if (!bucket.aws_role.contains('<')) {  // else firn.toml does not say
    compare("STORAGE_AWS_ROLE_ARN", bucket.aws_role, sql_text(bucket.aws_role), true);
  }
  // Any id is good that the role's trust policy has.
  compare("STORAGE_AWS_EXTERNAL_ID", bucket.external_id, sql_text(bucket.external_id), false);
  auto allowed = locations_in(properties["STORAGE_ALLOWED_LOCATIONS"]);
  if (!covers(allowed, bucket.url)) {
    std::string list;
    allowed.push_back(bucket.url);
    for (const std::string& each : allowed) {
      list += (list.empty() ? "" : ", ") + sql_text(each);
    }
    differences.add("STORAGE_ALLOWED_LOCATIONS", properties["STORAGE_ALLOWED_LOCATIONS"], "with " + bucket.url,
                    fmt::format("STORAGE_ALLOWED_LOCATIONS = ({})", list), true);
  }
  return differences.of("integration", name, fmt::format("ALTER STORAGE INTEGRATION {} SET", name),
                        "if firn.toml is right; the role's trust policy must have the same external id");
}

std::optional<ObjectDifference> ObjectCheck::table(const SnowflakeSetup::Table& table) {
  const std::string name = sql_name(table.place, table.place.table);
  const auto said = ask("DESC TABLE " + name);
  if (!said) {
    return std::nullopt;
  }
  std::map<std::string, std::size_t> there;
  for (std::size_t i = 0; i < said->rows.size(); ++i) {
    there[said->text(i, "name")] = i;
  }
  TableDifferences differences(name, *said);
  for (const Column& column : table.definition.columns) {
    const auto found = there.find(upper_ascii(column.name));
    if (found == there.end()) {
      differences.add_missing(column);
    } else {
      differences.compare(column, found->second);
      there.erase(found);
    }
  }
  for (const auto& [column, row] : there) {
    differences.look_at_other(column, row);
  }
  return differences.take();
}

Result<WarehouseSettings> ObjectCheck::warehouse_settings() {
  FIRN_ASSIGN(const SqlRows rows, ask("SHOW WAREHOUSES LIKE " + sql_text(setup_.warehouse)));
  for (std::size_t i = 0; i < rows.rows.size(); ++i) {
    if (rows.text(i, "name") == setup_.warehouse) {
      return WarehouseSettings{rows.text(i, "size"), rows.number(i, "auto_suspend"),
                               equal_ignoring_case(rows.text(i, "auto_resume"), "true")};
    }
  }
  return fail(Error{ErrorKind::kNotFound, "look at", setup_.warehouse, "the role does not see it", ""});
}

std::optional<ObjectDifference> ObjectCheck::warehouse() {
  if (setup_.warehouse.empty()) {
    return std::nullopt;
  }
  const auto found = warehouse_settings();
  if (!found) {
    return std::nullopt;
  }
  Differences differences;
  if (!found->auto_resume) {
    differences.add("AUTO_RESUME", "FALSE", "TRUE: nobody starts it", "AUTO_RESUME = TRUE", true);
  }
  const std::uint64_t seconds = found->auto_suspend_seconds;
  if (seconds == 0 || seconds > kAutoSuspend) {
    differences.add("AUTO_SUSPEND", seconds == 0 ? "never" : fmt::format("{}", seconds),
                    fmt::format("{}: it is paid for until then", kAutoSuspend),
                    fmt::format("AUTO_SUSPEND = {}", kAutoSuspend), false);
  }
  if (found->size != "X-Small") {
    differences.add("WAREHOUSE_SIZE", found->size, "X-Small, which is enough for Firn", "WAREHOUSE_SIZE = XSMALL",
                    false);
  }
  const std::string name = sql_name(setup_.warehouse);
  return differences.of("warehouse", name, fmt::format("ALTER WAREHOUSE {} SET", name),
                        "unless others need it as it is");
}

std::vector<ObjectDifference> ObjectCheck::all() {
  std::vector<ObjectDifference> found;
  const auto take = [&found](std::optional<ObjectDifference> difference) {
    if (difference) {
      found.push_back(*std::move(difference));
    }
  };
  take(warehouse());
  take(file_format());
  for (const SnowflakeSetup::Bucket& bucket : setup_.buckets) {
    take(integration(bucket));
    take(stage(bucket));
  }
  for (const SnowflakeSetup::Table& each : setup_.tables) {
    take(table(each));
  }
  return found;
}

std::string credits_per_minute(const std::string& size) {
  constexpr std::array<std::string_view, 10> kSizes{"X-Small",  "Small",    "Medium",   "Large",    "X-Large",
                                                    "2X-Large", "3X-Large", "4X-Large", "5X-Large", "6X-Large"};
  const auto* found = std::ranges::find(kSizes, size);
  if (found == kSizes.end()) {
    return "";
  }
  return fmt::format("{:.4f} credits", static_cast<double>(1U << (found - kSizes.begin())) / 60);
}

}  // namespace firn
