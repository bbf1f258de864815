#include "s3/collector.h"

#include <chrono>

#include "base/log.h"
#include "s3/keyspace.h"
#include "s3/record.h"

namespace s3 {

static constexpr size_t batch_limit = 1000;
static constexpr std::chrono::seconds retry_pause{10};
static constexpr std::chrono::hours sweep_pause{1};

Collector::Collector(meta::Store& meta, blob::Store& blobs, const base::Clock& clock) : meta_(meta), blobs_(blobs), clock_(clock) {
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
  auto next_sweep = std::chrono::steady_clock::now();
  while (!stopping_) {
    work_off_due(lock);
    if (!stopping_ && std::chrono::steady_clock::now() >= next_sweep) {
      lock.unlock();
      sweep();
      lock.lock();
      next_sweep = std::chrono::steady_clock::now() + sweep_pause;
    }
    changed_.wait_until(lock, next_sweep, [this] { return stopping_ || !due_.empty(); });
  }
}

void Collector::work_off_due(std::unique_lock<std::mutex>& lock) {
  while (!stopping_ && !due_.empty()) {
    auto partition = std::move(due_.extract(due_.begin()).value());
    lock.unlock();
    bool done = collect(partition);
    lock.lock();
    if (done) continue;
    due_.insert(partition);
    changed_.wait_for(lock, retry_pause, [this] { return stopping_; });
  }
}

void Collector::sweep() {
  auto all = meta_.partitions();
  if (!all) return;
  for (auto& partition : *all)
    if (bucket_id_of(partition)) forget_completed(partition);
}

void Collector::forget_completed(const std::string& partition) {
  auto before = clock_.now() - completed_uploads_stay;
  std::vector<std::string> old;
  {
    auto reader = meta_.reader(partition);
    auto cursor = reader->cursor();
    for (cursor->seek({&upload_prefix, 1}); cursor->valid() && cursor->key().front() == upload_prefix && old.size() < batch_limit; cursor->next()) {
      auto upload = decode_upload(cursor->value());
      if (upload && !upload->completed_etag.empty() && upload->target.modified < before) old.emplace_back(cursor->key());
    }
  }
  if (old.empty()) return;
  auto done = meta_.commit_blocking(partition, [&](const meta::Reader&, meta::Batch& batch) -> base::Result<> {
    for (auto& key : old) batch.erase(key);
    return {};
  });
  if (done && old.size() == batch_limit) forget_completed(partition);
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
