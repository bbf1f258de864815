#include "s3/check_partition.h"

#include "s3/keyspace.h"

namespace s3 {

using base::Errc;

base::Result<> for_each_entry(const meta::Reader& reader, char prefix,
                              const std::function<void(std::string_view, std::string_view)>& visit) {
  auto cursor = reader.cursor();
  for (cursor->seek({&prefix, 1}); cursor->valid() && cursor->key().front() == prefix; cursor->next())
    visit(cursor->key().substr(1), cursor->value());
  return cursor->status();
}

base::Result<bool> has_entry(const meta::Reader& reader, char prefix) {
  auto cursor = reader.cursor();
  cursor->seek({&prefix, 1});
  TRY_VOID(cursor->status());
  return cursor->valid() && cursor->key().front() == prefix;
}

PartitionCheck::PartitionCheck(const meta::Store& meta, std::string partition, std::string where, ContentCheck& content,
                               Findings& findings)
    : reader_(meta.reader(partition)), where_(std::move(where)), content_(content), findings_(findings) {
  leftovers_.partition = std::move(partition);
}

base::Result<> PartitionCheck::run() {
  TRY_VOID(for_each_entry(*reader_, object_prefix, [this](auto key, auto value) { check_object(key, value); }));
  inlined_.sort();
  segmented_.sort();
  TRY_VOID(for_each_entry(*reader_, data_prefix, [this](auto id, auto) { check_bytes(id); }));
  TRY_VOID(for_each_entry(*reader_, segments_prefix, [this](auto id, auto value) { check_segments(id, value); }));
  TRY_VOID(for_each_entry(*reader_, upload_prefix, [this](auto stored, auto value) { check_upload(stored, value); }));
  uploads_.sort();
  TRY_VOID(for_each_entry(*reader_, parts_prefix, [this](auto stored, auto value) { check_part(stored, value); }));
  return for_each_entry(*reader_, garbage_prefix, [this](auto id, auto) { findings_.awaiting.add(id); });
}

void PartitionCheck::problem(std::string_view kind, std::string_view name, std::string_view what) {
  std::string sentence(kind);
  sentence.append(" \"").append(name).append("\" in ").append(where_).append(": ").append(what);
  findings_.problem(std::move(sentence));
}

void PartitionCheck::unreadable(std::string_view kind, std::string_view name, const base::Error& error) {
  findings_.unreadable = true;
  problem(kind, name, error.what);
}

void PartitionCheck::refer(std::string_view blob) {
  if (!blob.empty()) findings_.referenced.add(blob);
}

void PartitionCheck::check_object(std::string_view key, std::string_view value) {
  auto object = decode_object(value);
  findings_.report.objects++;
  if (!object) return unreadable("object", key, object.error());
  findings_.report.bytes += object->size_bytes;
  auto problems = object->layout == Layout::inlined ? check_inlined(*object) : check_segmented(*object);
  for (auto& what : problems) problem("object", key, what);
}

std::vector<std::string> PartitionCheck::check_inlined(const ObjectRecord& object) {
  inlined_.add(object.id);
  auto bytes = reader_->get(data_key(object.id));
  if (!bytes) return {"its bytes cannot be read: " + bytes.error().what};
  if (!*bytes && object.size_bytes) return {"its bytes are gone"};
  return content_.inlined(object, bytes->value_or(""));
}

std::vector<std::string> PartitionCheck::check_segmented(const ObjectRecord& object) {
  std::vector<Segment> segments{{object.blob, object.size_bytes, 0, {}}};
  if (object.layout == Layout::segmented) {
    segmented_.add(object.id);
    auto stored = reader_->get(segments_key(object.id));
    auto list = stored && *stored ? decode_segments(**stored) : base::fail(Errc::corrupt, "the list of its segments is gone");
    if (!list) {
      findings_.unreadable = true;
      return {list.error().what};
    }
    segments = std::move(*list);
  }
  for (auto& segment : segments) refer(segment.blob);
  return content_.segmented(object, segments);
}

void PartitionCheck::check_bytes(std::string_view object_id) {
  if (inlined_.contains(object_id)) return;
  problem("the bytes", object_id, "no object refers to them");
  leftovers_.keys.push_back(data_key(object_id));
}

void PartitionCheck::check_segments(std::string_view object_id, std::string_view value) {
  if (segmented_.contains(object_id)) return;
  problem("the segments", object_id, "no object refers to them");
  leftovers_.keys.push_back(segments_key(object_id));
  auto segments = decode_segments(value);
  if (!segments) return;
  for (auto& segment : *segments) leftovers_.blobs.push_back(segment.blob);
}

void PartitionCheck::check_upload(std::string_view stored, std::string_view value) {
  auto place = parse_upload_key(std::string(1, upload_prefix).append(stored));
  auto upload = decode_upload(value);
  auto name = place ? place->key : std::string(stored);
  if (!upload) return unreadable("upload of", name, upload.error());
  if (!place || upload->key != place->key || upload->id != place->upload_id)
    return unreadable("upload of", name, {Errc::corrupt, "it is stored under another key or id than its own"});
  if (upload->completed_etag.empty()) uploads_.add(upload->id);
}

void PartitionCheck::check_part(std::string_view stored, std::string_view value) {
  auto part = decode_part(value);
  auto upload_id = stored.substr(0, upload_id_digits);
  if (!part) return unreadable("part of upload", upload_id, part.error());
  auto key = std::string(1, parts_prefix).append(stored);
  auto name = std::string(upload_id) + " number " + std::to_string(part->number);
  if (!uploads_.contains(upload_id)) {
    problem("part of upload", name, "there is no such upload in progress");
    leftovers_.keys.push_back(key);
    if (!part->blob.empty()) leftovers_.blobs.push_back(part->blob);
    return;
  }
  refer(part->blob);
  if (key != part_key(upload_id, part->number)) problem("part of upload", name, "it is stored under another number than its own");
  for (auto& what : content_.part(*part)) problem("part of upload", name, what);
}

}  // namespace s3
