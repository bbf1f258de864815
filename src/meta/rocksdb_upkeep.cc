#include "meta/rocksdb_upkeep.h"

#include <pthread.h>
#include <rocksdb/db.h>

#include "base/log.h"

namespace meta {

static constexpr std::chrono::seconds pause{10};
static constexpr uint64_t least_garbage_bytes = 256 << 20;
static constexpr double older_part = 0.5;

RocksdbUpkeep::RocksdbUpkeep(rocksdb::DB& db) : db_(db), thread_([this] { run(); }) { pthread_setname_np(thread_.native_handle(), "meta-upkeep"); }

RocksdbUpkeep::~RocksdbUpkeep() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  canceled_ = true;
  wake_.notify_all();
  thread_.join();
}

bool RocksdbUpkeep::is_worth_it(uint64_t total_bytes, uint64_t garbage_bytes) {
  return garbage_bytes >= least_garbage_bytes && garbage_bytes >= total_bytes / 2;
}

void RocksdbUpkeep::run() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, pause, [this] { return stopping_; })) {
    lock.unlock();
    uint64_t total = 0, garbage = 0;
    bool known = db_.GetIntProperty(rocksdb::DB::Properties::kLiveBlobFileSize, &total) &&
                 db_.GetIntProperty(rocksdb::DB::Properties::kLiveBlobFileGarbageSize, &garbage);
    if (known && is_worth_it(total, garbage)) collect();
    lock.lock();
  }
}

void RocksdbUpkeep::collect() {
  rocksdb::CompactRangeOptions options;
  options.exclusive_manual_compaction = false;
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
  options.blob_garbage_collection_policy = rocksdb::BlobGarbageCollectionPolicy::kForce;
  options.blob_garbage_collection_age_cutoff = older_part;
  options.canceled = &canceled_;
  auto status = db_.CompactRange(options, nullptr, nullptr);
  if (!status.ok() && !canceled_) base::log::warning("cannot collect garbage in metadata", {{"error", status.ToString()}});
}

}  // namespace meta
