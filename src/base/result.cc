#include "base/result.h"

#include <cerrno>
#include <system_error>

namespace base {

std::string_view name(Errc kind) {
  switch (kind) {
    case Errc::invalid: return "invalid";
    case Errc::too_large: return "too_large";
    case Errc::not_found: return "not_found";
    case Errc::exists: return "exists";
    case Errc::conflict: return "conflict";
    case Errc::corrupt: return "corrupt";
    case Errc::no_space: return "no_space";
    case Errc::io: return "io";
    case Errc::closed: return "closed";
    case Errc::timeout: return "timeout";
    case Errc::unavailable: return "unavailable";
  }
  return "unknown";
}

static Errc kind_of(int number) {
  switch (number) {
    case ENOSPC:
    case EDQUOT: return Errc::no_space;
    case ENOENT: return Errc::not_found;
    case EEXIST: return Errc::exists;
    default: return Errc::io;
  }
}

Error errno_error(std::string what, int number) {
  return {kind_of(number), std::move(what) + ": " + std::generic_category().message(number)};
}

}  // namespace base
