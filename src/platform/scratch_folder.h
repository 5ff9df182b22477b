#pragma once

#include <memory>
#include <string>

#include "base/result.h"

namespace firn {

/// A folder that is removed with all it holds when this object is destroyed, unless it is to be kept.
class ScratchFolder {
 public:
  /// A new folder for temporary files, which only this user can enter.
  static Result<std::unique_ptr<ScratchFolder>> make_temporary();
  /// This folder, made when it is missing and always kept. kAlreadyExists when it is not empty.
  static Result<std::unique_ptr<ScratchFolder>> make_at(const std::string& path);

  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] bool is_kept() const { return kept_; }
  void keep() { kept_ = true; }

 private:
  ScratchFolder(std::string path, bool kept) : path_(std::move(path)), kept_(kept) {}

  std::string path_;
  bool kept_;
};

}  // namespace firn
