#pragma once
// A file system in memory that knows what would survive a power cut, and can suffer one.
//
// Every file has two contents and every folder two sets of entries: what processes see now, and what is durable. A sync of a file
// makes its bytes and its size durable, and not its name; a sync of a folder makes its entries durable, and not what they name.
// That is the least that POSIX promises; ext4 keeps more.
#include <sys/stat.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace power_cut {

inline constexpr uint64_t page_bytes = 4096;

struct Node;
using NodePtr = std::shared_ptr<Node>;
using Entries = std::map<std::string, NodePtr, std::less<>>;

// A file, a folder, or something else that has a name (the socket of a server).
struct Node {
  uint64_t number = 0;
  mode_t mode = 0;
  timespec modified{};
  int names = 0;
  std::string now, durable;       // bytes of a file
  std::set<uint64_t> unsynced;    // its pages that `durable` lacks
  Entries entries, durable_entries;  // of a folder

  bool is_folder() const { return S_ISDIR(mode); }
};

// A place for a name. It exists as long as its folder does, whether a name is there or not.
struct Slot {
  NodePtr folder;
  std::string name;
  auto operator<=>(const Slot&) const = default;
};

// **Threads** One at a time. Functions that can fail return 0 or a negative errno, as FUSE wants it.
class Volume {
 public:
  // What happens to a call that could change the disk: 0, or the errno that it shall fail with.
  enum class Call { write, sync, change };

  // What a power cut leaves of the unsynced.
  enum class Mood { drops_all, keeps_all, keeps_beginnings, tosses_coins };

  explicit Volume(bool ignores_sync);

  NodePtr root() const { return root_; }
  // Null where a part of the path is missing. Paths begin with a slash.
  NodePtr find(std::string_view path) const;
  // The folder of the path's last part; its folder is null where that is missing.
  Slot slot(std::string_view path) const;

  int make(const Slot& slot, mode_t mode, NodePtr* made = nullptr);
  int remove(const Slot& slot);
  int rename(const Slot& from, const Slot& to, bool replaces);
  // A sync that fails leaves the pages that it could not write as good as written, as Linux does: a later one passes them over.
  int write(Node& file, uint64_t offset, std::span<const char> data);
  int resize(Node& file, uint64_t size_bytes);
  int sync_file(Node& file);
  int sync_folder(const NodePtr& folder);

  // Files together may have this many bytes; more is ENOSPC. A quota is a limit that statfs does not show.
  void set_limit(uint64_t bytes) { limit_bytes_ = quota_bytes_ = bytes; }
  void set_quota(uint64_t bytes) { quota_bytes_ = bytes; }
  uint64_t limit_bytes() const { return limit_bytes_; }
  uint64_t used_bytes() const { return used_bytes_; }
  // The next `count` calls of the kind fail with EIO, after `passing` that do not.
  void fail_next(Call kind, int passing, int count) { faults_[kind] = {passing, count}; }

  // Forgets what was not synced, but for what coins keep: changes of entries in any order that respects their dependencies, single
  // pages of files, sizes that grew in part. The same seed tosses the same coins, for the mood too where none is given.
  void cut(uint64_t seed, std::optional<Mood> mood);

 private:
  struct Change {
    NodePtr node;
    std::optional<Slot> from, to;  // a creation lacks the first, a removal the second
    bool touches(const Slot& slot) const { return from == slot || to == slot; }
    bool touches(const NodePtr& folder) const { return (from && from->folder == folder) || (to && to->folder == folder); }
  };
  struct Fault {
    int passing = 0, count = 0;
  };

  int fault(Call kind);
  NodePtr new_node(mode_t mode);
  void change(Change change);
  void unname(const NodePtr& node);
  bool depends_on_any(const Change& change, const std::vector<Change>& earlier) const;
  static void make_durable(const Change& change);
  void cut_entries(Mood mood, std::mt19937_64& random);
  void cut_file(Node& file, Mood mood, std::mt19937_64& random);
  void visit(const NodePtr& node, std::set<Node*>& seen, const std::function<void(Node&)>& work);

  bool ignores_sync_;
  uint64_t last_number_ = 0;
  NodePtr root_;
  std::vector<Change> changes_;  // of entries, not durable yet, in order
  uint64_t limit_bytes_ = 4ull << 30, quota_bytes_ = limit_bytes_, used_bytes_ = 0;
  std::map<Call, Fault> faults_;
};

}  // namespace power_cut
