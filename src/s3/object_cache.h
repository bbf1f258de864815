#pragma once
// Small objects that were read lately, ready to be sent.
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/huge_pages.h"
#include "http/head.h"
#include "s3/record.h"

namespace s3 {

// An object as it was read and verified. Immutable, so that responses can be sent from it while it is replaced.
// What a plain answer needs lies together: it is the cold memory that costs time.
class CachedObject {
 public:
  using Text = std::basic_string<char, std::char_traits<char>, base::HugePages<char>>;
  // `data`: the bytes, checked, of Layout::inlined; empty for the others.
  CachedObject(std::string_view bucket_id, std::string_view key, ObjectRecord record, const http::HeaderList& headers, std::string_view data);
  CachedObject(const CachedObject&) = delete;
  // In huge pages, since it is looked up at random.
  template <class... Of>
  static std::shared_ptr<const CachedObject> make(Of&&... of) {
    return std::allocate_shared<const CachedObject>(base::HugePages<CachedObject>(), std::forward<Of>(of)...);
  }

  // Whether anyone may read it.
  bool public_read() const { return public_read_; }
  std::string_view name() const { return {text_.data(), name_size_}; }  // bucket id and key
  // Of a plain answer with all of it.
  std::string_view headers() const { return {text_.data() + name_size_, headers_size_}; }
  std::string_view data() const { return std::string_view(text_).substr(name_size_ + headers_size_); }
  const ObjectRecord& record() const { return record_; }
  size_t size_bytes() const { return size_bytes_; }  // in memory, all told

 private:
  Text text_;
  uint32_t name_size_, headers_size_;
  bool public_read_;
  ObjectRecord record_;
  size_t size_bytes_ = 0;
};

// Keeps the objects used last, roughly, within a limit. What it gives out is what the store holds: a change takes the key out
// before it becomes visible, and nothing read before the change was complete comes in afterwards.
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
  void insert(Ticket ticket, std::shared_ptr<const CachedObject> object);

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
    std::vector<uint64_t> touched_;  // hashes
  };

 private:
  // Changes are told apart by a hash of the key: a collision costs a read of the store, never a wrong answer.
  struct Slot {
    uint64_t generation = 0;
    uint32_t changing = 0;
  };
  static constexpr size_t slots_per_shard = 256;
  static constexpr uint32_t none = UINT32_MAX;

  // A hash table with chains, whose entries a clock's hand goes round to find one that was not used since it came by last.
  struct Entry {
    uint64_t hash = 0;
    uint32_t next = none;
    bool used = false;
    std::shared_ptr<const CachedObject> object;  // null: the entry is free
  };
  struct alignas(64) Shard {
    std::mutex mutex;
    std::vector<uint32_t> heads = std::vector<uint32_t>(64, none);
    std::vector<Entry> entries;
    std::vector<uint32_t> free;
    size_t size_bytes = 0, hand = 0;
    Slot slots[slots_per_shard];

    Slot& slot(uint64_t hash) { return slots[hash >> 32 & (slots_per_shard - 1)]; }
    uint32_t& head(uint64_t hash) { return heads[hash & (heads.size() - 1)]; }
    uint32_t find(uint64_t hash, std::string_view bucket_id, std::string_view key);
    void add(uint64_t hash, std::shared_ptr<const CachedObject> object);
    void erase(uint32_t index);
    void erase_all(uint64_t hash);
    void evict_one();
    void grow();
  };
  static constexpr size_t shard_count = 32;

  Shard& shard(uint64_t hash) { return shards_[hash >> 56 & (shard_count - 1)]; }

  size_t shard_limit_;
  std::vector<Shard> shards_;
};

}  // namespace s3
