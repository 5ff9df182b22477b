#include "intake/commit_queue.h"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "intake/scripted_journal.h"

namespace firn {
namespace {

using Outcome = std::future<Result<Position>>;
using Bodies = std::vector<std::string>;

CommitQueueOptions quick() {
  CommitQueueOptions options;
  options.name = "forms";
  options.first_pause = std::chrono::milliseconds(1);
  options.longest_pause = std::chrono::milliseconds(2);
  return options;
}

Outcome submit(CommitQueue& queue, std::string body) {
  std::promise<Result<Position>> promise;
  Outcome outcome = promise.get_future();
  queue.submit({{}, std::move(body)}, [promise = std::move(promise)](Result<Position> result) mutable {
    promise.set_value(std::move(result));
  });
  return outcome;
}

ErrorKind error_of(Outcome& outcome) {
  const auto result = outcome.get();
  EXPECT_FALSE(result);
  return result ? ErrorKind::kInternal : result.error().kind;
}

bool is_ready(const Outcome& outcome) { return outcome.wait_for(std::chrono::seconds(0)) == std::future_status::ready; }

class CommitQueueTest : public testing::Test {
 protected:
  void start(CommitQueueOptions options = quick()) {
    queue_ = std::make_unique<CommitQueue>(journal_, std::move(options));
  }

  /// Submits one record and waits until its append has begun and is held.
  Outcome hold_first() {
    journal_.hold();
    Outcome first = submit(*queue_, "first");
    journal_.wait_for_appends(1);
    return first;
  }

  ScriptedJournal journal_;
  std::unique_ptr<CommitQueue> queue_;
};

TEST_F(CommitQueueTest, TellsThePositionOfARecord) {
  start();
  EXPECT_EQ(submit(*queue_, "a").get(), Position::make(1, 0, 0));
  EXPECT_EQ(submit(*queue_, "b").get(), Position::make(1, 0, 1));
}

TEST_F(CommitQueueTest, CallsBackOnlyAfterTheAppendHasReturned) {
  start();
  Outcome first = hold_first();
  EXPECT_FALSE(is_ready(first));
  journal_.let_go();
  EXPECT_TRUE(first.get());
}

TEST_F(CommitQueueTest, CommitsTogetherWhatGathersDuringAnAppend) {
  start();
  Outcome first = hold_first();
  std::vector<Outcome> rest;
  for (const auto* body : {"a", "b", "c"}) {
    rest.push_back(submit(*queue_, body));
  }
  journal_.let_go();
  for (std::size_t i = 0; i < rest.size(); ++i) {
    EXPECT_EQ(rest[i].get(), Position::make(1, 0, i + 1));
  }
  EXPECT_EQ(journal_.batches(), (std::vector<Bodies>{{"first"}, {"a", "b", "c"}}));
}

TEST_F(CommitQueueTest, BoundsTheRecordsOfAnAppend) {
  CommitQueueOptions options = quick();
  options.max_append_records = 2;
  start(options);
  Outcome first = hold_first();
  for (const auto* body : {"a", "b", "c"}) {
    submit(*queue_, body);
  }
  journal_.let_go();
  queue_->stop();
  EXPECT_EQ(journal_.batches(), (std::vector<Bodies>{{"first"}, {"a", "b"}, {"c"}}));
}

TEST_F(CommitQueueTest, BoundsTheBytesOfAnAppend) {
  CommitQueueOptions options = quick();
  options.max_append_bytes = 5000;
  start(options);
  Outcome first = hold_first();
  const std::string small(2000, 's');
  const std::string large(9000, 'l');
  for (const auto& body : {small, small, small, large, small}) {
    submit(*queue_, body);
  }
  journal_.let_go();
  queue_->stop();
  EXPECT_EQ(journal_.batches(), (std::vector<Bodies>{{"first"}, {small, small}, {small}, {large}, {small}}));
}

TEST_F(CommitQueueTest, RefusesAtOnceWhatDoesNotFit) {
  CommitQueueOptions options = quick();
  options.max_queued_bytes = 10000;
  start(options);
  Outcome first = hold_first();
  Outcome second = submit(*queue_, std::string(8000, 'x'));
  Outcome third = submit(*queue_, std::string(8000, 'y'));
  EXPECT_TRUE(is_ready(third));
  EXPECT_EQ(error_of(third), ErrorKind::kBusy);
  journal_.let_go();
  EXPECT_TRUE(second.get());
  queue_->stop();
  EXPECT_EQ(journal_.stored().size(), 2U);
}

TEST_F(CommitQueueTest, TakesARecordThatIsLargerThanTheQueueWhenNothingWaits) {
  CommitQueueOptions options = quick();
  options.max_queued_bytes = 100;
  start(options);
  EXPECT_TRUE(submit(*queue_, std::string(8000, 'x')).get());
}

TEST_F(CommitQueueTest, GivesRoomBackAfterEachAppend) {
  CommitQueueOptions options = quick();
  options.max_queued_bytes = 10000;
  start(options);
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(submit(*queue_, std::string(8000, 'x')).get());
  }
}

TEST_F(CommitQueueTest, TellsEachRecordOfAFailedAppend) {
  start();
  Outcome first = hold_first();
  journal_.fail_append(ErrorKind::kNoSpace);
  Outcome second = submit(*queue_, "b");
  journal_.let_go();
  EXPECT_EQ(error_of(first), ErrorKind::kNoSpace);
  EXPECT_TRUE(second.get());
  EXPECT_EQ(journal_.batches(), (std::vector<Bodies>{{"b"}}));
}

TEST_F(CommitQueueTest, ReopensAPoisonedJournalBeforeTheNextAppend) {
  start();
  journal_.fail_append(ErrorKind::kPoisoned);
  Outcome first = submit(*queue_, "a");
  EXPECT_EQ(error_of(first), ErrorKind::kPoisoned);
  EXPECT_TRUE(submit(*queue_, "b").get());
  journal_.wait_for_reopens(1);
  EXPECT_EQ(journal_.batches(), (std::vector<Bodies>{{"b"}}));
}

TEST_F(CommitQueueTest, RefusesAtOnceWhileTheJournalCannotBeReopened) {
  CommitQueueOptions options = quick();
  options.first_pause = std::chrono::hours(1);
  options.longest_pause = std::chrono::hours(1);
  start(options);
  journal_.fail_reopens(1);
  Outcome first = hold_first();
  journal_.fail_append(ErrorKind::kPoisoned);
  Outcome queued = submit(*queue_, "queued");
  journal_.let_go();
  EXPECT_EQ(error_of(first), ErrorKind::kPoisoned);
  EXPECT_EQ(error_of(queued), ErrorKind::kPoisoned);
  while (!queue_->refusal()) {
    std::this_thread::yield();
  }
  Outcome later = submit(*queue_, "later");
  EXPECT_TRUE(is_ready(later));
  EXPECT_EQ(error_of(later), ErrorKind::kPoisoned);
  EXPECT_TRUE(journal_.stored().empty());
}

TEST_F(CommitQueueTest, GoesOnOnceTheJournalCanBeReopened) {
  start();
  journal_.fail_append(ErrorKind::kPoisoned);
  journal_.fail_reopens(3);
  Outcome first = submit(*queue_, "a");
  EXPECT_EQ(error_of(first), ErrorKind::kPoisoned);
  journal_.wait_for_reopens(4);
  while (queue_->refusal()) {
    std::this_thread::yield();
  }
  EXPECT_TRUE(submit(*queue_, "b").get());
}

TEST_F(CommitQueueTest, FinishesWhatIsQueuedWhenStopped) {
  start();
  Outcome first = hold_first();
  Outcome second = submit(*queue_, "b");
  std::thread stopping([this] { queue_->stop(); });
  while (!queue_->refusal()) {
    std::this_thread::yield();
  }
  Outcome late = submit(*queue_, "c");
  EXPECT_EQ(error_of(late), ErrorKind::kUnavailable);
  journal_.let_go();
  stopping.join();
  EXPECT_TRUE(first.get());
  EXPECT_TRUE(second.get());
}

TEST_F(CommitQueueTest, StopsWhileTheJournalCannotBeReopened) {
  CommitQueueOptions options = quick();
  options.first_pause = std::chrono::hours(1);
  start(options);
  journal_.fail_append(ErrorKind::kPoisoned);
  journal_.fail_reopens(1000000);
  Outcome first = submit(*queue_, "a");
  EXPECT_EQ(error_of(first), ErrorKind::kPoisoned);
  queue_->stop();
  queue_->stop();
}

TEST_F(CommitQueueTest, TakesRecordsFromManyThreads) {
  start();
  std::vector<std::thread> threads;
  std::atomic<int> stored = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 250; ++i) {
        queue_->submit({{}, "x"}, [&stored](const Result<Position>& result) { stored += result ? 1 : 0; });
      }
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }
  queue_->stop();
  EXPECT_EQ(stored, 1000);
  EXPECT_EQ(journal_.stored().size(), 1000U);
}

}  // namespace
}  // namespace firn
