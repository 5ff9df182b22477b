#include "tests/support/simulated_file_system.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "platform/system_error.h"
#include "tests/support/simulated_content.h"

namespace firn {
namespace {

/// One spelling for each path: no double or trailing slashes, no `a/../`.
std::string spell(const std::string& path) {
  auto text = std::filesystem::path(path).lexically_normal().string();
  while (text.size() > 1 && text.back() == '/') {
    text.pop_back();
  }
  return text.empty() ? "." : text;
}

std::unexpected<Error> failed(int code, const char* operation, const std::string& path) {
  return fail(system_error(code, operation, path));
}

}  // namespace

struct SimulatedFileSystem::Inode {
  SimulatedContent content;
  bool linked = true;  ///< counts for the free space
};

class SimulatedFileSystem::Handle final : public File {
 public:
  Handle(SimulatedFileSystem& files, InodePointer inode, std::string path, bool writable, std::uint64_t life)
      : files_(files), inode_(std::move(inode)), path_(std::move(path)), writable_(writable), life_(life) {}

  Status append(std::string_view bytes) override {
    MutexLock lock(files_.mutex_);
    FIRN_TRY(check_alive());
    if (!writable_) {
      return failed(EBADF, "append to", path_);
    }
    if (auto status = files_.check(FileCall::kAppend, "append to", path_); !status) {
      if (!files_.faults_.stopped()) {
        take(bytes.substr(0, files_.chance_.below(bytes.size() + 1)));
      }
      return status;
    }
    if (inode_->linked && bytes.size() > files_.free_) {
      take(bytes.substr(0, files_.chance_.below(files_.free_ + 1)));
      return fail(injected_error(ENOSPC, "append to", path_));
    }
    take(bytes);
    return {};
  }

  Result<std::string> read_at(std::uint64_t offset, std::size_t size) override {
    MutexLock lock(files_.mutex_);
    FIRN_TRY(check_alive());
    FIRN_TRY(files_.check(FileCall::kRead, "read", path_));
    const auto& bytes = inode_->content.bytes();
    return offset < bytes.size() ? bytes.substr(offset, size) : std::string();
  }

  Status sync() override {
    MutexLock lock(files_.mutex_);
    FIRN_TRY(check_alive());
    if (auto status = files_.check(FileCall::kSync, "sync", path_); !status) {
      inode_->content.fail_sync();
      return status;
    }
    inode_->content.sync();
    return {};
  }

  [[nodiscard]] Result<std::uint64_t> size() const override {
    MutexLock lock(files_.mutex_);
    FIRN_TRY(check_alive());
    return inode_->content.bytes().size();
  }

 private:
  Status check_alive() const FIRN_REQUIRES(files_.mutex_) {
    if (life_ != files_.life_) {
      return fail(injected_error(EIO, "use after a crash", path_));
    }
    return {};
  }

  void take(std::string_view bytes) FIRN_REQUIRES(files_.mutex_) {
    inode_->content.append(bytes);
    if (inode_->linked) {
      files_.free_ -= std::min<std::uint64_t>(files_.free_, bytes.size());
    }
  }

  SimulatedFileSystem& files_;
  InodePointer inode_;
  std::string path_;
  bool writable_;
  std::uint64_t life_;
};

class SimulatedFileSystem::Lock final : public FileLock {
 public:
  Lock(SimulatedFileSystem& files, std::string path, std::uint64_t life)
      : files_(files), path_(std::move(path)), life_(life) {}
  ~Lock() override {
    MutexLock lock(files_.mutex_);
    if (life_ == files_.life_) {
      files_.locked_.erase(path_);
    }
  }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  SimulatedFileSystem& files_;
  std::string path_;
  std::uint64_t life_;
};

SimulatedFileSystem::SimulatedFileSystem(std::uint64_t seed) : chance_(seed) {}
SimulatedFileSystem::~SimulatedFileSystem() = default;

Status SimulatedFileSystem::check(FileCall call, const char* operation, const std::string& path) const {
  ++calls_;
  if (const auto code = faults_.check(call, path, chance_)) {
    return fail(injected_error(*code, operation, path));
  }
  return {};
}

SimulatedFileSystem::InodePointer SimulatedFileSystem::find(const std::string& path) const {
  const auto found = names_.find(path);
  return found == names_.end() ? nullptr : found->second;
}

Status SimulatedFileSystem::check_new_name(const char* operation, const std::string& path) const {
  if (folders_.contains(path)) {
    return failed(EISDIR, operation, path);
  }
  if (!folders_.contains(parent_directory(path))) {
    return failed(ENOENT, operation, path);
  }
  return {};
}

void SimulatedFileSystem::apply(NameChange change) {
  for (const auto& [path, inode] : change) {
    if (inode) {
      names_[path] = inode;
    } else {
      names_.erase(path);
    }
  }
  pending_.push_back(std::move(change));
}

void SimulatedFileSystem::unlink(const InodePointer& inode) {
  free_ += inode->content.bytes().size();
  inode->linked = false;
}

SimulatedFileSystem::InodePointer SimulatedFileSystem::make_inode(const std::string& path) {
  auto inode = std::make_shared<Inode>();
  apply({{path, inode}});
  return inode;
}

std::unique_ptr<File> SimulatedFileSystem::handle_of(const InodePointer& inode, const std::string& path,
                                                     bool writable) {
  return std::make_unique<Handle>(*this, inode, path, writable, life_);
}

Result<std::unique_ptr<File>> SimulatedFileSystem::create(const std::string& given) {
  MutexLock lock(mutex_);
  const auto path = spell(given);
  FIRN_TRY(check(FileCall::kCreate, "create", path));
  if (find(path) || folders_.contains(path)) {
    return failed(EEXIST, "create", path);
  }
  FIRN_TRY(check_new_name("create", path));
  return handle_of(make_inode(path), path, true);
}

Result<std::unique_ptr<File>> SimulatedFileSystem::create_or_truncate(const std::string& given) {
  MutexLock lock(mutex_);
  const auto path = spell(given);
  FIRN_TRY(check(FileCall::kCreate, "create", path));
  FIRN_TRY(check_new_name("create", path));
  auto inode = find(path);
  if (inode) {
    free_ += inode->content.bytes().size();
    inode->content.truncate();
  } else {
    inode = make_inode(path);
  }
  return handle_of(inode, path, true);
}

Result<std::unique_ptr<File>> SimulatedFileSystem::open(const std::string& given) {
  MutexLock lock(mutex_);
  const auto path = spell(given);
  FIRN_TRY(check(FileCall::kOpen, "open", path));
  const auto inode = find(path);
  if (!inode) {
    return failed(folders_.contains(path) ? EISDIR : ENOENT, "open", path);
  }
  return handle_of(inode, path, false);
}

Status SimulatedFileSystem::rename(const std::string& from, const std::string& to) {
  MutexLock lock(mutex_);
  return rename_locked(spell(from), spell(to), true);
}

Status SimulatedFileSystem::rename_no_replace(const std::string& from, const std::string& to) {
  MutexLock lock(mutex_);
  return rename_locked(spell(from), spell(to), false);
}

Status SimulatedFileSystem::rename_locked(const std::string& from, const std::string& to, bool replace) {
  const auto both = from + " to " + to;
  FIRN_TRY(check(FileCall::kRename, "rename", both));
  const auto inode = find(from);
  if (!inode) {
    return failed(ENOENT, "rename", both);
  }
  const auto target = find(to);
  if (!replace && (target || folders_.contains(to))) {
    return failed(EEXIST, "rename", both);
  }
  FIRN_TRY(check_new_name("rename", to));
  if (target == inode) {
    return {};
  }
  if (target) {
    unlink(target);
  }
  apply({{from, nullptr}, {to, inode}});
  return {};
}

Status SimulatedFileSystem::remove(const std::string& given) {
  MutexLock lock(mutex_);
  const auto path = spell(given);
  FIRN_TRY(check(FileCall::kRemove, "remove", path));
  const auto inode = find(path);
  if (!inode) {
    return failed(folders_.contains(path) ? EISDIR : ENOENT, "remove", path);
  }
  unlink(inode);
  apply({{path, nullptr}});
  return {};
}

Status SimulatedFileSystem::create_directories(const std::string& given) {
  MutexLock lock(mutex_);
  std::vector<std::string> added;
  for (auto path = spell(given); !folders_.contains(path); path = parent_directory(path)) {
    if (find(path)) {
      return failed(EEXIST, "create folder", path);
    }
    added.push_back(path);
  }
  FIRN_TRY(check(FileCall::kSyncDirectory, "sync folder", spell(given)));
  folders_.insert(added.begin(), added.end());
  return {};
}

Status SimulatedFileSystem::sync_directory(const std::string& given) {
  MutexLock lock(mutex_);
  const auto path = spell(given);
  FIRN_TRY(check(FileCall::kSyncDirectory, "sync folder", path));
  if (!folders_.contains(path)) {
    return failed(ENOENT, "open folder", path);
  }
  // From the newest to the oldest change: those of this folder, and earlier ones that they build on.
  std::set<std::string> needed;
  std::vector<bool> chosen(pending_.size());
  for (auto i = pending_.size(); i-- > 0;) {
    const auto& change = pending_[i];
    chosen[i] = std::ranges::any_of(
        change, [&](const auto& part) { return parent_directory(part.first) == path || needed.contains(part.first); });
    for (const auto& part : change) {
      if (chosen[i]) {
        needed.insert(part.first);
      }
    }
  }
  settle(chosen);
  return {};
}

Result<std::vector<std::string>> SimulatedFileSystem::list(const std::string& given) {
  MutexLock lock(mutex_);
  const auto folder = spell(given);
  FIRN_TRY(check(FileCall::kList, "list", folder));
  if (!folders_.contains(folder)) {
    return failed(ENOENT, "list", folder);
  }
  std::vector<std::string> names;
  const auto add = [&](const std::string& path) {
    if (path != folder && parent_directory(path) == folder) {
      names.push_back(std::filesystem::path(path).filename());
    }
  };
  for (const auto& [path, inode] : names_) {
    add(path);
  }
  std::ranges::for_each(folders_, add);
  std::ranges::sort(names);
  return names;
}

Result<bool> SimulatedFileSystem::exists(const std::string& given) {
  MutexLock lock(mutex_);
  const auto path = spell(given);
  FIRN_TRY(check(FileCall::kOpen, "look at", path));
  return find(path) != nullptr || folders_.contains(path);
}

Result<std::uint64_t> SimulatedFileSystem::free_bytes(const std::string& given) {
  MutexLock lock(mutex_);
  const auto path = spell(given);
  if (!find(path) && !folders_.contains(path)) {
    return failed(ENOENT, "ask the free space of", path);
  }
  return free_;
}

Result<std::unique_ptr<FileLock>> SimulatedFileSystem::lock(const std::string& given) {
  MutexLock lock(mutex_);
  const auto path = spell(given);
  FIRN_TRY(check(FileCall::kCreate, "lock", path));
  FIRN_TRY(check_new_name("lock", path));
  if (!find(path)) {
    make_inode(path);
  }
  if (!locked_.insert(path).second) {
    return fail(
        Error{ErrorKind::kBusy, "lock", path, "another process holds it", "another firn uses this data directory"});
  }
  return std::make_unique<Lock>(*this, path, life_);
}

void SimulatedFileSystem::settle(const std::vector<bool>& chosen) {
  std::vector<NameChange> rest;
  for (std::size_t i = 0; i < pending_.size(); ++i) {
    if (!chosen[i]) {
      rest.push_back(std::move(pending_[i]));
      continue;
    }
    for (const auto& [path, inode] : pending_[i]) {
      if (inode) {
        durable_[path] = inode;
      } else {
        durable_.erase(path);
      }
    }
  }
  pending_ = std::move(rest);
}

void SimulatedFileSystem::crash(std::uint64_t seed) {
  MutexLock lock(mutex_);
  end_process();
  chance_ = Chance(seed);
  std::set<std::string> undone;
  std::vector<bool> kept(pending_.size());
  for (std::size_t i = 0; i < pending_.size(); ++i) {
    const auto& change = pending_[i];
    const bool possible = std::ranges::none_of(change, [&](const auto& part) { return undone.contains(part.first); });
    kept[i] = possible && chance_.coin();
    for (const auto& part : change) {
      if (!kept[i]) {
        undone.insert(part.first);
      }
    }
  }
  settle(kept);
  pending_.clear();
  for (const auto& [path, inode] : names_) {
    unlink(inode);
  }
  names_ = durable_;
  for (const auto& [path, inode] : names_) {
    inode->content.lose_power(chance_);
    inode->linked = true;
    free_ -= std::min<std::uint64_t>(free_, inode->content.bytes().size());
  }
}

void SimulatedFileSystem::kill_process() {
  MutexLock lock(mutex_);
  end_process();
}

void SimulatedFileSystem::end_process() {
  ++life_;
  locked_.clear();
  faults_.clear();
}

void SimulatedFileSystem::fail_nth(FileCall call, const std::string& path_part, std::uint64_t nth, int code) {
  MutexLock lock(mutex_);
  faults_.fail_nth(call, path_part, nth, code);
}

void SimulatedFileSystem::set_fault_rate(FileCall call, double probability) {
  MutexLock lock(mutex_);
  faults_.set_rate(call, probability);
}

void SimulatedFileSystem::stop_after(std::uint64_t calls) {
  MutexLock lock(mutex_);
  faults_.stop_after(calls);
}

void SimulatedFileSystem::clear_faults() {
  MutexLock lock(mutex_);
  faults_.clear();
}

void SimulatedFileSystem::set_free_bytes(std::uint64_t bytes) {
  MutexLock lock(mutex_);
  free_ = bytes;
}

std::optional<std::string> SimulatedFileSystem::content(const std::string& path) const {
  MutexLock lock(mutex_);
  const auto inode = find(spell(path));
  return inode ? std::optional(inode->content.bytes()) : std::nullopt;
}

void SimulatedFileSystem::corrupt(const std::string& path, std::size_t offset) {
  MutexLock lock(mutex_);
  const auto inode = find(spell(path));
  FIRN_CHECK(inode != nullptr, "only a file that is there can be damaged");
  inode->content.flip(offset);
}

std::uint64_t SimulatedFileSystem::calls() const {
  MutexLock lock(mutex_);
  return calls_;
}

}  // namespace firn
