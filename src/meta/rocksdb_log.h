#pragma once
// The writing end of the database. Private to this module.
#include <chrono>
#include <mutex>

#include "meta/rocksdb_reader.h"
#include "meta/watermark.h"

namespace meta {

// Puts groups on the disk, and finds its way back after the disk failed. **Threads** Any.
class Log {
 public:
  Log(rocksdb::DB& db, Watermark watermark) : db_(db), watermark_(std::move(watermark)) {}

  // Returns when the batch would survive a power cut. Ends the process where RocksDB throws.
  Result<> write(rocksdb::WriteBatch& batch);

 private:
  Result<> fail(const rocksdb::Status& status);
  bool repair();
  rocksdb::Status touch();
  bool end_log();

  rocksdb::DB& db_;
  std::mutex mutex_;
  Watermark watermark_;
  std::optional<base::Error> failure_;
  std::chrono::steady_clock::time_point last_repair_;
};

}  // namespace meta
