#pragma once

#include <string>

#include "base/result.h"

namespace firn {

/// The permission bits of a file (`st_mode & 07777`), links followed. kNotFound, kPermission or kUnavailable.
Result<unsigned> file_mode(const std::string& path);

/// Run by root, gives a file the owner of its folder: the daemon, which is somebody else, must be able to read it. Does
/// nothing for other users, or when there is no such file. Links are not followed.
Status give_to_owner_of_folder(const std::string& path);

/// The path from the root, without `.` and `..` parts; links are not followed and nothing needs to exist.
std::string absolute_path(const std::string& path);

/// `path` as seen from the folder `base`, made absolute in the same way; an absolute `path` stays where it is.
std::string absolute_path(const std::string& base, const std::string& path);

/// The folder of the running program; empty when the kernel does not tell.
std::string program_directory();

}  // namespace firn
