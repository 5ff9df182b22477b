#include "tests/support/simulated_file_system.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "platform/file_system.h"

namespace firn {
namespace {

constexpr std::uint64_t kSeeds = 1000;
using Outcomes = std::set<std::string>;

std::unique_ptr<File> created(SimulatedFileSystem& files, const std::string& path, std::string_view bytes = "") {
  auto file = files.create(path).value();
  EXPECT_TRUE(file->append(bytes));
  return file;
}

/// A file whose name and bytes are durable.
std::unique_ptr<File> durable(SimulatedFileSystem& files, const std::string& path, std::string_view bytes) {
  auto file = created(files, path, bytes);
  EXPECT_TRUE(file->sync());
  EXPECT_TRUE(files.sync_directory("/"));
  return file;
}

/// What `look` sees after `act` and a crash, for many seeds.
Outcomes after_crashes(const std::function<void(SimulatedFileSystem&)>& act,
                       const std::function<std::string(SimulatedFileSystem&)>& look) {
  Outcomes seen;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    SimulatedFileSystem files(seed);
    act(files);
    files.crash(seed);
    seen.insert(look(files));
  }
  return seen;
}

std::string names(SimulatedFileSystem& files) {
  std::string all;
  const auto listed = files.list("/").value();
  for (const auto& name : listed) {
    all += name + "=" + files.content("/" + name).value_or("?") + " ";
  }
  return all;
}

std::string content_of_a(SimulatedFileSystem& files) { return files.content("/a").value_or("(gone)"); }

TEST(SimulatedCrash, NeverTakesSyncedBytes) {
  const auto seen = after_crashes([](auto& files) { durable(files, "/a", "kept")->append("unsynced").value(); },
                                  [](auto& files) { return content_of_a(files).substr(0, 4); });
  EXPECT_EQ(seen, Outcomes{"kept"});
}

TEST(SimulatedCrash, TakesAnyPartOfUnsyncedBytes) {
  const auto seen =
      after_crashes([](auto& files) { durable(files, "/a", "").get()->append("xyz").value(); }, content_of_a);
  EXPECT_TRUE(seen.contains(""));
  EXPECT_TRUE(seen.contains("x"));
  EXPECT_TRUE(seen.contains("xyz"));
}

TEST(SimulatedCrash, LeavesTornWritesWithZerosOrGarbage) {
  const auto seen =
      after_crashes([](auto& files) { durable(files, "/a", "").get()->append("xyz").value(); }, content_of_a);
  EXPECT_TRUE(seen.contains(std::string("x\0\0", 3)));
  EXPECT_TRUE(seen.contains(std::string("\0\0\0", 3)));
  EXPECT_GT(seen.size(), 10U);
}

TEST(SimulatedCrash, LosesSectorsInTheMiddle) {
  const std::string sector(512, 'x');
  const std::string hole(512, '\0');
  const auto seen = after_crashes(
      [&](auto& files) { durable(files, "/a", "").get()->append(sector + sector + sector).value(); }, content_of_a);
  EXPECT_TRUE(seen.contains(sector + hole + sector));
}

TEST(SimulatedCrash, LosesANewNameUntilItsFolderIsSynced) {
  const auto unsynced = after_crashes([](auto& files) { created(files, "/a", "x")->sync().value(); }, content_of_a);
  EXPECT_EQ(unsynced, (Outcomes{"(gone)", "x"}));
  const auto synced = after_crashes([](auto& files) { durable(files, "/a", "x"); }, content_of_a);
  EXPECT_EQ(synced, Outcomes{"x"});
}

TEST(SimulatedCrash, UndoesARenameAsAWhole) {
  const auto rename_a = [](auto& files) {
    durable(files, "/a", "new");
    durable(files, "/b", "old");
    files.rename("/a", "/b").value();
  };
  EXPECT_EQ(after_crashes(rename_a, names), (Outcomes{"a=new b=old ", "b=new "}));
  const auto and_sync = [&](auto& files) {
    rename_a(files);
    files.sync_directory("/").value();
  };
  EXPECT_EQ(after_crashes(and_sync, names), Outcomes{"b=new "});
}

TEST(SimulatedCrash, BringsARemovedFileBackUntilItsFolderIsSynced) {
  const auto remove_a = [](auto& files) {
    durable(files, "/a", "x");
    files.remove("/a").value();
  };
  EXPECT_EQ(after_crashes(remove_a, content_of_a), (Outcomes{"(gone)", "x"}));
  const auto and_sync = [&](auto& files) {
    remove_a(files);
    files.sync_directory("/").value();
  };
  EXPECT_EQ(after_crashes(and_sync, content_of_a), Outcomes{"(gone)"});
}

TEST(SimulatedCrash, UndoesChangesThatBuildOnOneAnotherFromTheEnd) {
  const auto chain = [](auto& files) {
    durable(files, "/a", "x");
    files.rename("/a", "/b").value();
    files.rename("/b", "/c").value();
  };
  EXPECT_EQ(after_crashes(chain, names), (Outcomes{"a=x ", "b=x ", "c=x "}));
}

TEST(SimulatedCrash, SyncsARenameBetweenFoldersFromEitherSide) {
  const auto move = [](auto& files) {
    files.create_directories("/from").value();
    files.create_directories("/to").value();
    created(files, "/from/x", "x")->sync().value();
    files.rename("/from/x", "/to/x").value();
    files.sync_directory("/to").value();
  };
  const auto look = [](auto& files) {
    return files.content("/to/x").value_or("(gone)") + std::to_string(files.list("/from").value().size());
  };
  EXPECT_EQ(after_crashes(move, look), Outcomes{"x0"});
}

TEST(SimulatedCrash, MayBringBackTheContentBeforeAnUnsyncedTruncation) {
  const auto truncate = [](auto& files) {
    durable(files, "/a", "old");
    files.create_or_truncate("/a").value();
  };
  EXPECT_EQ(after_crashes(truncate, content_of_a), (Outcomes{"", "old"}));
}

TEST(SimulatedCrash, KeepsFoldersAndEndsHandlesAndLocks) {
  SimulatedFileSystem files;
  ASSERT_TRUE(files.create_directories("/d/e"));
  const auto file = durable(files, "/a", "x");
  const auto lock = files.lock("/lock").value();
  files.crash(1);
  EXPECT_TRUE(is_injected(file->append("more").error()));
  EXPECT_TRUE(is_injected(file->read_at(0, 1).error()));
  EXPECT_TRUE(is_injected(file->sync().error()));
  EXPECT_TRUE(is_injected(file->size().error()));
  EXPECT_EQ(files.exists("/d/e"), true);
  EXPECT_TRUE(files.lock("/lock"));
}

TEST(SimulatedCrash, IsTheSameForTheSameSeed) {
  const auto run = [](std::uint64_t seed) {
    SimulatedFileSystem files(seed);
    durable(files, "/a", "").get()->append(std::string(5000, 'x')).value();
    files.crash(seed);
    return files.content("/a").value();
  };
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    EXPECT_EQ(run(seed), run(seed));
  }
}

TEST(SimulatedCrash, MakesDurableWhatItLeft) {
  SimulatedFileSystem files;
  durable(files, "/a", "").get()->append("some").value();
  files.crash(3);
  const auto left = files.content("/a").value();
  files.crash(4);
  files.crash(5);
  EXPECT_EQ(files.content("/a"), left);
}

TEST(SimulatedKill, KeepsUnsyncedBytesAndNamesButNotHandles) {
  SimulatedFileSystem files;
  const auto file = created(files, "/a", "unsynced");
  const auto lock = files.lock("/lock").value();
  files.kill_process();
  EXPECT_EQ(files.content("/a"), "unsynced");
  EXPECT_FALSE(file->append("more"));
  EXPECT_TRUE(files.lock("/lock"));
}

TEST(SimulatedSync, LeavesBytesInDoubtAfterAFailureWhateverALaterOneSays) {
  const auto fail_then_succeed = [](auto& files) {
    const auto file = durable(files, "/a", "kept");
    file->append("lost").value();
    files.fail_nth(FileCall::kSync, "/a");
    EXPECT_TRUE(is_injected(file->sync().error()));
    EXPECT_EQ(file->read_at(0, 100), "keptlost");
    EXPECT_TRUE(file->sync());
  };
  const auto seen = after_crashes(fail_then_succeed, content_of_a);
  EXPECT_TRUE(seen.contains("keptlost"));
  EXPECT_TRUE(seen.contains(std::string("kept\0\0\0\0", 8)));
  EXPECT_TRUE(seen.contains("kept"));
  for (const auto& content : seen) {
    EXPECT_TRUE(content.starts_with("kept"));
  }
}

TEST(SimulatedSync, KeepsLaterBytesBehindDoubtfulOnes) {
  const auto act = [](auto& files) {
    const auto file = durable(files, "/a", "");
    file->append("doubt").value();
    files.fail_nth(FileCall::kSync, "/a");
    EXPECT_FALSE(file->sync());
    file->append("sure").value();
    file->sync().value();
  };
  EXPECT_EQ(after_crashes(act, [](auto& files) { return content_of_a(files).substr(5); }), Outcomes{"sure"});
}

TEST(SimulatedSync, OfAFolderMakesNothingDurableWhenItFails) {
  const auto act = [](auto& files) {
    created(files, "/a", "x")->sync().value();
    files.fail_nth(FileCall::kSyncDirectory, "/");
    EXPECT_TRUE(is_injected(files.sync_directory("/").error()));
  };
  EXPECT_TRUE(after_crashes(act, content_of_a).contains("(gone)"));
}

TEST(SimulatedFaults, FailTheNthCallOnce) {
  SimulatedFileSystem files;
  ASSERT_TRUE(files.create_directories("/journal"));
  const auto file = created(files, "/journal/a");
  files.fail_nth(FileCall::kSync, "journal", 2);
  EXPECT_TRUE(file->sync());
  EXPECT_FALSE(file->sync());
  EXPECT_TRUE(file->sync());
}

TEST(SimulatedFaults, LeaveAPartOfAFailedAppend) {
  Outcomes seen;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    SimulatedFileSystem files(seed);
    const auto file = created(files, "/a", "");
    files.fail_nth(FileCall::kAppend, "/a", 1, ENOSPC);
    EXPECT_EQ(file->append("xyz").error().kind, ErrorKind::kNoSpace);
    seen.insert(files.content("/a").value());
  }
  EXPECT_EQ(seen, (Outcomes{"", "x", "xy", "xyz"}));
}

TEST(SimulatedFaults, ReachEverySortOfCall) {
  SimulatedFileSystem files;
  const auto file = created(files, "/a", "x");
  for (const auto call : {FileCall::kCreate, FileCall::kOpen, FileCall::kRead, FileCall::kRename, FileCall::kRemove,
                          FileCall::kSyncDirectory, FileCall::kList}) {
    files.set_fault_rate(call, 1.0);
  }
  EXPECT_TRUE(is_injected(files.create("/b").error()));
  EXPECT_TRUE(is_injected(files.create_or_truncate("/b").error()));
  EXPECT_TRUE(is_injected(files.open("/a").error()));
  EXPECT_TRUE(is_injected(file->read_at(0, 1).error()));
  EXPECT_TRUE(is_injected(files.rename("/a", "/b").error()));
  EXPECT_TRUE(is_injected(files.rename_no_replace("/a", "/b").error()));
  EXPECT_TRUE(is_injected(files.remove("/a").error()));
  EXPECT_TRUE(is_injected(files.sync_directory("/").error()));
  EXPECT_TRUE(is_injected(files.list("/").error()));
  files.clear_faults();
  EXPECT_EQ(names(files), "a=x ");
}

TEST(SimulatedFaults, StopEverythingAfterSomeCalls) {
  SimulatedFileSystem files;
  const auto file = created(files, "/a", "");
  files.stop_after(1);
  EXPECT_TRUE(file->append("one"));
  EXPECT_TRUE(is_injected(file->append("two").error()));
  EXPECT_TRUE(is_injected(file->sync().error()));
  EXPECT_TRUE(is_injected(files.remove("/a").error()));
  EXPECT_EQ(files.content("/a"), "one");
  files.kill_process();
  EXPECT_EQ(read_file(files, "/a", 10), "one");
}

TEST(SimulatedSpace, RunsOutAndComesBack) {
  SimulatedFileSystem files;
  const auto file = created(files, "/a", "12345");
  files.set_free_bytes(5);
  EXPECT_TRUE(file->append("123"));
  EXPECT_EQ(files.free_bytes("/"), 2U);
  const auto full = file->append("123");
  EXPECT_EQ(full.error().kind, ErrorKind::kNoSpace);
  EXPECT_TRUE(is_injected(full.error()));
  EXPECT_TRUE(files.remove("/a"));
  EXPECT_EQ(files.free_bytes("/"), 10U);
}

TEST(SimulatedSpace, ComesBackByTruncationReplacementAndCrash) {
  SimulatedFileSystem files;
  files.set_free_bytes(10);
  created(files, "/a", "12345");
  created(files, "/b", "12345");
  EXPECT_EQ(files.free_bytes("/"), 0U);
  EXPECT_TRUE(files.rename("/a", "/b"));
  EXPECT_EQ(files.free_bytes("/"), 5U);
  EXPECT_TRUE(files.create_or_truncate("/b"));
  EXPECT_EQ(files.free_bytes("/"), 10U);
  created(files, "/c", "123");
  files.crash(0);
  EXPECT_EQ(files.free_bytes("/"), 10U - files.content("/c").value_or("").size());
}

TEST(SimulatedDamage, InvertsOneByte) {
  SimulatedFileSystem files;
  durable(files, "/a", "abc");
  files.corrupt("/a", 1);
  files.crash(0);
  EXPECT_EQ(files.content("/a"), std::string("a\x9D") + "c");
}

TEST(ReplaceFile, LeavesTheOldOrTheNewContentAfterACrashAtAnyCall) {
  Outcomes seen;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    SimulatedFileSystem files(seed);
    ASSERT_TRUE(replace_file(files, "/a", "old content"));
    files.stop_after(seed % 7);
    const bool replaced = replace_file(files, "/a", "the new content").has_value();
    files.crash(seed);
    seen.insert(content_of_a(files));
    EXPECT_TRUE(!replaced || content_of_a(files) == "the new content");
  }
  EXPECT_EQ(seen, (Outcomes{"old content", "the new content"}));
}

TEST(ReplaceFile, ReportsEachFailureAndKeepsTheOldContent) {
  for (const auto call : {FileCall::kCreate, FileCall::kAppend, FileCall::kSync, FileCall::kRename}) {
    SimulatedFileSystem files;
    ASSERT_TRUE(replace_file(files, "/a", "old"));
    files.fail_nth(call, "/a.new");
    EXPECT_TRUE(is_injected(replace_file(files, "/a", "new").error()));
    EXPECT_EQ(content_of_a(files), "old");
  }
}

}  // namespace
}  // namespace firn
