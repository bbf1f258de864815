#pragma once
// Whether this user may have the data folder where it is wanted, before anything is made there.
#include <filesystem>

#include "base/result.h"

namespace server {

// **Errors** io: a folder on the way, the folder itself, or the one that it would be made in shuts this user out: which, and whose it
// is; or a file is in the way.
base::Result<> may_use_folder(const std::filesystem::path& path);

}  // namespace server
