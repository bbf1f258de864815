#include "s3/collector.h"

#include <chrono>

#include "base/log.h"
#include "s3/keyspace.h"
#include "s3/record.h"

namespace s3 {

static constexpr size_t batch_limit = 1000;
static constexpr std::chrono::hours sweep_pause{1};

Collector::Collector(meta::Store& meta, blob::Store& blobs, const BlobLeases& leases, const base::Clock& clock,
                     std::chrono::milliseconds retry_pause)
    : meta_(meta), blobs_(blobs), leases_(leases), clock_(clock), retry_pause_(retry_pause) {
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
  next_sweep_ = std::chrono::steady_clock::now();
  while (!stopping_) {
    auto now = std::chrono::steady_clock::now();
    make_due(now);
    if (!due_.empty()) work_off_one(lock);
    if (!stopping_ && now >= next_sweep_) {
      lock.unlock();
      sweep();
      lock.lock();
      next_sweep_ = std::chrono::steady_clock::now() + sweep_pause;
    }
    if (due_.empty()) changed_.wait_until(lock, next_moment(), [this] { return stopping_ || !due_.empty(); });
  }
}

void Collector::make_due(Moment now) {
  for (auto one = later_.begin(); one != later_.end();) {
    if (one->second <= now) {
      due_.insert(one->first);
      one = later_.erase(one);
    } else {
      ++one;
    }
  }
}

Collector::Moment Collector::next_moment() const {
  auto next = next_sweep_;
  for (auto& [partition, moment] : later_) next = std::min(next, moment);
  return next;
}

void Collector::work_off_one(std::unique_lock<std::mutex>& lock) {
  auto next = due_.upper_bound(last_);
  last_ = std::move(due_.extract(next == due_.end() ? due_.begin() : next).value());
  auto partition = last_;
  lock.unlock();
  auto left = collect(partition);
  lock.lock();
  if (!left.failed && !left.leased) return;
  // New garbage of a partition that waits brings no second message.
  bool is_new = later_.try_emplace(partition, std::chrono::steady_clock::now() + retry_pause_).second;
  if (is_new && left.failed)
    base::log::warning("the collector could not do all of its work", {{"partition", partition}, {"count", std::to_string(left.failed)}, {"error", left.error}});
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

Collector::Left Collector::collect(const std::string& partition) {
  Left left;
  drop_uploads(partition, left);
  std::string from(1, garbage_prefix);
  while (!from.empty() && !stopping_) from = collect_from(partition, from, left);
  return left;
}

// Of a deleted bucket. The parts first: while any is there, so is its upload.
void Collector::drop_uploads(const std::string& partition, Left& left) {
  auto closed = meta_.reader(partition)->get(closed_key);
  if (!closed) left.fail(closed.error());
  if (!closed || !*closed) return;
  for (char prefix : {parts_prefix, upload_prefix}) {
    std::string from(1, prefix);
    while (!from.empty() && !stopping_) from = drop_from(partition, from, left);
  }
}

// Drops up to batch_limit uploads or parts, of which the first byte of `from` says. Returns where the next call has to begin;
// empty: there are no more, or they cannot be read or written. A part that is damaged stays: the blob it names could not be told.
std::string Collector::drop_from(const std::string& partition, const std::string& from, Left& left) {
  std::vector<std::string> dropped, garbage;
  std::string next;
  {
    auto reader = meta_.reader(partition);
    auto cursor = reader->cursor();
    for (cursor->seek(from); cursor->valid() && cursor->key().front() == from.front(); cursor->next()) {
      if (dropped.size() == batch_limit) {
        next = cursor->key();
        break;
      }
      if (from.front() == parts_prefix) {
        auto part = decode_part(cursor->value());
        if (!part) {
          left.fail(part.error());
          continue;
        }
        if (!part->blob.empty()) garbage.push_back(std::move(part->blob));
      }
      dropped.emplace_back(cursor->key());
    }
    if (auto status = cursor->status(); !status) left.fail(status.error());
  }
  return change(partition, dropped, garbage, left) ? next : std::string();
}

bool Collector::change(const std::string& partition, const std::vector<std::string>& erased, const std::vector<std::string>& garbage, Left& left) {
  if (erased.empty()) return true;
  auto done = meta_.commit_blocking(partition, [&](const meta::Reader&, meta::Batch& batch) -> base::Result<> {
    for (auto& blob : garbage) batch.put(garbage_key(blob), "");
    for (auto& key : erased) batch.erase(key);
    return {};
  });
  if (!done) left.fail(done.error());
  return done.has_value();
}

// Takes up to batch_limit entries, passing over what cannot be erased now. Returns as `drop_from`.
std::string Collector::collect_from(const std::string& partition, const std::string& from, Left& left) {
  std::vector<std::string> erased;
  std::string next;
  {
    auto reader = meta_.reader(partition);
    auto cursor = reader->cursor();
    for (cursor->seek(from); cursor->valid() && cursor->key().front() == garbage_prefix; cursor->next()) {
      if (erased.size() == batch_limit) {
        next = cursor->key();
        break;
      }
      auto blob = cursor->key().substr(1);
      auto id = blob::BlobId::parse(blob);
      if (leases_.holds(blob)) {
        left.leased++;
      } else if (auto done = id ? blobs_.erase(*id) : base::Result<>(); done) {
        erased.emplace_back(cursor->key());
      } else {
        left.fail(done.error());
      }
    }
    if (auto status = cursor->status(); !status) left.fail(status.error());
  }
  return change(partition, erased, {}, left) ? next : std::string();
}

}  // namespace s3
