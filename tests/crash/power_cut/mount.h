#pragma once
// A Volume as a folder of this machine, through FUSE.
#include <filesystem>
#include <memory>
#include <mutex>
#include <thread>

#include "volume.h"

struct fuse;

namespace power_cut {

// Mounted from construction to destruction. **Threads** `volume` is used under `mutex` only.
class Mount {
 public:
  // Null if FUSE does not mount; it has said why on standard error.
  static std::unique_ptr<Mount> make(std::filesystem::path folder, Volume& volume, std::mutex& mutex);
  ~Mount();
  // Takes the folder away from processes. False while one still has a file in it open.
  bool unmount();

 private:
  Mount(std::filesystem::path folder, fuse* handle);

  std::filesystem::path folder_;
  fuse* handle_;
  std::thread thread_;
};

}  // namespace power_cut
