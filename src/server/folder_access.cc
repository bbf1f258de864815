#include "server/folder_access.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace server {

namespace {

namespace fs = std::filesystem;
using base::Result;

std::string user_name(uid_t user) {
  auto* entry = getpwuid(user);
  return entry ? entry->pw_name : "number " + std::to_string(user);
}

Result<> refuse(const fs::path& folder, const struct stat& seen, std::string_view what) {
  return base::fail(base::Errc::io, "permission denied: the user " + user_name(geteuid()) + " may not " + std::string(what) + " " + folder.string() + ", which belongs to " +
                                        user_name(seen.st_uid) + "; run this as that user, or give another folder with --data");
}

bool may(const fs::path& folder, int mode) { return faccessat(AT_FDCWD, folder.c_str(), mode, AT_EACCESS) == 0 || errno != EACCES; }

}  // namespace

Result<> may_use_folder(const fs::path& path) {
  fs::path at, last;
  struct stat seen{}, here{};
  bool there = true;
  for (auto& part : fs::absolute(path)) {
    if (part.empty()) continue;  // after a last slash
    at /= part;
    there = stat(at.c_str(), &here) == 0;
    if (!there) break;
    if (!S_ISDIR(here.st_mode)) return base::fail(base::Errc::io, at.string() + " is a file, not a folder; give another folder with --data");
    if (!may(at, X_OK)) return refuse(at, here, "enter");
    last = at;
    seen = here;
  }
  if (may(last, there ? R_OK | W_OK : W_OK)) return {};
  return refuse(last, seen, there ? "read and write in" : "make a folder in");
}

}  // namespace server
