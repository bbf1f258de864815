// Records come back as they were; bytes that are none are refused.
#include "s3/record.h"

#include <gmock/gmock.h>

namespace s3 {
namespace {

ObjectRecord full_object() {
  ObjectRecord o;
  o.id = "0123";
  o.size_bytes = 5'000'000'000;
  o.modified = base::Time(std::chrono::milliseconds(1'700'000'000'000));
  o.etag = "abc-2";
  o.acl = {"owner", {{GranteeKind::all_users, "", Permission::read}, {GranteeKind::account, "x", Permission::full_control}}};
  o.content_type = "text/plain";
  o.headers = {{"Cache-Control", "no-store"}};
  o.metadata = {{"a", ""}, {"b", std::string("\0\xff", 2)}};
  o.tags = {{"k", "v"}};
  o.checksum = StoredChecksum{crypto::ChecksumAlgorithm::sha256, ChecksumType::composite, "raw", 2};
  o.layout = Layout::segmented;
  o.inline_hash = UINT64_MAX;
  o.part_count = 2;
  return o;
}

TEST(Record, ObjectsComeBack) {
  auto before = full_object();
  auto after = decode_object(encode(before)).value();
  EXPECT_EQ(encode(after), encode(before));
  EXPECT_EQ(after.size_bytes, before.size_bytes);
  EXPECT_EQ(after.modified, before.modified);
  EXPECT_EQ(after.acl, before.acl);
  EXPECT_EQ(after.metadata, before.metadata);
  EXPECT_EQ(after.checksum->parts, 2u);
  EXPECT_EQ(after.inline_hash, UINT64_MAX);
}

TEST(Record, UploadsPartsAndSegmentsComeBack) {
  UploadRecord upload{.id = "u", .key = "k", .initiator = "i", .target = full_object(), .checksum_algorithm = crypto::ChecksumAlgorithm::crc32};
  auto again = decode_upload(encode(upload)).value();
  EXPECT_EQ(encode(again), encode(upload));
  EXPECT_EQ(again.target.etag, "abc-2");
  PartRecord part{7, 42, {}, "md5", "blob", std::nullopt};
  EXPECT_EQ(decode_part(encode(part)).value().number, 7u);
  std::vector<Segment> segments = {{"a", 1, 1, ""}, {"b", 2, 2, "c"}};
  auto list = decode_segments(encode(segments)).value();
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[1].checksum, "c");
  EXPECT_EQ(list[1].size_bytes, 2u);
}

TEST(Record, BucketsKeepTheirDocuments) {
  BucketRecord bucket{.id = "0123456789abcdef", .name = "name", .region = "us-east-1", .acl = {"owner", {}}};
  bucket.set_document("cors", "<x/>");
  auto stored = decode_bucket(encode(bucket));
  ASSERT_TRUE(stored) << stored.error().what;
  auto& again = *stored;
  ASSERT_TRUE(again.document("cors"));
  EXPECT_EQ(*again.document("cors"), "<x/>");
  again.set_document("cors", std::nullopt);
  EXPECT_FALSE(again.document("cors"));
}

TEST(Record, NoPrefixOfOneIsTakenForMore) {
  auto bytes = encode(full_object());
  size_t refused = 0;
  for (size_t size = 0; size < bytes.size(); size++) refused += !decode_object(bytes.substr(0, size));
  EXPECT_GT(refused, bytes.size() / 2);  // cut between two fields it is a record that lacks the later ones
  EXPECT_FALSE(decode_object("\xff\xff\xff"));
}

TEST(Record, GrantsOfTheOwnerComeBack) {
  ObjectRecord before = full_object();
  before.acl.grants.push_back({GranteeKind::account, "owner", Permission::write_acp});
  EXPECT_EQ(decode_object(encode(before)).value().acl, before.acl);
}

TEST(Record, ChangedBytesAreSurvived) {
  auto whole = encode(full_object());
  for (size_t i = 0; i < whole.size() * 8; i++) {
    auto bytes = whole;
    bytes[i / 8] = static_cast<char>(bytes[i / 8] ^ (1 << i % 8));
    auto decoded = decode_object(bytes);
    if (!decoded) EXPECT_EQ(decoded.error().kind, base::Errc::corrupt);
  }
}

TEST(Record, UnknownFieldsAreSkipped) {
  auto decoded = decode_object(encode(full_object()) + "\xb2\x06\x03new").value();  // field 102
  EXPECT_EQ(encode(decoded), encode(full_object()));
}

TEST(Record, ValuesOutOfRangeAreCorrupt) {
  EXPECT_EQ(decode_object(encode(full_object()) + "\x60\x04").error().kind, base::Errc::corrupt);  // layout 4
  for (auto empty : {decode_object("").has_value(), decode_bucket("").has_value(), decode_upload("").has_value(), decode_part("").has_value()})
    EXPECT_FALSE(empty);
  EXPECT_TRUE(decode_segments("")->empty());
}

}  // namespace
}  // namespace s3
