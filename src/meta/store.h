#pragma once
// An ordered key-value store for metadata: byte strings under byte-string keys, in partitions.
//
// A transaction touches one partition. RocksDB could do more; an engine that keeps a partition in one RADOS object could not,
// and nothing above relies on more.
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/offload.h"
#include "base/result.h"
#include "base/task.h"

namespace meta {

using base::Result;
using base::Task;

// A position in a partition's keys, ordered as unsigned bytes. Keys and values are valid until the cursor moves.
class Cursor {
 public:
  virtual ~Cursor() = default;
  // To the first key >= `key`.
  virtual void seek(std::string_view key) = 0;
  virtual void next() = 0;
  // False past the last key of the partition, and after an error: see `status`.
  virtual bool valid() const = 0;
  virtual std::string_view key() const = 0;
  virtual std::string_view value() const = 0;
  // Success, unless reading failed; then the cursor is not valid and the walk so far incomplete.
  virtual Result<> status() const = 0;
};

// A partition as it stood at one moment. **Threads** Used by one. Blocks on the disk.
class Reader {
 public:
  virtual ~Reader() = default;
  // Nothing where the key is absent (which is not an error).
  virtual Result<std::optional<std::string>> get(std::string_view key) const = 0;
  virtual std::unique_ptr<Cursor> cursor() const = 0;
};

// What a transaction writes. Later entries win over earlier ones of the same key.
class Batch {
 public:
  virtual ~Batch() = default;
  virtual void put(std::string_view key, std::string_view value) = 0;
  // Erasing an absent key is not an error.
  virtual void erase(std::string_view key) = 0;
};

// Decides on what it reads and says what to write. It may run more than once and on any thread; only its last run counts.
// An error gives the transaction up: nothing is written and `commit` returns that error. It sees no batch of its own and
// every transaction that was committed before it. It should read single keys, ones that the caller has read lately: all
// writers of the store wait while it runs.
using Transaction = std::move_only_function<Result<>(const Reader& before, Batch& batch)>;

// **Threads** Every member may be called from any thread.
class Store {
 public:
  virtual ~Store() = default;

  // The value if it can be had from memory, without blocking; nothing if the disk has to be asked. Absence that memory
  // can vouch for is a value too: the inner optional is empty.
  virtual std::optional<std::optional<std::string>> try_get(std::string_view partition, std::string_view key) const = 0;

  // Blocks on the disk: for tools, start-up, and work that is off the network threads already.
  virtual std::unique_ptr<Reader> reader(std::string_view partition) const = 0;

  // Runs the transaction and returns when its writes would survive a power cut. Serializable: as if transactions ran one
  // after another. Concurrent commits share a sync.
  // **Errors** the transaction's own; no_space and io, after which nothing of it is visible, and the store goes on as soon
  // as the disk does; unavailable once `stop` was called.
  virtual Task<Result<>> commit(std::string_view partition, Transaction transaction) = 0;

  // As `commit`, blocking: for tools, start-up and background threads.
  virtual Result<> commit_blocking(std::string_view partition, Transaction transaction) = 0;

  // Names of all partitions that hold a key, in order.
  virtual Result<std::vector<std::string>> partitions() const = 0;

  // Removes every key of a partition; in steps, so a crash may leave the rest: call again. Blocks.
  virtual Result<> drop(std::string_view partition) = 0;

  // Reads everything and returns a sentence for each thing that is wrong. Blocks, long.
  virtual std::vector<std::string> verify() const = 0;

  // The pool that `get` and `read` block on.
  virtual base::ThreadPool& pool() const = 0;
};

// The value of a key, from memory where possible, else from the disk off the network thread.
Task<Result<std::optional<std::string>>> get(const Store& store, std::string_view partition, std::string_view key);

// Runs `work(const Reader&)` off the network thread on a consistent view of the partition and returns its result.
template <class Work>
auto read(const Store& store, std::string_view partition, Work& work) -> Task<decltype(work(std::declval<const Reader&>()))> {
  co_return co_await base::offload(store.pool(), [&] { return work(*store.reader(partition)); });
}

}  // namespace meta
