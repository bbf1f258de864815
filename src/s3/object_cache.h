#pragma once
// Small objects that were read lately, ready to be sent.
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "http/head.h"
#include "s3/record.h"

namespace s3 {

// An object as it was read and verified. Immutable, so that responses can be sent from it while it is replaced.
struct CachedObject {
  ObjectRecord record;
  std::string data;          // the bytes, checked, of Layout::inlined; empty for the others
  http::HeaderList headers;  // of a plain answer with all of it
};

// Keeps the objects used last, within a limit. What it gives out is what the store holds: a change takes the key out before it
// becomes visible, and nothing read before the change was complete comes in afterwards.
// **Threads** Any.
class ObjectCache {
 public:
  explicit ObjectCache(size_t limit_bytes);

  // Nothing where it is not there.
  std::shared_ptr<const CachedObject> find(std::string_view bucket_id, std::string_view key);

  // Says what the cache knew when a read of the store began.
  struct Ticket {
    uint64_t generation = 0;
    bool valid = false;
  };
  Ticket begin_read(std::string_view bucket_id, std::string_view key);
  // Takes in what was read since the ticket, unless the key was changed since.
  void insert(std::string_view bucket_id, std::string_view key, Ticket ticket, std::shared_ptr<const CachedObject> object);

  // A transaction on one bucket, from its first look at the store until its outcome is known.
  class Change {
   public:
    Change(ObjectCache& cache, std::string_view bucket_id) : cache_(cache), bucket_id_(bucket_id) {}
    ~Change();
    Change(const Change&) = delete;
    // The transaction is about to write that key. **Threads** The store's own, while the owner waits.
    void touch(std::string_view key);

   private:
    ObjectCache& cache_;
    std::string bucket_id_;
    std::vector<std::string> touched_;
  };

 private:
  struct Entry {
    std::string name;
    std::shared_ptr<const CachedObject> object;
    size_t size_bytes = 0;
  };
  using Entries = std::list<Entry>;  // the one used last is first

  // Changes are told apart by a hash of the key: a collision costs a read of the store, never a wrong answer.
  struct Slot {
    uint64_t generation = 0;
    uint32_t changing = 0;
  };
  static constexpr size_t slots_per_shard = 256;
  struct alignas(64) Shard {
    std::mutex mutex;
    Entries entries;
    std::unordered_map<std::string_view, Entries::iterator> by_name;  // views of the entries' names
    size_t size_bytes = 0;
    Slot slots[slots_per_shard];

    void erase(Entries::iterator entry);
  };
  static constexpr size_t shard_count = 32;

  struct Place {
    std::string name;
    Shard& shard;
    Slot& slot;
  };
  Place place(std::string_view bucket_id, std::string_view key);
  void begin_change(std::string_view bucket_id, std::string_view key);
  void end_change(std::string_view bucket_id, std::string_view key);

  size_t shard_limit_;
  std::vector<Shard> shards_;
};

}  // namespace s3
