#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "model/loader.h"
#include "model/stage.h"
#include "platform/file_system.h"

namespace firn {

/// Lets a destination that reads local files load from a stage that is elsewhere. Of each request one file after the
/// other is copied into a folder, loaded by a request of its own, and removed: the folder never holds more than one
/// file of a repeater. A file that the stage does not give back as it was put ends the request (kForgotten, at_file).
/// Handles do not outlive this object. Threads: any, one at a time for each table.
class FetchingLoader final : public Loader {
 public:
  struct Parts {
    Stage& stage;
    Loader& loader;
    FileSystem& files;
  };

  /// What an earlier process left in `folder` is removed when the first request comes. Nobody else writes there.
  FetchingLoader(const Parts& parts, std::string folder);
  ~FetchingLoader() override;

  Result<std::string> submit(const LoadJob& job) override;
  Result<LoadProgress> poll(const LoadJob& job, const std::string& handle) override;
  Result<std::uint64_t> count(const TableDefinition& table) override { return loader_.count(table); }
  Result<std::vector<Position>> arrived(const TableDefinition& table, const ObjectKey& key) override {
    return loader_.arrived(table, key);
  }

 private:
  struct Request;

  Status make_room() FIRN_REQUIRES(mutex_);
  Request* find(const std::string& handle) FIRN_EXCLUDES(mutex_);
  static LoadProgress running(const Request& request);
  /// Fetches the next file and has it loaded; when there is none, ends the request.
  Result<LoadProgress> begin_next(Request& request);
  Result<LoadProgress> follow(Request& request);
  LoadProgress end(Request& request, LoadProgress progress);

  Stage& stage_;
  Loader& loader_;
  FileSystem& files_;
  const std::string folder_;
  Mutex mutex_;
  bool is_ready_ FIRN_GUARDED_BY(mutex_) = false;
  std::size_t submitted_ FIRN_GUARDED_BY(mutex_) = 0;
  std::map<std::string, std::unique_ptr<Request>> requests_ FIRN_GUARDED_BY(mutex_);
};

}  // namespace firn
