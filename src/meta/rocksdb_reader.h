#pragma once
// Reading a partition out of RocksDB: keys as they are stored, errors, cursors. Private to this module.
#include <rocksdb/db.h>
#include <rocksdb/utilities/write_batch_with_index.h>

#include "meta/store.h"

namespace meta {

base::Error error_of(const rocksdb::Status& status);

// A partition's keys begin with its name, its length before it, so that no name is the beginning of another.
std::string stored_key(std::string_view partition, std::string_view key);
// The first key after all of the partition's.
std::string end_of(std::string_view partition);
// The partition that a stored key belongs to.
std::string_view partition_in(std::string_view stored);

inline std::string_view view(const rocksdb::Slice& text) { return {text.data(), text.size()}; }

// The database's value of a stored key, as of the snapshot if there is one.
Result<std::optional<std::string>> read_value(rocksdb::DB& db, const std::string& stored, const rocksdb::Snapshot* snapshot);

// `above`, where there is one, hides what the database has under the same keys.
std::unique_ptr<Cursor> make_cursor(rocksdb::DB& db, std::string_view partition, const rocksdb::Snapshot* snapshot,
                                    std::unique_ptr<rocksdb::WriteBatchWithIndex> above);

// A partition as the database stands now.
std::unique_ptr<Reader> read_snapshot(rocksdb::DB& db, std::string_view partition);

}  // namespace meta
