#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "model/loader.h"
#include "model/table.h"

namespace firn {

/// The table that remembers which files were loaded (docs/formats/duckdb.md).
inline constexpr std::string_view kLedger = "_firn_files";

/// `"a ""b"""`: a name as SQL takes it literally.
std::string quote_name(std::string_view name);
/// `'it''s'`: a text as SQL takes it literally.
std::string quote_text(std::string_view text);

/// Creates the table, its `_latest` view and the ledger where they are missing. Never replaces one.
std::string create_sql(const TableDefinition& table);

/// Reads the file's rows into the table. Every option of the reader is given, so that nothing is guessed from content.
std::string insert_sql(const TableDefinition& table, const LoadFile& file);

/// The rows and the table that the ledger has for this key: one row or none.
std::string ledger_query(const ObjectKey& key);
std::string ledger_insert(const TableDefinition& table, const ObjectKey& key, std::uint64_t rows);

/// The positions of the rows that came from the file of this key, in order.
std::string arrived_query(const TableDefinition& table, const ObjectKey& key);

/// The newest version of each document, newest position first, each as one JSON text.
std::string latest_query(const TableDefinition& table, std::size_t limit);

}  // namespace firn
