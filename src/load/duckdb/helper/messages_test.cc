#include "load/duckdb/helper/messages.h"

#include <gtest/gtest.h>

#include "load/duckdb/helper/database.h"

namespace firn {
namespace {

TEST(DuckDbMessages, KeepNothingOfTheLineTheyQuote) {
  const auto failure = describe_failure(DUCKDB_ERROR_INVALID_INPUT,
                                        "Invalid Input Error: CSV Error on Line: 12\nOriginal Line: secret\n"
                                        "Expected Number of Columns: 8 Found: 9\nPossible fixes:\n");
  EXPECT_EQ(failure.message, "line 12: 8 columns expected, 9 found");
}

TEST(DuckDbMessages, AreNotMisledByALineThatImitatesThem) {
  const auto failure = describe_failure(DUCKDB_ERROR_CONVERSION,
                                        "Conversion Error: CSV Error on Line: 3\nOriginal Line: \"\n"
                                        "Error when converting column \"secret name\n\"\n"
                                        "Error when converting column \"app_id\". Could not convert string \"secret\"");
  EXPECT_EQ(failure.message, "line 3: the value does not fit the type of column app_id");
}

TEST(DuckDbMessages, SayNothingOfARowThatTheyDoNotKnow) {
  EXPECT_EQ(describe_failure(DUCKDB_ERROR_INVALID_INPUT, "Malformed JSON, Input: secret").message.find("secret"),
            std::string::npos);
  EXPECT_EQ(describe_failure(DUCKDB_ERROR_CONSTRAINT, "Duplicate key \"key: secret\"").message.find("secret"),
            std::string::npos);
  EXPECT_EQ(describe_failure(DUCKDB_ERROR_INVALID_INPUT, "CSV Error on Line: 3\nOriginal Line: secret").message,
            "line 3: not in the form that chunk files have");
}

TEST(DuckDbMessages, KeepTheFirstLineOfWhatConcernsFilesAndMemory) {
  EXPECT_EQ(describe_failure(DUCKDB_ERROR_IO, "IO Error: no such file\nLINE 1: INSERT").message,
            "IO Error: no such file");
  EXPECT_EQ(describe_failure(DUCKDB_ERROR_OUT_OF_MEMORY, "Out of Memory Error: failed").message,
            "Out of Memory Error: failed");
}

TEST(DuckDbMessages, WhatTheMachineLacksEndsTheRunAndBlamesNoFile) {
  EXPECT_TRUE(describe_failure(DUCKDB_ERROR_IO, "IO Error: Could not write: No space left on device").fatal);
  EXPECT_TRUE(describe_failure(DUCKDB_ERROR_TRANSACTION, "Failed to commit: No space left on device").fatal);
  EXPECT_TRUE(describe_failure(DUCKDB_ERROR_IO, "IO Error: Could not read from file: Input/output error").fatal);
  EXPECT_TRUE(describe_failure(DUCKDB_ERROR_IO, "IO Error: Cannot open file: Too many open files").fatal);
  EXPECT_TRUE(describe_failure(DUCKDB_ERROR_OUT_OF_MEMORY, "Out of Memory Error: failed").fatal);
  EXPECT_TRUE(describe_failure(DUCKDB_ERROR_PERMISSION, "Permission Error: no").fatal);
  EXPECT_TRUE(describe_failure(DUCKDB_ERROR_FATAL, "FATAL Error: database has been invalidated").fatal);
  EXPECT_TRUE(describe_failure(DUCKDB_ERROR_INTERNAL, "INTERNAL Error").fatal);
}

TEST(DuckDbMessages, SayWhetherTheFileMayBeWhyTheRunEnded) {
  EXPECT_TRUE(describe_failure(DUCKDB_ERROR_OUT_OF_MEMORY, "Out of Memory Error: failed").at_file);
  EXPECT_TRUE(describe_failure(DUCKDB_ERROR_INTERNAL, "INTERNAL Error").at_file);
  EXPECT_TRUE(describe_failure(DUCKDB_ERROR_IO, "IO Error: Could not read from file: Input/output error").at_file);
  EXPECT_FALSE(describe_failure(DUCKDB_ERROR_IO, "IO Error: Could not write: No space left on device").at_file);
  EXPECT_FALSE(describe_failure(DUCKDB_ERROR_IO, "IO Error: Cannot open file: Permission denied").at_file);
  EXPECT_FALSE(describe_failure(DUCKDB_ERROR_CONVERSION, "CSV Error on Line: 1").at_file);
}

TEST(DuckDbMessages, AFaultOfOneFileDoesNotEndTheRun) {
  EXPECT_FALSE(describe_failure(DUCKDB_ERROR_IO, "IO Error: Restored data doesn't match checksum").fatal);
  EXPECT_FALSE(describe_failure(DUCKDB_ERROR_IO, "IO Error: Unknown frame descriptor").fatal);
  EXPECT_FALSE(describe_failure(DUCKDB_ERROR_IO, "IO Error: Input is not a GZIP stream").fatal);
  EXPECT_FALSE(describe_failure(DUCKDB_ERROR_CONSTRAINT, "NOT NULL constraint failed: forms._position").fatal);
  EXPECT_FALSE(
      describe_failure(DUCKDB_ERROR_CONVERSION, "CSV Error on Line: 1\nOriginal Line: No space left on device").fatal);
}

TEST(DuckDbMessages, NameWhoHoldsTheFile) {
  const char* words =
      "IO Error: Could not set lock on file \"/x\": Conflicting lock is held in /usr/bin/python3 (PID 7). See also";
  EXPECT_TRUE(is_lock_failure(words));
  EXPECT_EQ(lock_holder("/x", words), "/x is held by /usr/bin/python3 (PID 7)");
  EXPECT_EQ(lock_holder("/x", "Could not set lock on file"), "another program holds /x");
  EXPECT_FALSE(is_lock_failure("IO Error: permission denied"));
}

}  // namespace
}  // namespace firn
