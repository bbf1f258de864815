#pragma once
// The metadata store that servers use: RocksDB, one database for all partitions.
#include <filesystem>

#include "meta/store.h"

namespace meta {

struct RocksdbOptions {
  std::filesystem::path folder;
  size_t cache_bytes = 64u << 20;         // blocks read from the disk
  size_t write_buffer_bytes = 16u << 20;  // written but not yet in a table, per memtable
  base::ThreadPool* pool = nullptr;       // for reads that block; must outlive the store
  bool must_exist = false;                // a database that is not there is an error, and none is made
};

// Opens or makes the database. **Errors** corrupt where it cannot be read or must exist and does not, unavailable where another process has it open.
Result<std::unique_ptr<Store>> open_rocksdb_store(RocksdbOptions options);

}  // namespace meta
