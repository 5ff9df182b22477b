#pragma once

#include <cerrno>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "platform/file_system.h"
#include "tests/support/fault_plan.h"

namespace firn {

/// A FileSystem in memory that forgets at crash() what was not synced, and fails when told to. The same seed and the
/// same calls give the same faults and the same remains. Threads: any, but only one gives repeatable runs.
///
/// What it models:
/// - Bytes are durable after sync(). Unsynced ones may survive, vanish or be torn, sector by sector.
/// - A created, renamed or removed name is durable after sync_directory(); until then it may be undone. A rename is
///   undone as a whole. Steps that build on one another are undone from the end.
/// - After a failed sync() the unsynced bytes may be lost at the next crash even when a later sync() succeeds.
/// - create_directories() is durable at once. Folders are never removed or renamed.
/// "/" and "." exist from the start. Files must be destroyed before the file system.
class SimulatedFileSystem final : public FileSystem {
 public:
  explicit SimulatedFileSystem(std::uint64_t seed = 0);
  ~SimulatedFileSystem() override;
  SimulatedFileSystem(const SimulatedFileSystem&) = delete;
  SimulatedFileSystem& operator=(const SimulatedFileSystem&) = delete;

  Result<std::unique_ptr<File>> create(const std::string& path) override;
  Result<std::unique_ptr<File>> create_or_truncate(const std::string& path) override;
  Result<std::unique_ptr<File>> open(const std::string& path) override;
  Status rename(const std::string& from, const std::string& to) override;
  Status rename_no_replace(const std::string& from, const std::string& to) override;
  Status remove(const std::string& path) override;
  Status create_directories(const std::string& path) override;
  Status sync_directory(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& path) override;
  [[nodiscard]] Result<bool> exists(const std::string& path) override;
  Result<std::uint64_t> free_bytes(const std::string& path) override;
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override;

  /// Loss of power and a restart: see above. Faults are cleared, locks are free, and every open File fails from now on.
  void crash(std::uint64_t seed);
  /// The process dies and the machine lives on: files and names stay, synced or not; the rest is as in crash().
  void kill_process();

  /// The nth such call from now on a path containing `path_part` fails, once.
  void fail_nth(FileCall call, const std::string& path_part, std::uint64_t nth = 1, int code = EIO);
  /// Such calls fail with EIO by chance.
  void set_fault_rate(FileCall call, double probability);
  /// After that many more calls every one fails, without effect, as in the moment before a crash().
  void stop_after(std::uint64_t calls);
  void clear_faults();

  /// Room for that many bytes more, file content alone being counted. An append beyond it writes a part and fails with
  /// kNoSpace.
  void set_free_bytes(std::uint64_t bytes);

  /// What a reader sees now. Nothing when there is no such file.
  [[nodiscard]] std::optional<std::string> content(const std::string& path) const;
  /// Inverts a byte, on disk too. The file must have it.
  void corrupt(const std::string& path, std::size_t offset);
  /// Calls so far that faults are counted by.
  [[nodiscard]] std::uint64_t calls() const;

 private:
  struct Inode;
  class Handle;
  class Lock;
  using InodePointer = std::shared_ptr<Inode>;
  /// A change of names that is durable as a whole or not at all: path and what it names then, or nothing.
  using NameChange = std::vector<std::pair<std::string, InodePointer>>;
  using Names = std::map<std::string, InodePointer>;

  Status check(FileCall call, const char* operation, const std::string& path) const FIRN_REQUIRES(mutex_);
  [[nodiscard]] InodePointer find(const std::string& path) const FIRN_REQUIRES(mutex_);
  Status check_new_name(const char* operation, const std::string& path) const FIRN_REQUIRES(mutex_);
  void apply(NameChange change) FIRN_REQUIRES(mutex_);
  /// Makes the chosen changes durable; the others stay pending.
  void settle(const std::vector<bool>& chosen) FIRN_REQUIRES(mutex_);
  void unlink(const InodePointer& inode) FIRN_REQUIRES(mutex_);
  InodePointer make_inode(const std::string& path) FIRN_REQUIRES(mutex_);
  Status rename_locked(const std::string& from, const std::string& to, bool replace) FIRN_REQUIRES(mutex_);
  void end_process() FIRN_REQUIRES(mutex_);
  std::unique_ptr<File> handle_of(const InodePointer& inode, const std::string& path, bool writable)
      FIRN_REQUIRES(mutex_);

  mutable Mutex mutex_;
  mutable Chance chance_ FIRN_GUARDED_BY(mutex_);
  mutable FaultPlan faults_ FIRN_GUARDED_BY(mutex_);
  mutable std::uint64_t calls_ FIRN_GUARDED_BY(mutex_) = 0;
  Names names_ FIRN_GUARDED_BY(mutex_);
  Names durable_ FIRN_GUARDED_BY(mutex_);
  std::vector<NameChange> pending_ FIRN_GUARDED_BY(mutex_);  ///< from durable_ to names_, in order
  std::set<std::string> folders_ FIRN_GUARDED_BY(mutex_) = {"/", "."};
  std::set<std::string> locked_ FIRN_GUARDED_BY(mutex_);
  std::uint64_t life_ FIRN_GUARDED_BY(mutex_) = 0;  ///< of the process; handles of an earlier one are dead
  std::uint64_t free_ FIRN_GUARDED_BY(mutex_) = std::uint64_t{1} << 50U;
};

}  // namespace firn
