#pragma once
// The file system, injected so that tests can fail its N-th call, or drop what was not synced.
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace base {

// A stretch of a file where the operating system keeps it, pinned: it is neither evicted nor read again while this lives.
class PinnedPages {
 public:
  PinnedPages() = default;
  // Takes over a mapping of [address, address + length).
  PinnedPages(void* address, size_t length) : address_(address), length_(length) {}
  PinnedPages(PinnedPages&& other) noexcept;
  PinnedPages& operator=(PinnedPages&& other) noexcept;
  ~PinnedPages();
  std::span<const char> bytes() const { return {static_cast<const char*>(address_), length_}; }

 private:
  void* address_ = nullptr;
  size_t length_ = 0;
};

// An open file. Closed by the destructor. **Threads** Any for reads; one at a time for writes.
class File {
 public:
  virtual ~File() = default;
  // Fills `into` from `offset`, or fewer bytes at the end of the file; returns how many.
  virtual Result<size_t> read_at(uint64_t offset, std::span<char> into) const = 0;
  // As read_at, but never waits for the disk: fewer bytes, down to none, where memory does not hold them.
  virtual Result<size_t> read_cached_at(uint64_t offset, std::span<char> into) const = 0;
  // The bytes without a copy and without waiting for the disk; nothing where memory does not hold all of them, or they cannot
  // be pinned (a limit of the process: RLIMIT_MEMLOCK). `offset` is a multiple of 64 KiB. Not for files that may be truncated.
  virtual std::optional<PinnedPages> pin_cached(uint64_t offset, size_t length) const = 0;
  // Writes all of `data`.
  virtual Result<> write_at(uint64_t offset, std::span<const char> data) = 0;
  // Asks the disk to begin writing what was written so far, without waiting: keeps dirty memory small. Advice only.
  virtual void begin_write_back(uint64_t offset, uint64_t length) = 0;
  // Returns when data and size would survive a power cut.
  virtual Result<> sync() = 0;
  virtual Result<uint64_t> size_bytes() const = 0;
};

// **Threads** Any. Paths are absolute or relative to the working folder, as the operating system has it.
class FileSystem {
 public:
  virtual ~FileSystem() = default;
  // A new empty file, mode 0600. **Errors** exists.
  virtual Result<std::unique_ptr<File>> create(const std::filesystem::path& path) = 0;
  virtual Result<std::unique_ptr<File>> open_for_read(const std::filesystem::path& path) = 0;
  virtual Result<> rename(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
  // **Errors** not_found.
  virtual Result<> remove(const std::filesystem::path& path) = 0;
  // With parents, mode 0700; an existing folder is fine. New entries are synced into their parents.
  virtual Result<> make_folders(const std::filesystem::path& path) = 0;
  // Returns when the folder's entries (creations, renames, removals) would survive a power cut.
  virtual Result<> sync_folder(const std::filesystem::path& path) = 0;
  // File names in the folder, in no order.
  virtual Result<std::vector<std::string>> list(const std::filesystem::path& path) const = 0;
  virtual uint64_t free_bytes(const std::filesystem::path& path) const = 0;
};

// The operating system's. Lives for ever.
FileSystem& posix_file_system();

}  // namespace base
