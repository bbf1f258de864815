#include "s3/check_content.h"

#include <xxhash.h>
#include <xxh_x86dispatch.h>  // XXH3 with what the processor has

namespace s3 {

using base::Errc;

ContentCheck::Sums::Sums(const std::optional<StoredChecksum>& checksum) {
  if (checksum) checksum_sum.emplace(checksum->algorithm);
}

void ContentCheck::Sums::update(std::string_view data) {
  md5_digest.update(base::bytes(data));
  if (checksum_sum) checksum_sum->update(base::bytes(data));
  size_bytes += data.size();
}

void ContentCheck::Sums::finish() {
  md5 = md5_digest.finish();
  if (checksum_sum) checksum = checksum_sum->finish();
}

base::Result<> ContentCheck::read(const Segment& segment, Sums& sums) {
  if (segment.blob.empty() && !segment.size_bytes) return {};  // an empty part
  auto id = blob::BlobId::parse(segment.blob);
  if (!id) return base::fail(Errc::corrupt, "\"" + segment.blob + "\" is not the id of a blob");
  TRY(reader, blobs_.open(*id));
  if (reader->size_bytes() != segment.size_bytes)
    return base::fail(Errc::corrupt, "blob " + segment.blob + " holds " + std::to_string(reader->size_bytes()) + " bytes instead of " +
                                         std::to_string(segment.size_bytes));
  for (uint64_t offset = 0; offset < segment.size_bytes;) {
    auto piece = std::span(buffer_).first(std::min<uint64_t>(piece_bytes, segment.size_bytes - offset));
    TRY_VOID(reader->read(offset, piece));
    sums.update({piece.data(), piece.size()});
    offset += piece.size();
    on_bytes_(piece.size());
  }
  return {};
}

namespace {

// The whole checksum of stretches that lie one after another.
template <class Stretches>
std::string whole_checksum(const StoredChecksum& stored, const Stretches& stretches) {
  if (stored.type == ChecksumType::composite) {
    crypto::Checksum all(stored.algorithm);
    for (auto& stretch : stretches) all.update(base::bytes(stretch.checksum));
    return all.finish();
  }
  auto value = stretches.front().checksum;
  for (size_t i = 1; i < stretches.size(); i++)
    value = crypto::combine(stored.algorithm, value, stretches[i].checksum, stretches[i].size_bytes);
  return value;
}

template <class Stretches>
std::string etag_of(const ObjectRecord& object, const Stretches& stretches) {
  if (!object.part_count) return base::to_hex(base::bytes(stretches.front().md5));
  std::string all;
  for (auto& stretch : stretches) all += stretch.md5;
  return base::to_hex(base::bytes(crypto::md5(all))) + "-" + std::to_string(stretches.size());
}

void check_checksum(const StoredChecksum& stored, const std::string& computed, std::vector<std::string>& problems) {
  if (computed != stored.value) problems.push_back("its bytes do not match its " + std::string(crypto::name(stored.algorithm)));
}

}  // namespace

void ContentCheck::compare(const ObjectRecord& object, std::vector<Sums>& stretches, std::vector<std::string>& problems) {
  uint64_t size = 0;
  for (auto& stretch : stretches) {
    stretch.finish();
    size += stretch.size_bytes;
  }
  if (size != object.size_bytes)
    problems.push_back("it has " + std::to_string(size) + " bytes instead of " + std::to_string(object.size_bytes));
  if (object.part_count && object.part_count != stretches.size())
    problems.push_back("it has " + std::to_string(stretches.size()) + " parts instead of " + std::to_string(object.part_count));
  if (etag_of(object, stretches) != object.etag) problems.push_back("its bytes do not match its ETag");
  if (object.checksum) check_checksum(*object.checksum, whole_checksum(*object.checksum, stretches), problems);
}

std::vector<std::string> ContentCheck::inlined(const ObjectRecord& object, std::string_view bytes) {
  std::vector<std::string> problems;
  // An empty object has no entry for its bytes, and none to match.
  if (!bytes.empty() && XXH3_64bits(bytes.data(), bytes.size()) != object.inline_hash)
    problems.push_back("its bytes do not match their hash");
  std::vector<Sums> whole;
  whole.emplace_back(object.checksum).update(bytes);
  on_bytes_(bytes.size());
  compare(object, whole, problems);
  return problems;
}

std::vector<std::string> ContentCheck::segmented(const ObjectRecord& object, const std::vector<Segment>& segments) {
  std::vector<std::string> problems;
  std::vector<Sums> stretches;
  for (auto& segment : segments) {
    if (object.part_count || stretches.empty()) stretches.emplace_back(object.checksum);
    if (auto done = read(segment, stretches.back()); !done) problems.push_back("its bytes cannot be read: " + done.error().what);
  }
  if (stretches.empty()) stretches.emplace_back(object.checksum);
  if (!problems.empty()) return problems;  // what is computed of the rest says nothing
  compare(object, stretches, problems);
  for (size_t i = 0; object.part_count && object.checksum && i < segments.size(); i++)
    if (!segments[i].checksum.empty() && segments[i].checksum != stretches[i].checksum)
      problems.push_back("part " + std::to_string(segments[i].part) + " does not match its checksum");
  return problems;
}

std::vector<std::string> ContentCheck::part(const PartRecord& part) {
  Sums sums(part.checksum);
  if (auto done = read({part.blob, part.size_bytes, part.number, {}}, sums); !done)
    return {"its bytes cannot be read: " + done.error().what};
  sums.finish();
  std::vector<std::string> problems;
  if (sums.md5 != part.md5) problems.push_back("its bytes do not match its MD5");
  if (part.checksum) check_checksum(*part.checksum, sums.checksum, problems);
  return problems;
}

}  // namespace s3
