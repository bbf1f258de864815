#include "s3/collector.h"

#include <chrono>

#include "base/log.h"
#include "s3/keyspace.h"

namespace s3 {

static constexpr size_t batch_limit = 1000;
static constexpr std::chrono::seconds retry_pause{10};

Collector::Collector(meta::Store& meta, blob::Store& blobs) : meta_(meta), blobs_(blobs) {
  if (auto all = meta_.partitions())
    for (auto& partition : *all)
      if (bucket_id_of(partition)) due_.insert(partition);
  thread_ = std::thread([this] { run(); });
}

Collector::~Collector() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Collector::wake(std::string_view partition) {
  {
    std::lock_guard lock(mutex_);
    due_.emplace(partition);
  }
  changed_.notify_one();
}

void Collector::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !due_.empty(); });
    if (stopping_) return;
    auto partition = std::move(due_.extract(due_.begin()).value());
    lock.unlock();
    bool done = collect(partition);
    lock.lock();
    if (done) continue;
    due_.insert(partition);
    changed_.wait_for(lock, retry_pause, [this] { return stopping_; });
  }
}

// Takes up to batch_limit entries. False: something failed, try again later.
bool Collector::collect(const std::string& partition) {
  std::vector<std::string> erased;
  bool more = false;
  {
    auto reader = meta_.reader(partition);
    auto cursor = reader->cursor();
    for (cursor->seek({&garbage_prefix, 1}); cursor->valid() && cursor->key().front() == garbage_prefix; cursor->next()) {
      more = erased.size() == batch_limit;
      if (more) break;
      auto id = blob::BlobId::parse(cursor->key().substr(1));
      if (id && !blobs_.erase(*id)) return false;
      erased.emplace_back(cursor->key());
    }
    if (!cursor->status()) return false;
  }
  if (erased.empty()) return true;
  auto result = meta_.commit_blocking(partition, [&](const meta::Reader&, meta::Batch& batch) -> base::Result<> {
    for (auto& key : erased) batch.erase(key);
    return {};
  });
  if (!result) base::log::warning("cannot take erased blobs off their queue", {{"error", result.error().what}});
  if (more) wake(partition);
  return result.has_value();
}

}  // namespace s3
