#pragma once
// How the database is set up, and why.
#include "meta/rocksdb_store.h"

namespace rocksdb {
struct Options;
class Env;
}  // namespace rocksdb

namespace meta {

// `env` must outlive the database.
rocksdb::Options database_options(const RocksdbOptions& given, rocksdb::Env& env);

}  // namespace meta
