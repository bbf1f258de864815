#include "meta/memory_store.h"

#include <map>
#include <mutex>

namespace meta {

namespace {

using Keys = std::map<std::string, std::string, std::less<>>;
using Snapshot = std::shared_ptr<const Keys>;

class MemoryCursor final : public Cursor {
 public:
  explicit MemoryCursor(Snapshot keys) : keys_(std::move(keys)), at_(keys_->end()) {}
  void seek(std::string_view key) override { at_ = keys_->lower_bound(key); }
  void next() override { ++at_; }
  bool valid() const override { return at_ != keys_->end(); }
  std::string_view key() const override { return at_->first; }
  std::string_view value() const override { return at_->second; }
  Result<> status() const override { return {}; }

 private:
  Snapshot keys_;
  Keys::const_iterator at_;
};

class MemoryReader final : public Reader {
 public:
  explicit MemoryReader(Snapshot keys) : keys_(std::move(keys)) {}
  Result<std::optional<std::string>> get(std::string_view key) const override {
    auto found = keys_->find(key);
    return found == keys_->end() ? std::nullopt : std::optional(found->second);
  }
  std::unique_ptr<Cursor> cursor() const override { return std::make_unique<MemoryCursor>(keys_); }

 private:
  Snapshot keys_;
};

class MemoryBatch final : public Batch {
 public:
  explicit MemoryBatch(Keys& keys) : keys_(keys) {}
  void put(std::string_view key, std::string_view value) override { keys_.insert_or_assign(std::string(key), value); }
  void erase(std::string_view key) override { keys_.erase(std::string(key)); }

 private:
  Keys& keys_;
};

// A partition is an immutable map; a transaction writes a copy and swaps it in.
class MemoryStore final : public Store {
 public:
  explicit MemoryStore(base::ThreadPool& pool) : pool_(pool) {}

  std::optional<std::optional<std::string>> try_get(std::string_view partition, std::string_view key) const override {
    return *MemoryReader(snapshot(partition)).get(key);
  }
  std::unique_ptr<Reader> reader(std::string_view partition) const override {
    return std::make_unique<MemoryReader>(snapshot(partition));
  }
  Task<Result<>> commit(std::string_view partition, Transaction transaction) override {
    co_return commit_blocking(partition, std::move(transaction));
  }
  Result<> commit_blocking(std::string_view partition, Transaction transaction) override {
    std::lock_guard writers(writing_);
    auto before = snapshot(partition);
    auto after = std::make_shared<Keys>(*before);
    MemoryBatch batch(*after);
    TRY_VOID(transaction(MemoryReader(before), batch));
    std::lock_guard lock(mutex_);
    partitions_[std::string(partition)] = std::move(after);
    return {};
  }
  Result<std::vector<std::string>> partitions() const override {
    std::lock_guard lock(mutex_);
    std::vector<std::string> names;
    for (auto& [name, keys] : partitions_)
      if (!keys->empty()) names.push_back(name);
    return names;
  }
  Result<> drop(std::string_view partition) override {
    std::lock_guard writers(writing_);
    std::lock_guard lock(mutex_);
    partitions_.erase(std::string(partition));
    return {};
  }
  std::vector<std::string> verify() const override { return {}; }
  base::ThreadPool& pool() const override { return pool_; }

 private:
  Snapshot snapshot(std::string_view partition) const {
    static const Snapshot empty = std::make_shared<const Keys>();
    std::lock_guard lock(mutex_);
    auto found = partitions_.find(std::string(partition));
    return found == partitions_.end() ? empty : found->second;
  }

  base::ThreadPool& pool_;
  std::mutex writing_;
  mutable std::mutex mutex_;
  std::map<std::string, Snapshot> partitions_;
};

}  // namespace

std::unique_ptr<Store> make_memory_store(base::ThreadPool& pool) { return std::make_unique<MemoryStore>(pool); }

}  // namespace meta
