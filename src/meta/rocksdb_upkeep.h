#pragma once
// Giving the space of dead values back.
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

namespace rocksdb {
class DB;
}

namespace meta {

// Looks every few seconds how much of the blob files is garbage, and moves what lives out of the older half of them once that
// is worth its cost: a byte is then moved about once in its life.
// **Lifetime** `db` must outlive it. The destructor stops a compaction under way.
class RocksdbUpkeep {
 public:
  explicit RocksdbUpkeep(rocksdb::DB& db);
  ~RocksdbUpkeep();
  RocksdbUpkeep(const RocksdbUpkeep&) = delete;

  // The rule: half of what there is, and not just a little.
  static bool is_worth_it(uint64_t total_bytes, uint64_t garbage_bytes);

 private:
  void run();
  void collect();

  rocksdb::DB& db_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::atomic<bool> canceled_ = false;
  std::thread thread_;  // last: it uses the others
};

}  // namespace meta
