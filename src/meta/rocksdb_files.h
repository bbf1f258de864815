#pragma once
// How RocksDB reaches its files: reads that need not wait for the disk, and errors that pass when their cause does.
#include <memory>

namespace rocksdb {
class Env;
}

namespace meta {

// While one lives, its thread's reads through `make_rocksdb_env` fail with Busy where memory does not hold the bytes.
class NoDiskWait {
 public:
  NoDiskWait();
  ~NoDiskWait();
  NoDiskWait(const NoDiskWait&) = delete;
};

// RocksDB's environment over `base::posix_file_system()`. The database's pages then need no second cache of our own: what the
// operating system holds can be read on a network thread. Failed writes are marked as worth repeating, without which
// RocksDB takes any error but a full disk as final. Must outlive the database.
std::unique_ptr<rocksdb::Env> make_rocksdb_env();

// True if RocksDB computes its checksums as the catalogue says, on this machine, with the replacement linked in here.
bool checksums_are_sound();

}  // namespace meta
