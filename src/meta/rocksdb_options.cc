#include "meta/rocksdb_options.h"

#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>

#include <cstdio>

#include "base/log.h"

namespace meta {

// What goes wrong inside goes to our own log. RocksDB's, a file beside the data, ends the process with a failed assertion when the
// disk fails twice under it: a full disk must not do that.
class ErrorsToOurLog final : public rocksdb::Logger {
 public:
  ErrorsToOurLog() : Logger(rocksdb::InfoLogLevel::ERROR_LEVEL) {}
  using Logger::Logv;
  void Logv(const char* format, va_list values) override {
    char text[1024];
    std::vsnprintf(text, sizeof text, format, values);
    std::string_view line(text);
    base::log::warning("RocksDB", {{"what", line.substr(0, line.find_last_not_of('\n') + 1)}});
  }
};

static constexpr size_t value_in_blob_file_bytes = 1024;  // larger values stay out of compactions

// Records torn by a crash were never acknowledged: they end the log. Recycled logs would spare each sync the change of the
// file's size, but this RocksDB recycles only if recovery may skip damaged records in the middle, and then what was decided
// on the ground of a lost record would outlive it. Every write is synced, so no log but the last one has a torn end.
static void set_log(rocksdb::Options& options, const RocksdbOptions& given) {
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  options.recycle_log_file_num = 0;
  options.max_total_wal_size = 4 * given.write_buffer_bytes;
  options.paranoid_checks = true;
  options.avoid_flush_during_shutdown = true;  // what is not in the log need not be kept
}

// One thread writes, so what lets several write at once would only cost.
static void set_memtables(rocksdb::Options& options, const RocksdbOptions& given) {
  options.write_buffer_size = given.write_buffer_bytes;
  options.max_write_buffer_number = 3;
  options.allow_concurrent_memtable_write = false;
  options.enable_write_thread_adaptive_yield = false;
  options.memtable_prefix_bloom_size_ratio = 0.02;  // most keys that a PUT asks for are absent
  options.memtable_whole_key_filtering = true;
}

// Bytes of small objects lie in blob files, in the order of their writing; tables hold where. Values are cached by the
// operating system, whose pages are read without waiting (rocksdb_files.h), so there is no blob cache. Left to itself RocksDB
// would move the live values of its oldest files in every compaction, garbage or not: rocksdb_upkeep.h decides when.
static void set_blob_files(rocksdb::Options& options) {
  options.enable_blob_files = true;
  options.min_blob_size = value_in_blob_file_bytes;
  options.blob_file_size = 64 << 20;
  options.blob_compression_type = rocksdb::kNoCompression;
}

static void set_tables(rocksdb::Options& options, const RocksdbOptions& given) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(given.cache_bytes);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.checksum = rocksdb::kCRC32c;  // Debian's library has a slow XXH3; CRC-32C is ours (rocksdb_crc32c.cc)
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.compression = rocksdb::kLZ4Compression;
  options.level_compaction_dynamic_level_bytes = true;
  options.level0_file_num_compaction_trigger = 8;  // tables without values are small: merging four gains little
}

// Bounds on threads and files, and nothing written while idle.
static void set_upkeep(rocksdb::Options& options) {
  options.max_background_jobs = 2;
  options.max_open_files = 512;
  options.max_file_opening_threads = 1;
  options.skip_stats_update_on_db_open = true;
  options.bytes_per_sync = 1 << 20;
  options.avoid_unnecessary_blocking_io = true;
  options.info_log = std::make_shared<ErrorsToOurLog>();
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.db_host_id.clear();
}

rocksdb::Options database_options(const RocksdbOptions& given, rocksdb::Env& env) {
  rocksdb::Options options;
  options.create_if_missing = !given.must_exist;
  options.env = &env;
  set_log(options, given);
  set_memtables(options, given);
  set_blob_files(options);
  set_tables(options, given);
  set_upkeep(options);
  return options;
}

}  // namespace meta
