#include "s3/object_cache.h"

#include <xxhash.h>

namespace s3 {

namespace {

uint64_t hash_of(std::string_view bucket_id, std::string_view key) {
  return XXH3_64bits_withSeed(key.data(), key.size(), XXH3_64bits(bucket_id.data(), bucket_id.size()));
}

bool is_public(const Acl& acl) {
  return std::ranges::any_of(acl.grants, [](auto& grant) {
    return grant.kind == GranteeKind::all_users && (grant.permission == Permission::read || grant.permission == Permission::full_control);
  });
}

CachedObject::Text joined(std::string_view bucket_id, std::string_view key, std::string_view headers, std::string_view data) {
  CachedObject::Text text;
  text.reserve(bucket_id.size() + key.size() + headers.size() + data.size());
  (((text += bucket_id) += key) += headers) += data;
  return text;
}

// What lies outside the object itself; short strings do not.
template <class Text>
size_t heap_bytes(const Text& text) {
  return text.capacity() > Text().capacity() ? text.capacity() + 1 : 0;
}

size_t heap_bytes(const Pairs& pairs) {
  size_t size = pairs.capacity() * sizeof(Pairs::value_type);
  for (auto& [name, value] : pairs) size += heap_bytes(name) + heap_bytes(value);
  return size;
}

size_t heap_bytes(const Acl& acl) {
  size_t size = heap_bytes(acl.owner) + acl.grants.capacity() * sizeof(Grant);
  for (auto& grant : acl.grants) size += heap_bytes(grant.canonical_id);
  return size;
}

size_t heap_bytes(const ObjectRecord& record) {
  size_t size = heap_bytes(record.acl) + heap_bytes(record.headers) + heap_bytes(record.metadata) + heap_bytes(record.tags);
  for (auto* text : {&record.id, &record.etag, &record.content_type, &record.storage_class, &record.blob}) size += heap_bytes(*text);
  return size + (record.checksum ? heap_bytes(record.checksum->value) : 0);
}

}  // namespace

CachedObject::CachedObject(std::string_view bucket_id, std::string_view key, ObjectRecord record, const http::HeaderList& headers,
                           std::string_view data)
    : text_(joined(bucket_id, key, headers.bytes(), data)),
      name_size_(static_cast<uint32_t>(bucket_id.size() + key.size())),
      headers_size_(static_cast<uint32_t>(headers.bytes().size())),
      public_read_(is_public(record.acl)),
      record_(std::move(record)) {
  size_bytes_ = sizeof *this + heap_bytes(text_) + heap_bytes(record_);
}

ObjectCache::ObjectCache(size_t limit_bytes) : shard_limit_(limit_bytes / shard_count), shards_(shard_count) {}

uint32_t ObjectCache::Shard::find(uint64_t hash, std::string_view bucket_id, std::string_view key) {
  for (auto index = head(hash); index != none; index = entries[index].next) {
    auto& entry = entries[index];
    if (entry.hash != hash) continue;
    auto name = entry.object->name();
    if (name.starts_with(bucket_id) && name.substr(bucket_id.size()) == key) return index;  // ids are all of one length
  }
  return none;
}

void ObjectCache::Shard::add(uint64_t hash, std::shared_ptr<const CachedObject> object) {
  if (free.empty()) {
    if (entries.size() >= heads.size()) grow();
    free.push_back(static_cast<uint32_t>(entries.size()));
    entries.emplace_back();
  }
  auto index = free.back();
  free.pop_back();
  size_bytes += object->size_bytes() + sizeof(Entry);
  entries[index] = {hash, head(hash), false, std::move(object)};  // to be used again before it counts
  head(hash) = index;
}

void ObjectCache::Shard::grow() {
  heads.assign(heads.size() * 2, none);
  for (uint32_t index = 0; index < entries.size(); index++) {
    auto& entry = entries[index];
    if (!entry.object) continue;
    entry.next = head(entry.hash);
    head(entry.hash) = index;
  }
}

void ObjectCache::Shard::erase(uint32_t index) {
  auto& entry = entries[index];
  auto* link = &head(entry.hash);
  while (*link != index) link = &entries[*link].next;
  *link = entry.next;
  size_bytes -= entry.object->size_bytes() + sizeof(Entry);
  entry = {};
  free.push_back(index);
}

void ObjectCache::Shard::erase_all(uint64_t hash) {
  for (auto index = head(hash); index != none;) {
    auto next = entries[index].next;
    if (entries[index].hash == hash) erase(index);
    index = next;
  }
}

void ObjectCache::Shard::evict_one() {
  for (;; hand++) {
    if (hand >= entries.size()) hand = 0;
    auto& entry = entries[hand];
    if (!entry.object || std::exchange(entry.used, false)) continue;
    return erase(static_cast<uint32_t>(hand));
  }
}

std::shared_ptr<const CachedObject> ObjectCache::find(std::string_view bucket_id, std::string_view key) {
  auto hash = hash_of(bucket_id, key);
  auto& place = shard(hash);
  std::lock_guard lock(place.mutex);
  auto index = place.find(hash, bucket_id, key);
  if (index == none) return nullptr;
  auto& entry = place.entries[index];
  entry.used = true;
  return entry.object;
}

ObjectCache::Ticket ObjectCache::begin_read(std::string_view bucket_id, std::string_view key) {
  auto hash = hash_of(bucket_id, key);
  auto& place = shard(hash);
  std::lock_guard lock(place.mutex);
  auto& slot = place.slot(hash);
  return {slot.generation, slot.changing == 0};
}

void ObjectCache::insert(Ticket ticket, std::shared_ptr<const CachedObject> object) {
  if (object->size_bytes() > shard_limit_ / 4) return;
  auto hash = hash_of(object->name().substr(0, bucket_id_digits), object->name().substr(bucket_id_digits));
  auto& place = shard(hash);
  std::lock_guard lock(place.mutex);
  auto& slot = place.slot(hash);
  if (!ticket.valid || slot.changing || slot.generation != ticket.generation) return;
  place.erase_all(hash);
  place.add(hash, std::move(object));
  while (place.size_bytes > shard_limit_) place.evict_one();
}

void ObjectCache::Change::touch(std::string_view key) {
  auto hash = hash_of(bucket_id_, key);
  auto& place = cache_.shard(hash);
  std::lock_guard lock(place.mutex);
  auto& slot = place.slot(hash);
  slot.generation++;
  slot.changing++;
  place.erase_all(hash);
  touched_.push_back(hash);
}

ObjectCache::Change::~Change() {
  for (auto hash : touched_) {
    auto& place = cache_.shard(hash);
    std::lock_guard lock(place.mutex);
    auto& slot = place.slot(hash);
    slot.generation++;
    slot.changing--;
  }
}

}  // namespace s3
