#include "base/testing/faulty_file_system.h"

#include <cstring>

namespace base::testing {

using std::filesystem::path;

class FaultyFile final : public File {
 public:
  FaultyFile(FaultyFileSystem& files, FaultyFileSystem::Node node) : files_(files), node_(std::move(node)), life_(files.life_) {}

  Result<size_t> read_at(uint64_t offset, std::span<char> into) const override {
    std::lock_guard lock(files_.mutex_);
    TRY_VOID(count_call());
    auto& data = node_->now;
    size_t count = offset < data.size() ? std::min<size_t>(into.size(), data.size() - offset) : 0;
    if (count) std::memcpy(into.data(), data.data() + offset, count);
    return count;
  }
  Result<size_t> read_cached_at(uint64_t offset, std::span<char> into) const override { return read_at(offset, into); }
  std::optional<PinnedPages> pin_cached(uint64_t, size_t) const override { return std::nullopt; }

  Result<> write_at(uint64_t offset, std::span<const char> data) override {
    std::lock_guard lock(files_.mutex_);
    auto allowed = count_call();
    if (!allowed) data = data.first(data.size() / 2);
    node_->now.resize(std::max<size_t>(node_->now.size(), offset + data.size()));
    node_->now.replace(offset, data.size(), data.data(), data.size());
    return allowed;
  }
  void begin_write_back(uint64_t, uint64_t) override {}
  Result<> sync() override {
    std::lock_guard lock(files_.mutex_);
    TRY_VOID(count_call());
    node_->synced = node_->now;
    return {};
  }
  Result<uint64_t> size_bytes() const override {
    std::lock_guard lock(files_.mutex_);
    TRY_VOID(count_call());
    return node_->now.size();
  }

 private:
  Result<> count_call() const {
    if (life_ != files_.life_) return fail(Errc::io, "a file of before the crash");
    return files_.count_call();
  }

  FaultyFileSystem& files_;
  FaultyFileSystem::Node node_;
  int life_;
};

bool FaultyFileSystem::Change::touches(const path& folder) const {
  return (from && from->parent_path() == folder) || (to && to->parent_path() == folder);
}

void FaultyFileSystem::fail_call(int number, bool forever) {
  std::lock_guard lock(mutex_);
  until_failure_ = number;
  forever_ = forever;
  failed_ = false;
}

bool FaultyFileSystem::has_failed() const {
  std::lock_guard lock(mutex_);
  return failed_;
}

Result<> FaultyFileSystem::count_call() const {
  bool fails = (failed_ && forever_) || (until_failure_ && --until_failure_ == 0);
  failed_ |= fails;
  return fails ? fail(Errc::no_space, "a failure that was asked for") : Result<>();
}

void FaultyFileSystem::crash(Crash how) {
  std::lock_guard lock(mutex_);
  life_++;
  until_failure_ = 0;
  forever_ = failed_ = false;
  if (how == Crash::drops_unsynced) now_ = durable_;
  for (auto& [name, node] : now_) {
    if (how == Crash::drops_unsynced) node->now = node->synced;
    if (how != Crash::tears_unsynced || node->now == node->synced) continue;
    auto& data = node->now;
    std::fill(data.begin(), data.begin() + static_cast<std::ptrdiff_t>(data.size() / 2), '\0');
  }
  for (auto& [name, node] : now_) node->synced = node->now;
  durable_ = now_;
  changes_.clear();
}

void FaultyFileSystem::flip_bit(const path& name, uint64_t bit) {
  std::lock_guard lock(mutex_);
  auto& node = *now_.at(name);
  for (auto* data : {&node.now, &node.synced}) data->at(bit / 8) = static_cast<char>(data->at(bit / 8) ^ (1 << bit % 8));
}

Result<std::unique_ptr<File>> FaultyFileSystem::create(const path& name) {
  std::lock_guard lock(mutex_);
  TRY_VOID(count_call());
  if (!folders_.contains(name.parent_path())) return fail(Errc::not_found, name.parent_path().string());
  if (now_.contains(name)) return fail(Errc::exists, name.string());
  auto node = now_[name] = std::make_shared<Content>();
  changes_.push_back({node, std::nullopt, name});
  return std::make_unique<FaultyFile>(*this, node);
}

Result<std::unique_ptr<File>> FaultyFileSystem::open_for_read(const path& name) {
  std::lock_guard lock(mutex_);
  TRY_VOID(count_call());
  auto found = now_.find(name);
  if (found == now_.end()) return fail(Errc::not_found, name.string());
  return std::make_unique<FaultyFile>(*this, found->second);
}

Result<> FaultyFileSystem::rename(const path& from, const path& to) {
  std::lock_guard lock(mutex_);
  TRY_VOID(count_call());
  auto moved = now_.extract(from);
  if (!moved || !folders_.contains(to.parent_path())) return fail(Errc::not_found, from.string());
  changes_.push_back({moved.mapped(), from, to});
  now_[to] = moved.mapped();
  return {};
}

Result<> FaultyFileSystem::remove(const path& name) {
  std::lock_guard lock(mutex_);
  TRY_VOID(count_call());
  auto removed = now_.extract(name);
  if (!removed) return fail(Errc::not_found, name.string());
  changes_.push_back({removed.mapped(), name, std::nullopt});
  return {};
}

Result<> FaultyFileSystem::make_folders(const path& name) {
  std::lock_guard lock(mutex_);
  TRY_VOID(count_call());
  for (auto at = name; !at.empty() && folders_.insert(at).second;) at = at.parent_path();
  return {};
}

// A file's changes become durable in their order, so earlier ones of a file that lies here now come along.
Result<> FaultyFileSystem::sync_folder(const path& folder) {
  std::lock_guard lock(mutex_);
  TRY_VOID(count_call());
  std::set<Node> touched;
  for (auto& change : changes_)
    if (change.touches(folder)) touched.insert(change.node);
  std::erase_if(changes_, [&](const Change& change) {
    bool durable = touched.contains(change.node);
    if (durable) make_durable(change);
    return durable;
  });
  return {};
}

void FaultyFileSystem::make_durable(const Change& change) {
  if (change.from) durable_.erase(*change.from);
  if (change.to) durable_[*change.to] = change.node;
}

Result<std::vector<std::string>> FaultyFileSystem::list(const path& folder) const {
  std::lock_guard lock(mutex_);
  TRY_VOID(count_call());
  std::vector<std::string> names;
  for (auto& [name, node] : now_)
    if (name.parent_path() == folder) names.push_back(name.filename().string());
  for (auto& name : folders_)
    if (name.parent_path() == folder && name != folder) names.push_back(name.filename().string());
  return names;
}

}  // namespace base::testing
