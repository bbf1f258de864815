#include "meta/rocksdb_log.h"

#include <cstdio>
#include <cstdlib>

#include "base/log.h"

namespace meta {

static constexpr std::chrono::seconds repair_pause{1};

// Below every partition; only ever erased, to have something to write.
static const std::string unused_key(1, '\0');

// RocksDB is not made for exceptions: after one that comes out of a write, the next write may wait for ever, and what failed may lie in
// the log, to come back at the next start. So the next start is now: what was acknowledged is in the log too.
Result<> Log::write(rocksdb::WriteBatch& batch) try {
  if (!batch.Count()) return {};
  std::lock_guard lock(mutex_);
  if (failure_ && !repair()) return std::unexpected(*failure_);
  rocksdb::WriteOptions options;
  options.sync = true;
  auto status = touch();
  if (status.ok()) status = db_.Write(options, &batch);
  if (!status.ok()) return fail(status);
  watermark_.acknowledge(db_.GetLatestSequenceNumber());
  return {};
} catch (const std::exception& exception) {
  std::fprintf(stderr, "cumulet: metadata cannot be written (%s); ending, to be started again\n", exception.what());
  std::abort();
}

Result<> Log::fail(const rocksdb::Status& status) {
  failure_ = error_of(status);
  base::log::error("cannot write metadata", {{"error", failure_->what}});
  auto answer = *failure_;
  repair();
  return std::unexpected(std::move(answer));
}

// A failed write may lie in the log, even whole, and would come back at the next start. So the log is ended: once what was
// acknowledged is in a table, nobody reads that log again. Where this fails too, the store refuses writes and tries again
// later; only a crash before it succeeded can bring the failed write back.
bool Log::repair() {
  auto now = std::chrono::steady_clock::now();
  if (now - last_repair_ < repair_pause) return false;
  last_repair_ = now;
  if (!end_log()) return false;
  base::log::info("metadata can be written again");
  failure_.reset();
  return true;
}

// RocksDB ends a log whose file has failed only while it resumes, and only if there is something to put into a table. Where the
// first write after a table was begun is the one that fails, there would be nothing, and the database could never be written
// again. So something is there before each write; it begins the next table too, if it is time for that.
rocksdb::Status Log::touch() {
  rocksdb::WriteOptions unlogged;
  unlogged.disableWAL = true;
  return db_.Delete(unlogged, unused_key);
}

bool Log::end_log() {
  auto status = db_.Resume();
  if (status.ok()) status = touch();
  if (status.ok()) status = db_.Flush({});
  if (!status.ok()) base::log::warning("metadata cannot be written yet", {{"error", status.ToString()}});
  return status.ok();
}

}  // namespace meta
