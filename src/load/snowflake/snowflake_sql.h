#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "model/loader.h"
#include "model/table.h"

namespace firn {

/// The objects that a repeater's rows go through. Names are as Snowflake stores them; all are in one schema.
struct SnowflakePlace {
  std::string database;
  std::string schema;
  std::string stage;
  std::string file_format;
  std::string table;
  std::string pipe;  ///< empty when files are loaded by COPY
};

/// The name as a statement writes it: between double quotes when it needs them ("Identifier requirements" and
/// "Reserved & limited keywords" in the Snowflake documentation).
std::string sql_name(std::string_view name);
/// `DATABASE.SCHEMA.NAME`.
std::string sql_name(const SnowflakePlace& place, std::string_view name);
/// The text between single quotes, with quotes and backslashes escaped ("String & binary data types").
std::string sql_text(std::string_view text);

/// A moment, as a TIMESTAMP_LTZ that means the same in every session.
std::string sql_time(Timestamp t);

/// `COPY INTO table (columns) FROM (SELECT ... FROM @stage) FILE_FORMAT = (...)`: what a pipe does. Only functions that
/// "Transform data during a load" lists are used; the last four parts of the path become `_file`, whatever the prefix.
std::string copy_sql(const TableDefinition& table, const SnowflakePlace& place);
/// The same for these files alone; a file with a fault leaves no row and does not hold up the others.
std::string copy_files_sql(const TableDefinition& table, const SnowflakePlace& place,
                           const std::vector<LoadFile>& files);

/// Empty when two statements say the same: letters' case outside quotes and white space are of no matter. Else the
/// first place in which they differ, as `wanted` and `found` have it, for people.
std::string sql_difference(std::string_view wanted, std::string_view found);

/// A column's name and type, as CREATE TABLE has them; and the type alone.
std::string column_sql(const Column& column);
std::string column_type_sql(const Column& column);

/// `CREATE TABLE IF NOT EXISTS`; `owner` goes into its comment (see owner_of_comment()).
std::string create_table_sql(const TableDefinition& table, const SnowflakePlace& place, const std::string& owner);
/// The view of the newest version of each document.
std::string create_latest_sql(const TableDefinition& table, const SnowflakePlace& place);
std::string create_pipe_sql(const TableDefinition& table, const SnowflakePlace& place, const std::string& owner);

/// The comment of a table or pipe that belongs to the data directory `owner`, and that owner again; empty when the
/// comment names none.
std::string owner_comment(const std::string& owner);
std::string owner_of_comment(std::string_view comment);

}  // namespace firn
