#include "s3/object_cache.h"

#include <functional>

namespace s3 {

ObjectCache::ObjectCache(size_t limit_bytes) : shard_limit_(limit_bytes / shard_count), shards_(shard_count) {}

void ObjectCache::Shard::erase(Entries::iterator entry) {
  size_bytes -= entry->size_bytes;
  by_name.erase(entry->name);
  entries.erase(entry);
}

ObjectCache::Place ObjectCache::place(std::string_view bucket_id, std::string_view key) {
  std::string name;
  name.reserve(bucket_id.size() + key.size());
  (name += bucket_id) += key;  // ids are all of one length
  auto hash = std::hash<std::string>()(name);
  auto& shard = shards_[hash % shard_count];
  return {std::move(name), shard, shard.slots[hash / shard_count % slots_per_shard]};
}

std::shared_ptr<const CachedObject> ObjectCache::find(std::string_view bucket_id, std::string_view key) {
  auto [name, shard, slot] = place(bucket_id, key);
  std::lock_guard lock(shard.mutex);
  auto found = shard.by_name.find(name);
  if (found == shard.by_name.end()) return nullptr;
  shard.entries.splice(shard.entries.begin(), shard.entries, found->second);
  return found->second->object;
}

ObjectCache::Ticket ObjectCache::begin_read(std::string_view bucket_id, std::string_view key) {
  auto [name, shard, slot] = place(bucket_id, key);
  std::lock_guard lock(shard.mutex);
  return {slot.generation, slot.changing == 0};
}

static size_t size_of(const std::string& name, const CachedObject& object) {
  static constexpr size_t fixed = 1024;  // the record's fields and the containers, roughly
  return fixed + 2 * name.size() + object.data.size() + object.headers.bytes().size();
}

void ObjectCache::insert(std::string_view bucket_id, std::string_view key, Ticket ticket, std::shared_ptr<const CachedObject> object) {
  auto [name, shard, slot] = place(bucket_id, key);
  auto size = size_of(name, *object);
  if (size > shard_limit_ / 4) return;
  std::lock_guard lock(shard.mutex);
  if (!ticket.valid || slot.changing || slot.generation != ticket.generation) return;
  if (auto there = shard.by_name.find(name); there != shard.by_name.end()) shard.erase(there->second);
  shard.entries.push_front({std::move(name), std::move(object), size});
  shard.by_name.emplace(shard.entries.front().name, shard.entries.begin());
  shard.size_bytes += size;
  while (shard.size_bytes > shard_limit_) shard.erase(std::prev(shard.entries.end()));
}

void ObjectCache::begin_change(std::string_view bucket_id, std::string_view key) {
  auto [name, shard, slot] = place(bucket_id, key);
  std::lock_guard lock(shard.mutex);
  slot.generation++;
  slot.changing++;
  if (auto there = shard.by_name.find(name); there != shard.by_name.end()) shard.erase(there->second);
}

void ObjectCache::end_change(std::string_view bucket_id, std::string_view key) {
  auto [name, shard, slot] = place(bucket_id, key);
  std::lock_guard lock(shard.mutex);
  slot.generation++;
  slot.changing--;
}

void ObjectCache::Change::touch(std::string_view key) {
  cache_.begin_change(bucket_id_, key);
  touched_.emplace_back(key);
}

ObjectCache::Change::~Change() {
  for (auto& key : touched_) cache_.end_change(bucket_id_, key);
}

}  // namespace s3
