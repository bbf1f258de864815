#include "s3/record.h"

#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

namespace s3 {

const std::string* BucketRecord::document(std::string_view sub_resource) const {
  auto found = std::ranges::find(documents, sub_resource, &Pairs::value_type::first);
  return found == documents.end() ? nullptr : &found->second;
}

void BucketRecord::set_document(std::string_view sub_resource, std::optional<std::string> value) {
  std::erase_if(documents, [&](auto& pair) { return pair.first == sub_resource; });
  if (value) documents.emplace_back(sub_resource, std::move(*value));
}

namespace {

using protozero::data_view;
using protozero::pbf_reader;
using protozero::pbf_wire_type;
using protozero::pbf_writer;

// The number of a field and how it is stored, as one value to switch on; docs/format/s3.md lists the numbers.
constexpr uint32_t bytes_field(uint32_t number) { return protozero::tag_and_type(number, pbf_wire_type::length_delimited); }
constexpr uint32_t number_field(uint32_t number) { return protozero::tag_and_type(number, pbf_wire_type::varint); }
constexpr uint32_t fixed_field(uint32_t number) { return protozero::tag_and_type(number, pbf_wire_type::fixed64); }

// Leaves a reader of damaged bytes; `decoded` catches it, as it does what protozero throws.
struct Damaged {};

// Writing. Empty and zero values are left out.

void add_text(pbf_writer& out, uint32_t number, const std::string& text) {
  if (!text.empty()) out.add_bytes(number, text);
}

void add_number(pbf_writer& out, uint32_t number, uint64_t value) {
  if (value) out.add_uint64(number, value);
}

void add_time(pbf_writer& out, uint32_t number, base::Time time) { out.add_int64(number, time.time_since_epoch().count()); }

template <class Enum>
void add_enum(pbf_writer& out, uint32_t number, Enum value) {
  out.add_uint32(number, static_cast<uint32_t>(value));
}

void add_pairs(pbf_writer& out, uint32_t number, const Pairs& pairs) {
  for (auto& [name, value] : pairs) {
    pbf_writer pair(out, number);
    pair.add_bytes(1, name);
    add_text(pair, 2, value);
  }
}

void add_acl(pbf_writer& out, uint32_t number, const Acl& acl) {
  pbf_writer message(out, number);
  message.add_bytes(1, acl.owner);
  for (auto& grant : acl.grants) {
    pbf_writer inner(message, 2);
    add_enum(inner, 1, grant.kind);
    if (grant.canonical_id != acl.owner) add_text(inner, 2, grant.canonical_id);
    add_enum(inner, 3, grant.permission);
  }
}

void add_checksum(pbf_writer& out, uint32_t number, const std::optional<StoredChecksum>& checksum) {
  if (!checksum) return;
  pbf_writer message(out, number);
  add_enum(message, 1, checksum->algorithm);
  add_enum(message, 2, checksum->type);
  add_text(message, 3, checksum->value);
  add_number(message, 4, checksum->parts);
}

void add_object(pbf_writer& out, const ObjectRecord& record) {
  out.add_bytes(1, record.id);
  add_number(out, 2, record.size_bytes);
  add_time(out, 3, record.modified);
  add_text(out, 4, record.etag);
  add_acl(out, 5, record.acl);
  add_text(out, 6, record.content_type);
  add_pairs(out, 7, record.headers);
  add_pairs(out, 8, record.metadata);
  add_pairs(out, 9, record.tags);
  add_text(out, 10, record.storage_class);
  add_checksum(out, 11, record.checksum);
  add_enum(out, 12, record.layout);
  if (record.inline_hash) out.add_fixed64(13, record.inline_hash);
  add_text(out, 14, record.blob);
  add_number(out, 15, record.part_count);
}

// Reading. A field that is unknown, or stored in another way than its number says, is skipped.

template <class Visit>
void for_each_field(data_view message, Visit visit) {
  pbf_reader reader(message);
  while (reader.next()) visit(reader);
}

void read(pbf_reader& reader, std::string& into) {
  auto view = reader.get_view();
  into.assign(view.data(), view.size());
}

void read(pbf_reader& reader, base::Time& into) { into = base::Time(std::chrono::milliseconds(reader.get_int64())); }

uint32_t read_u32(pbf_reader& reader) {
  auto value = reader.get_uint64();
  if (value > UINT32_MAX) throw Damaged{};
  return static_cast<uint32_t>(value);
}

template <class Enum>
Enum read_enum(pbf_reader& reader, Enum last) {
  auto value = reader.get_uint64();
  if (value < 1 || value > static_cast<uint64_t>(last)) throw Damaged{};
  return static_cast<Enum>(value);
}

crypto::ChecksumAlgorithm read_algorithm(pbf_reader& reader) { return read_enum(reader, crypto::ChecksumAlgorithm::sha256); }
ChecksumType read_checksum_type(pbf_reader& reader) { return read_enum(reader, ChecksumType::composite); }

void read_pair(pbf_reader& reader, Pairs& into) {
  auto& pair = into.emplace_back();
  for_each_field(reader.get_view(), [&](pbf_reader& field) {
    switch (field.tag_and_type()) {
      case bytes_field(1): return read(field, pair.first);
      case bytes_field(2): return read(field, pair.second);
      default: field.skip();
    }
  });
}

void read_grant(pbf_reader& reader, Acl& into) {
  auto& grant = into.grants.emplace_back();
  for_each_field(reader.get_view(), [&](pbf_reader& field) {
    switch (field.tag_and_type()) {
      case number_field(1): grant.kind = read_enum(field, GranteeKind::log_delivery); break;
      case bytes_field(2): return read(field, grant.canonical_id);
      case number_field(3): grant.permission = read_enum(field, Permission::full_control); break;
      default: field.skip();
    }
  });
  if (grant.kind == GranteeKind::account && grant.canonical_id.empty()) grant.canonical_id = into.owner;
}

void read(pbf_reader& reader, Acl& acl) {
  for_each_field(reader.get_view(), [&](pbf_reader& field) {
    switch (field.tag_and_type()) {
      case bytes_field(1): return read(field, acl.owner);
      case bytes_field(2): return read_grant(field, acl);
      default: field.skip();
    }
  });
}

void read(pbf_reader& reader, std::optional<StoredChecksum>& into) {
  StoredChecksum checksum{};
  bool named = false;
  for_each_field(reader.get_view(), [&](pbf_reader& field) {
    switch (field.tag_and_type()) {
      case number_field(1): checksum.algorithm = read_algorithm(field), named = true; break;
      case number_field(2): checksum.type = read_checksum_type(field); break;
      case bytes_field(3): return read(field, checksum.value);
      case number_field(4): checksum.parts = read_u32(field); break;
      default: field.skip();
    }
  });
  if (!named) throw Damaged{};
  into = std::move(checksum);
}

void read_message(data_view message, ObjectRecord& record) {
  for_each_field(message, [&](pbf_reader& field) {
    switch (field.tag_and_type()) {
      case bytes_field(1): return read(field, record.id);
      case number_field(2): record.size_bytes = field.get_uint64(); break;
      case number_field(3): return read(field, record.modified);
      case bytes_field(4): return read(field, record.etag);
      case bytes_field(5): return read(field, record.acl);
      case bytes_field(6): return read(field, record.content_type);
      case bytes_field(7): return read_pair(field, record.headers);
      case bytes_field(8): return read_pair(field, record.metadata);
      case bytes_field(9): return read_pair(field, record.tags);
      case bytes_field(10): return read(field, record.storage_class);
      case bytes_field(11): return read(field, record.checksum);
      case number_field(12): record.layout = read_enum(field, Layout::segmented); break;
      case fixed_field(13): record.inline_hash = field.get_fixed64(); break;
      case bytes_field(14): return read(field, record.blob);
      case number_field(15): record.part_count = read_u32(field); break;
      default: field.skip();
    }
  });
  if (record.id.empty() || record.acl.owner.empty()) throw Damaged{};
}

void read_message(data_view message, BucketRecord& record) {
  for_each_field(message, [&](pbf_reader& field) {
    switch (field.tag_and_type()) {
      case bytes_field(1): return read(field, record.id);
      case bytes_field(2): return read(field, record.name);
      case bytes_field(3): return read(field, record.region);
      case number_field(4): return read(field, record.created);
      case bytes_field(5): return read(field, record.acl);
      case bytes_field(6): return read_pair(field, record.tags);
      case bytes_field(7): return read_pair(field, record.documents);
      default: field.skip();
    }
  });
  if (record.id.empty() || record.name.empty() || record.acl.owner.empty()) throw Damaged{};
}

void read_message(data_view message, UploadRecord& record) {
  for_each_field(message, [&](pbf_reader& field) {
    switch (field.tag_and_type()) {
      case bytes_field(1): return read(field, record.id);
      case bytes_field(2): return read(field, record.key);
      case number_field(3): return read(field, record.initiated);
      case bytes_field(4): return read(field, record.initiator);
      case bytes_field(5): return read_message(field.get_view(), record.target);
      case number_field(6): record.checksum_algorithm = read_algorithm(field); break;
      case number_field(7): record.checksum_type = read_checksum_type(field); break;
      case bytes_field(8): return read(field, record.completed_etag);
      default: field.skip();
    }
  });
  if (record.id.empty() || record.target.id.empty()) throw Damaged{};
}

void read_message(data_view message, PartRecord& record) {
  for_each_field(message, [&](pbf_reader& field) {
    switch (field.tag_and_type()) {
      case number_field(1): record.number = read_u32(field); break;
      case number_field(2): record.size_bytes = field.get_uint64(); break;
      case number_field(3): return read(field, record.modified);
      case bytes_field(4): return read(field, record.md5);
      case bytes_field(5): return read(field, record.blob);
      case bytes_field(6): return read(field, record.checksum);
      default: field.skip();
    }
  });
  if (!record.number) throw Damaged{};
}

void read_segment(pbf_reader& reader, std::vector<Segment>& into) {
  auto& segment = into.emplace_back();
  for_each_field(reader.get_view(), [&](pbf_reader& field) {
    switch (field.tag_and_type()) {
      case bytes_field(1): return read(field, segment.blob);
      case number_field(2): segment.size_bytes = field.get_uint64(); break;
      case number_field(3): segment.part = read_u32(field); break;
      case bytes_field(4): return read(field, segment.checksum);
      default: field.skip();
    }
  });
}

void read_message(data_view message, std::vector<Segment>& segments) {
  for_each_field(message, [&](pbf_reader& field) {
    if (field.tag_and_type() == bytes_field(1))
      read_segment(field, segments);
    else
      field.skip();
  });
}

template <class Record>
base::Result<Record> decoded(std::string_view bytes, const char* what) {
  base::Result<Record> out;
  try {
    read_message(data_view(bytes.data(), bytes.size()), *out);
  } catch (const Damaged&) {
    out = base::fail(base::Errc::corrupt, std::string("a value is missing or out of range in the record of ") + what);
  } catch (const protozero::exception& error) {
    out = base::fail(base::Errc::corrupt, std::string("the record of ") + what + " cannot be read: " + error.what());
  }
  return out;
}

}  // namespace

std::string encode(const BucketRecord& record) {
  std::string bytes;
  pbf_writer out(bytes);
  out.add_bytes(1, record.id);
  out.add_bytes(2, record.name);
  add_text(out, 3, record.region);
  add_time(out, 4, record.created);
  add_acl(out, 5, record.acl);
  add_pairs(out, 6, record.tags);
  add_pairs(out, 7, record.documents);
  return bytes;
}

std::string encode(const ObjectRecord& record) {
  std::string bytes;
  bytes.reserve(512);
  pbf_writer out(bytes);
  add_object(out, record);
  return bytes;
}

std::string encode(const UploadRecord& record) {
  std::string bytes;
  pbf_writer out(bytes);
  out.add_bytes(1, record.id);
  add_text(out, 2, record.key);
  add_time(out, 3, record.initiated);
  add_text(out, 4, record.initiator);
  {
    pbf_writer target(out, 5);
    add_object(target, record.target);
  }
  if (record.checksum_algorithm) add_enum(out, 6, *record.checksum_algorithm);
  add_enum(out, 7, record.checksum_type);
  add_text(out, 8, record.completed_etag);
  return bytes;
}

std::string encode(const PartRecord& record) {
  std::string bytes;
  pbf_writer out(bytes);
  out.add_uint32(1, record.number);
  add_number(out, 2, record.size_bytes);
  add_time(out, 3, record.modified);
  add_text(out, 4, record.md5);
  add_text(out, 5, record.blob);
  add_checksum(out, 6, record.checksum);
  return bytes;
}

std::string encode(const std::vector<Segment>& segments) {
  std::string bytes;
  pbf_writer out(bytes);
  for (auto& segment : segments) {
    pbf_writer inner(out, 1);
    add_text(inner, 1, segment.blob);
    add_number(inner, 2, segment.size_bytes);
    add_number(inner, 3, segment.part);
    add_text(inner, 4, segment.checksum);
  }
  return bytes;
}

base::Result<BucketRecord> decode_bucket(std::string_view bytes) { return decoded<BucketRecord>(bytes, "a bucket"); }
base::Result<ObjectRecord> decode_object(std::string_view bytes) { return decoded<ObjectRecord>(bytes, "an object"); }
base::Result<UploadRecord> decode_upload(std::string_view bytes) { return decoded<UploadRecord>(bytes, "an upload"); }
base::Result<PartRecord> decode_part(std::string_view bytes) { return decoded<PartRecord>(bytes, "a part"); }
base::Result<std::vector<Segment>> decode_segments(std::string_view bytes) {
  return decoded<std::vector<Segment>>(bytes, "an object's segments");
}

}  // namespace s3
