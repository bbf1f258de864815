#pragma once
// Blobs as files. docs/format/blob.md describes a file's bytes.
#include <filesystem>

#include "base/file_system.h"
#include "blob/store.h"

namespace blob {

// Opens or makes the folder. `files` is the file system to go through and must outlive the store.
Result<std::unique_ptr<Store>> open_file_store(std::filesystem::path folder, base::FileSystem& files);

}  // namespace blob
