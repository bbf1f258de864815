#include "blob/memory_store.h"

#include <cstring>
#include <map>
#include <mutex>

namespace blob {

using base::Errc;

namespace {

using Data = std::shared_ptr<const std::string>;

struct Blobs {
  std::mutex mutex;
  std::map<BlobId, Data> data;
  std::map<BlobId, std::string> owners;  // of pending ones
};

class MemoryWriter final : public Writer {
 public:
  MemoryWriter(std::shared_ptr<Blobs> blobs, std::string owner) : blobs_(std::move(blobs)), owner_(std::move(owner)) {}
  const BlobId& id() const override { return id_; }
  Result<> write(std::span<const char> data) override { return data_.append(data.data(), data.size()), Result<>(); }
  Result<> finish() override {
    std::lock_guard lock(blobs_->mutex);
    blobs_->data[id_] = std::make_shared<const std::string>(std::move(data_));
    blobs_->owners[id_] = owner_;
    return {};
  }

 private:
  std::shared_ptr<Blobs> blobs_;
  BlobId id_ = BlobId::random();
  std::string owner_, data_;
};

class MemoryReader final : public Reader {
 public:
  explicit MemoryReader(Data data) : data_(std::move(data)) {}
  uint64_t size_bytes() const override { return data_->size(); }
  Result<> read(uint64_t offset, std::span<char> into) const override {
    if (offset > data_->size() || into.size() > data_->size() - offset) return base::fail(Errc::invalid, "a range past the blob's end");
    if (!into.empty()) std::memcpy(into.data(), data_->data() + offset, into.size());
    return {};
  }
  Result<bool> try_read(uint64_t offset, std::span<char> into) const override {
    TRY_VOID(read(offset, into));
    return true;
  }
  Result<std::optional<base::PinnedPages>> try_view(uint64_t, size_t) const override { return std::nullopt; }

 private:
  Data data_;
};

class MemoryStore final : public Store {
 public:
  Result<std::unique_ptr<Writer>> create(std::string_view owner) override {
    if (owner.size() > max_owner_bytes) return base::fail(Errc::too_large, "an owner of more than 4 KiB");
    return std::make_unique<MemoryWriter>(blobs_, std::string(owner));
  }
  Result<> settle(const BlobId& id) override {
    std::lock_guard lock(blobs_->mutex);
    blobs_->owners.erase(id);
    return {};
  }
  Result<std::unique_ptr<Reader>> open(const BlobId& id) const override {
    std::lock_guard lock(blobs_->mutex);
    auto found = blobs_->data.find(id);
    if (found == blobs_->data.end()) return base::fail(Errc::not_found, "no blob " + id.text());
    return std::make_unique<MemoryReader>(found->second);
  }
  Result<> erase(const BlobId& id) override {
    std::lock_guard lock(blobs_->mutex);
    blobs_->data.erase(id);
    blobs_->owners.erase(id);
    return {};
  }
  Result<> recover(const std::function<Result<bool>(const Pending&)>& is_wanted) override {
    for (auto& [id, owner] : pending()) {
      TRY(wanted, is_wanted({id, owner}));
      TRY_VOID(wanted ? settle(id) : erase(id));
    }
    return {};
  }
  Result<> for_each(const std::function<void(const BlobId&)>& visit) const override {
    std::unique_lock lock(blobs_->mutex);
    auto data = blobs_->data;
    auto owners = blobs_->owners;
    lock.unlock();
    for (auto& [id, bytes] : data)
      if (!owners.contains(id)) visit(id);
    return {};
  }
  uint64_t free_bytes() const override { return UINT64_MAX; }

 private:
  static constexpr size_t max_owner_bytes = 4096;

  std::map<BlobId, std::string> pending() const {
    std::lock_guard lock(blobs_->mutex);
    return blobs_->owners;
  }

  std::shared_ptr<Blobs> blobs_ = std::make_shared<Blobs>();
};

}  // namespace

std::unique_ptr<Store> make_memory_store() { return std::make_unique<MemoryStore>(); }

}  // namespace blob
