#pragma once
// A file system in memory for tests: fails the N-th call, and forgets what was not synced.
#include <map>
#include <mutex>
#include <set>

#include "base/file_system.h"

namespace base::testing {

// What of the unsynced a crash leaves. A real one leaves anything in between.
enum class Crash {
  drops_unsynced,  // power cut, early
  keeps_unsynced,  // the process died, the system went on
  tears_unsynced,  // entries are there, but the unsynced first half of each file is zeros
};

// Syncing a folder makes its entries durable, and a rename on both sides at once. **Threads** Any.
class FaultyFileSystem final : public FileSystem {
 public:
  // The `number`-th call from now on fails with no_space (a write after half of its bytes); 0: none.
  // `forever`: so does every later one.
  void fail_call(int number, bool forever = false);
  // False if fewer calls were made than `fail_call` asked for.
  bool has_failed() const;
  // Open files are of no use after it; calls succeed again.
  void crash(Crash how);
  // Changes one bit of a file, in memory and on the disk.
  void flip_bit(const std::filesystem::path& path, uint64_t bit);

  Result<std::unique_ptr<File>> create(const std::filesystem::path& path) override;
  Result<std::unique_ptr<File>> open_for_read(const std::filesystem::path& path) override;
  Result<> rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
  Result<> remove(const std::filesystem::path& path) override;
  Result<> make_folders(const std::filesystem::path& path) override;
  Result<> sync_folder(const std::filesystem::path& path) override;
  Result<std::vector<std::string>> list(const std::filesystem::path& path) const override;
  uint64_t free_bytes(const std::filesystem::path&) const override { return 1 << 30; }

 private:
  friend class FaultyFile;
  struct Content {
    std::string now, synced;
  };
  using Node = std::shared_ptr<Content>;
  using Entries = std::map<std::filesystem::path, Node>;
  struct Change {
    Node node;
    std::optional<std::filesystem::path> from, to;
    bool touches(const std::filesystem::path& folder) const;
  };

  Result<> count_call() const;
  void make_durable(const Change& change);

  mutable std::mutex mutex_;
  Entries now_, durable_;
  std::vector<Change> changes_;  // of entries, not yet durable
  std::set<std::filesystem::path> folders_;
  int life_ = 0;  // crashes so far
  mutable int until_failure_ = 0;
  mutable bool forever_ = false, failed_ = false;
};

}  // namespace base::testing
