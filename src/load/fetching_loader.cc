#include "load/fetching_loader.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "model/chunk.h"

namespace firn {

struct FetchingLoader::Request {
  std::string handle;
  LoadJob job;
  std::vector<FileReport> done;  ///< of the first files of the job
  std::string copy;              ///< the next file's, when it is there; else empty
  std::string part;              ///< the handle of the request for it; else empty
};

FetchingLoader::FetchingLoader(const Parts& parts, std::string folder)
    : stage_(parts.stage), loader_(parts.loader), files_(parts.files), folder_(std::move(folder)) {}

FetchingLoader::~FetchingLoader() = default;

Status FetchingLoader::make_room() {
  FIRN_TRY(files_.create_directories(folder_));
  FIRN_ASSIGN(const auto names, files_.list(folder_));
  for (const std::string& name : names) {
    FIRN_TRY(files_.remove(join(folder_, name)));
  }
  is_ready_ = true;
  return {};
}

Result<std::string> FetchingLoader::submit(const LoadJob& job) {
  const MutexLock lock(mutex_);
  if (!is_ready_) {
    FIRN_TRY(make_room());
  }
  auto request = std::make_unique<Request>();
  std::string handle = fmt::format("{}-fetch-{}", job.request_id, ++submitted_);
  request->handle = handle;
  request->job = job;
  requests_[handle] = std::move(request);
  return handle;
}

FetchingLoader::Request* FetchingLoader::find(const std::string& handle) {
  const MutexLock lock(mutex_);
  const auto found = requests_.find(handle);
  return found == requests_.end() ? nullptr : found->second.get();
}

Result<LoadProgress> FetchingLoader::poll(const LoadJob& /*job*/, const std::string& handle) {
  Request* request = find(handle);
  if (request == nullptr) {
    return LoadProgress{LoadState::kForgotten, {}, {}, false};
  }
  return request->part.empty() ? begin_next(*request) : follow(*request);
}

Result<LoadProgress> FetchingLoader::begin_next(Request& request) {
  if (request.done.size() == request.job.files.size()) {
    return end(request, {LoadState::kDone, {}, {}, false});
  }
  const LoadFile& next = request.job.files[request.done.size()];
  if (request.copy.empty()) {
    const std::string path = join(folder_, file_name(next.key));
    const auto fetched = stage_.fetch(next.key, path);
    if (!fetched) {
      const Error& error = fetched.error();
      static_cast<void>(files_.remove(path));  // what came of it; it may not be there
      const bool is_gone = error.kind == ErrorKind::kNotFound || error.kind == ErrorKind::kDamaged;
      return is_gone ? Result<LoadProgress>(end(request, {LoadState::kForgotten, {}, error, true}))
                     : fail(Error(error));
    }
    request.copy = path;
  }
  LoadJob part{fmt::format("{}-{}", request.job.request_id, request.done.size() + 1),
               request.job.batch,
               request.job.table,
               {next}};
  part.files.front().location = request.copy;
  FIRN_ASSIGN(request.part, loader_.submit(part));
  return running(request);
}

LoadProgress FetchingLoader::running(const Request& request) { return {LoadState::kRunning, request.done, {}, false}; }

Result<LoadProgress> FetchingLoader::follow(Request& request) {
  FIRN_ASSIGN(LoadProgress progress, loader_.poll(request.job, request.part));
  switch (progress.state) {
    case LoadState::kRunning:
      return running(request);
    case LoadState::kForgotten:
      return end(request, std::move(progress));
    case LoadState::kDone:
      break;
  }
  request.done.insert(request.done.end(), progress.files.begin(), progress.files.end());
  FIRN_TRY(files_.remove(std::exchange(request.copy, {})));
  request.part.clear();
  return begin_next(request);
}

/// With the reports of all files that were finished.
LoadProgress FetchingLoader::end(Request& request, LoadProgress progress) {
  progress.files.insert(progress.files.begin(), request.done.begin(), request.done.end());
  if (!request.copy.empty()) {
    static_cast<void>(files_.remove(request.copy));  // else at the next start
  }
  const std::string handle = request.handle;  // it ends with the request
  const MutexLock lock(mutex_);
  requests_.erase(handle);
  return progress;
}

}  // namespace firn
