#include "load/fetching_loader.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/digest.h"
#include "tests/support/memory_loader.h"
#include "tests/support/memory_stage.h"
#include "tests/support/simulated_file_system.h"

namespace firn {
namespace {

class FetchingLoaderTest : public testing::Test {
 protected:
  FetchingLoaderTest() {
    EXPECT_TRUE(files_.create_directories("/chunks"));
    EXPECT_TRUE(files_.create_directories("/fetched"));
    for (const char* name : {"a", "b"}) {
      const std::string content = std::string("rows of ") + name;
      EXPECT_TRUE(replace_file(files_, "/chunks/local", content));
      ObjectMetadata metadata;
      metadata.bytes = content.size();
      metadata.file_digest = sha256(content);
      const ObjectKey key(std::string("forms/2026-11/") + name);
      EXPECT_TRUE(stage_.put(key, "/chunks/local", metadata));
      job_.files.push_back({key, "elsewhere", 3, 10});
    }
    job_.request_id = "r";
  }

  LoadProgress finish(const std::string& handle) {
    LoadProgress progress;
    for (int polls = 0; progress.state == LoadState::kRunning && polls < 100; ++polls) {
      progress = loader_.poll({}, handle).value();
    }
    return progress;
  }
  std::vector<std::string> left() { return files_.list("/fetched").value(); }

  SimulatedFileSystem files_;
  MemoryStage stage_{files_};
  MemoryLoader destination_;
  FetchingLoader loader_{{stage_, destination_, files_}, "/fetched"};
  LoadJob job_;
};

TEST_F(FetchingLoaderTest, LoadsOneCopyAfterTheOtherAndLeavesNone) {
  const LoadProgress progress = finish(loader_.submit(job_).value());
  EXPECT_EQ(progress.state, LoadState::kDone);
  ASSERT_EQ(progress.files.size(), 2U);
  EXPECT_EQ(progress.files[0].key, job_.files[0].key);
  EXPECT_EQ(progress.files[1].key, job_.files[1].key);
  const auto jobs = destination_.submitted();
  ASSERT_EQ(jobs.size(), 2U);
  EXPECT_EQ(jobs[0].files.at(0).location, "/fetched/a");
  EXPECT_EQ(jobs[1].files.at(0).location, "/fetched/b");
  EXPECT_NE(jobs[0].request_id, jobs[1].request_id);
  EXPECT_TRUE(left().empty());
}

TEST_F(FetchingLoaderTest, NeverHasMoreThanOneCopy) {
  const std::string handle = loader_.submit(job_).value();
  while (loader_.poll({}, handle).value().state == LoadState::kRunning) {
    EXPECT_LE(left().size(), 1U);
  }
}

TEST_F(FetchingLoaderTest, TellsWhatIsFinishedWhileItRuns) {
  const std::string handle = loader_.submit(job_).value();
  EXPECT_EQ(loader_.poll({}, handle).value().files.size(), 0U);
  const LoadProgress second = loader_.poll({}, handle).value();
  EXPECT_EQ(second.state, LoadState::kRunning);
  ASSERT_EQ(second.files.size(), 1U);
  EXPECT_EQ(second.files[0].key, job_.files[0].key);
  EXPECT_EQ(loader_.poll({}, handle).value().state, LoadState::kDone) << "at once with the last file";
}

TEST_F(FetchingLoaderTest, ForgetsARequestOfAnEarlierProcessAndRemovesItsCopy) {
  ASSERT_TRUE(replace_file(files_, "/fetched/a", "a part"));
  EXPECT_EQ(loader_.poll({}, "r-fetch-1").value().state, LoadState::kForgotten);
  ASSERT_TRUE(loader_.submit(job_));
  EXPECT_TRUE(left().empty());
}

TEST_F(FetchingLoaderTest, AFileThatIsGoneEndsTheRequestWithWhatWasFinished) {
  ASSERT_TRUE(stage_.remove(std::vector{job_.files[1].key}));
  const LoadProgress progress = finish(loader_.submit(job_).value());
  EXPECT_EQ(progress.state, LoadState::kForgotten);
  EXPECT_TRUE(progress.at_file);
  EXPECT_EQ(progress.reason->kind, ErrorKind::kNotFound);
  ASSERT_EQ(progress.files.size(), 1U);
  EXPECT_EQ(progress.files[0].key, job_.files[0].key);
  EXPECT_TRUE(left().empty());
}

TEST_F(FetchingLoaderTest, AStageThatCannotBeReachedIsAskedAgain) {
  const std::string handle = loader_.submit(job_).value();
  stage_.fail_next({ErrorKind::kUnavailable, "read", "a", "no answer", ""});
  EXPECT_EQ(loader_.poll({}, handle).error().reason, "no answer");
  EXPECT_EQ(finish(handle).state, LoadState::kDone);
}

TEST_F(FetchingLoaderTest, ADestinationThatIsBusyIsAskedAgainWithTheSameCopy) {
  const std::string handle = loader_.submit(job_).value();
  destination_.fail_next_submit({ErrorKind::kBusy, "load", "forms", "it is open elsewhere", ""});
  EXPECT_EQ(loader_.poll({}, handle).error().kind, ErrorKind::kBusy);
  stage_.fail_next({ErrorKind::kUnavailable, "read", "a", "it must not be asked now", ""});
  EXPECT_EQ(loader_.poll({}, handle).value().state, LoadState::kRunning);
}

TEST_F(FetchingLoaderTest, WhatTheDestinationForgetsIsForgotten) {
  const std::string handle = loader_.submit(job_).value();
  ASSERT_TRUE(loader_.poll({}, handle));
  destination_.forget(Error{ErrorKind::kUnavailable, "load", "forms", "it died", ""});
  const LoadProgress progress = loader_.poll({}, handle).value();
  EXPECT_EQ(progress.state, LoadState::kForgotten);
  EXPECT_EQ(progress.reason->reason, "it died");
  EXPECT_TRUE(left().empty());
  EXPECT_EQ(loader_.poll({}, handle).value().state, LoadState::kForgotten);
}

}  // namespace
}  // namespace firn
