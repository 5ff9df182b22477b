# DuckDB's shared library and C header, as script/install-duckdb leaves them. Defines DuckDB::DuckDB.
if(DEFINED ENV{FIRN_CACHE})
  set(_duckdb_default "$ENV{FIRN_CACHE}/duckdb")
else()
  set(_duckdb_default "${PROJECT_SOURCE_DIR}/build/duckdb")
endif()
set(FIRN_DUCKDB_DIR "${_duckdb_default}" CACHE PATH "Where DuckDB's lib/ and include/ lie")

find_path(DuckDB_INCLUDE_DIR duckdb.h PATHS "${FIRN_DUCKDB_DIR}/include" NO_DEFAULT_PATH)
find_library(DuckDB_LIBRARY duckdb PATHS "${FIRN_DUCKDB_DIR}/lib" NO_DEFAULT_PATH)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(DuckDB
  REQUIRED_VARS DuckDB_LIBRARY DuckDB_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "run script/install-duckdb, or configure with -DFIRN_DUCKDB=OFF")

if(DuckDB_FOUND AND NOT TARGET DuckDB::DuckDB)
  add_library(DuckDB::DuckDB SHARED IMPORTED)
  set_target_properties(DuckDB::DuckDB PROPERTIES
    IMPORTED_LOCATION "${DuckDB_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${DuckDB_INCLUDE_DIR}")
endif()
mark_as_advanced(DuckDB_INCLUDE_DIR DuckDB_LIBRARY)
