#include "volume.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>

namespace power_cut {

namespace {

timespec clock_now() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return now;
}

bool coin(std::mt19937_64& random) { return random() & 1; }

uint64_t below(std::mt19937_64& random, uint64_t end) { return std::uniform_int_distribution<uint64_t>(0, end - 1)(random); }

void copy_page(const std::string& from, std::string& to, uint64_t page) {
  uint64_t begin = page * page_bytes, end = std::min({begin + page_bytes, uint64_t(from.size()), uint64_t(to.size())});
  if (begin < end) std::memcpy(to.data() + begin, from.data() + begin, end - begin);
}

}  // namespace

Volume::Volume(bool ignores_sync) : ignores_sync_(ignores_sync), root_(new_node(S_IFDIR | 0700)) { root_->names = 1; }

NodePtr Volume::new_node(mode_t mode) {
  auto node = std::make_shared<Node>();
  node->number = ++last_number_;
  node->mode = mode;
  node->modified = clock_now();
  return node;
}

NodePtr Volume::find(std::string_view path) const {
  auto node = root_;
  while (node && !path.empty()) {
    path.remove_prefix(1);
    auto part = path.substr(0, path.find('/'));
    path.remove_prefix(part.size());
    if (part.empty()) continue;
    auto found = node->entries.find(part);
    node = found == node->entries.end() ? nullptr : found->second;
  }
  return node;
}

Slot Volume::slot(std::string_view path) const {
  auto last = path.rfind('/');
  auto folder = find(path.substr(0, last));
  if (folder && !folder->is_folder()) folder = nullptr;
  return {folder, std::string(path.substr(last + 1))};
}

int Volume::fault(Call kind) {
  auto& fault = faults_[kind];
  if (fault.passing > 0) return fault.passing--, 0;
  if (fault.count > 0) return fault.count--, -EIO;
  return 0;
}

// Changes what processes see, and remembers that the disk does not know it yet.
void Volume::change(Change change) {
  if (change.from) {
    change.from->folder->entries.erase(change.from->name);
    change.from->folder->modified = clock_now();
  }
  if (change.to) {
    change.to->folder->entries[change.to->name] = change.node;
    change.to->folder->modified = clock_now();
  }
  changes_.push_back(std::move(change));
}

void Volume::unname(const NodePtr& node) {
  if (--node->names == 0) used_bytes_ -= node->now.size();
}

int Volume::make(const Slot& slot, mode_t mode, NodePtr* made) {
  if (!slot.folder) return -ENOENT;
  if (slot.folder->entries.contains(slot.name)) return -EEXIST;
  if (int failure = fault(Call::change)) return failure;
  if (used_bytes_ >= quota_bytes_) return -ENOSPC;
  auto node = new_node(mode);
  node->names = 1;
  change({node, std::nullopt, slot});
  if (made) *made = node;
  return 0;
}

int Volume::remove(const Slot& slot) {
  if (!slot.folder) return -ENOENT;
  auto found = slot.folder->entries.find(slot.name);
  if (found == slot.folder->entries.end()) return -ENOENT;
  auto node = found->second;
  if (!node->entries.empty()) return -ENOTEMPTY;
  if (int failure = fault(Call::change)) return failure;
  change({node, slot, std::nullopt});
  unname(node);
  return 0;
}

int Volume::rename(const Slot& from, const Slot& to, bool replaces) {
  if (!from.folder || !to.folder) return -ENOENT;
  auto found = from.folder->entries.find(from.name);
  if (found == from.folder->entries.end()) return -ENOENT;
  auto node = found->second;
  auto there = to.folder->entries.find(to.name);
  auto replaced = there == to.folder->entries.end() ? nullptr : there->second;
  if (replaced == node) return 0;
  if (replaced && !replaces) return -EEXIST;
  if (replaced && !replaced->entries.empty()) return -ENOTEMPTY;
  if (int failure = fault(Call::change)) return failure;
  change({node, from, to});
  if (replaced) unname(replaced);
  return 0;
}

int Volume::resize(Node& file, uint64_t size_bytes) {
  if (int failure = fault(Call::write)) return failure;
  uint64_t old = file.now.size();
  if (size_bytes > old && used_bytes_ + (size_bytes - old) > quota_bytes_) return -ENOSPC;
  if (file.names) used_bytes_ += size_bytes - old;
  file.now.resize(size_bytes);
  for (uint64_t page = std::min(old, size_bytes) / page_bytes; page * page_bytes < size_bytes; page++) file.unsynced.insert(page);
  file.modified = clock_now();
  return 0;
}

int Volume::write(Node& file, uint64_t offset, std::span<const char> data) {
  uint64_t end = offset + data.size();
  if (end > file.now.size()) {
    if (int failure = resize(file, end)) return failure;
  } else if (int failure = fault(Call::write)) {
    return failure;
  }
  std::memcpy(file.now.data() + offset, data.data(), data.size());
  for (uint64_t page = offset / page_bytes; page * page_bytes < end; page++) file.unsynced.insert(page);
  file.modified = clock_now();
  return 0;
}

int Volume::sync_file(Node& file) {
  if (ignores_sync_) return 0;
  if (int failure = fault(Call::sync)) {
    file.durable.resize(file.now.size());
    file.unsynced.clear();
    return failure;
  }
  file.durable.resize(file.now.size());
  for (uint64_t page : file.unsynced) copy_page(file.now, file.durable, page);
  file.unsynced.clear();
  return 0;
}

void Volume::make_durable(const Change& change) {
  if (change.from) change.from->folder->durable_entries.erase(change.from->name);
  if (change.to) change.to->folder->durable_entries[change.to->name] = change.node;
}

// Changes of one name follow one another. A rename is one change on both sides, as every journal has it.
bool Volume::depends_on_any(const Change& change, const std::vector<Change>& earlier) const {
  return std::ranges::any_of(earlier, [&](auto& other) {
    return (change.from && other.touches(*change.from)) || (change.to && other.touches(*change.to));
  });
}

int Volume::sync_folder(const NodePtr& folder) {
  if (ignores_sync_) return 0;
  if (int failure = fault(Call::sync)) return failure;
  // From the last one back: what a change that becomes durable rests on does too.
  std::vector<Change> durable, rest;
  for (auto change = changes_.rbegin(); change != changes_.rend(); ++change)
    (change->touches(folder) || depends_on_any(*change, durable) ? durable : rest).push_back(*change);
  for (auto change = durable.rbegin(); change != durable.rend(); ++change) make_durable(*change);
  changes_.assign(rest.rbegin(), rest.rend());
  return 0;
}

void Volume::cut_entries(Mood mood, std::mt19937_64& random) {
  std::vector<Change> dropped;
  size_t kept = mood == Mood::keeps_all ? changes_.size() : mood == Mood::keeps_beginnings ? below(random, changes_.size() + 1) : 0;
  for (size_t i = 0; i < changes_.size(); i++) {
    bool keeps = i < kept || (mood == Mood::tosses_coins && coin(random) && !depends_on_any(changes_[i], dropped));
    keeps ? make_durable(changes_[i]) : dropped.push_back(changes_[i]);
  }
  changes_.clear();
}

void Volume::cut_file(Node& file, Mood mood, std::mt19937_64& random) {
  if (mood == Mood::keeps_all) file.durable.resize(file.now.size());
  bool grew = file.now.size() > file.durable.size();
  if (mood == Mood::keeps_beginnings && grew) file.durable.resize(file.durable.size() + below(random, file.now.size() - file.durable.size() + 1));
  if (mood == Mood::tosses_coins && file.now.size() != file.durable.size() && coin(random)) file.durable.resize(file.now.size());
  uint64_t beginning = file.durable.size() / page_bytes;  // the last page of a torn end stays zeros
  for (uint64_t page : file.unsynced) {
    bool keeps = mood == Mood::keeps_all || (mood == Mood::keeps_beginnings && page < beginning) || (mood == Mood::tosses_coins && coin(random));
    if (keeps) copy_page(file.now, file.durable, page);
  }
  file.unsynced.clear();
  file.now = file.durable;
}

void Volume::visit(const NodePtr& node, std::set<Node*>& seen, const std::function<void(Node&)>& work) {
  if (!seen.insert(node.get()).second) return;
  work(*node);
  for (auto& [name, child] : node->durable_entries) visit(child, seen, work);
}

void Volume::cut(uint64_t seed, std::optional<Mood> given) {
  std::mt19937_64 random(seed);
  auto mood = ignores_sync_ ? Mood::drops_all : given.value_or(static_cast<Mood>(below(random, 4)));
  cut_entries(mood, random);
  used_bytes_ = 0;
  std::set<Node*> seen;
  visit(root_, seen, [&](Node& node) {
    node.entries = node.durable_entries;
    node.names = 1;
    if (!node.is_folder()) cut_file(node, mood, random);
    used_bytes_ += node.now.size();
  });
}

}  // namespace power_cut
