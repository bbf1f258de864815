// What `check` finds, and what it leaves alone.
#include <gmock/gmock.h>
#include <xxhash.h>

#include <filesystem>
#include <fstream>

#include "base/file_system.h"
#include "base/random.h"
#include "blob/file_store.h"
#include "crypto/digest.h"
#include "meta/memory_store.h"
#include "s3/keyspace.h"
#include "s3/record.h"
#include "s3/service.h"
#include "s3/test_support.h"

namespace s3 {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::string owner(64, 'a'), bucket_id = "0123456789abcdef";

std::string md5_hex(std::string_view bytes) { return base::to_hex(base::bytes(crypto::md5(bytes))); }

StoredChecksum checksum_of(std::string_view bytes, crypto::ChecksumAlgorithm algorithm = crypto::ChecksumAlgorithm::crc64nvme) {
  crypto::Checksum sum(algorithm);
  sum.update(base::bytes(bytes));
  return {algorithm, ChecksumType::full_object, sum.finish(), 0};
}

class CheckTest : public testing::Test {
 protected:
  CheckTest() {
    blobs_ = blob::open_file_store(folder_, base::posix_file_system()).value();
    add_bucket("b", bucket_id);
  }
  ~CheckTest() override { std::filesystem::remove_all(folder_); }

  CheckReport run(bool repair = false) { return check(parts(), repair, {}).value(); }
  Parts parts() { return {*meta_, *blobs_, accounts_, pool_, clock_, {}}; }

  void put(std::string partition, std::string key, std::string value) {
    ASSERT_TRUE(meta_->commit_blocking(partition, [&](const meta::Reader&, meta::Batch& batch) -> base::Result<> {
      batch.put(key, value);
      return {};
    }));
  }
  void put(std::string key, std::string value) { put(partition_of(bucket_id), std::move(key), std::move(value)); }
  bool has(std::string key, std::string partition = partition_of(bucket_id)) {
    return meta_->reader(partition)->get(key).value().has_value();
  }

  void add_bucket(std::string name, std::string id) {
    BucketRecord record{.id = id, .name = name, .acl = private_acl(owner)};
    put(std::string(bucket_directory), name, encode(record));
  }
  std::string add_blob(std::string_view bytes) {
    auto writer = blobs_->create("test").value();
    EXPECT_TRUE(writer->write(bytes));
    EXPECT_TRUE(writer->finish());
    EXPECT_TRUE(blobs_->settle(writer->id()));
    return writer->id().text();
  }
  bool has_blob(const std::string& id) { return blobs_->open(*blob::BlobId::parse(id)).has_value(); }
  void damage_blob(const std::string& id) {
    std::fstream file(folder_ / id.substr(0, 2) / id, std::ios::in | std::ios::out | std::ios::binary);
    file.put('X');
    ASSERT_TRUE(file.good());
  }

  ObjectRecord object(std::string_view bytes) {
    ObjectRecord record;
    record.id = base::random_hex(32);
    record.size_bytes = bytes.size();
    record.etag = md5_hex(bytes);
    record.acl = private_acl(owner);
    record.checksum = checksum_of(bytes);
    record.inline_hash = XXH3_64bits(bytes.data(), bytes.size());
    return record;
  }
  void add_inlined(std::string_view key, std::string_view bytes) {
    auto record = object(bytes);
    put(object_key(key), encode(record));
    if (!bytes.empty()) put(data_key(record.id), std::string(bytes));
  }
  std::string add_in_blob(std::string_view key, std::string_view bytes) {
    auto record = object(bytes);
    record.layout = Layout::blob;
    record.blob = add_blob(bytes);
    put(object_key(key), encode(record));
    return record.blob;
  }
  // An object of parts, as CompleteMultipartUpload leaves it; `change` is made to its record and segments.
  void add_multipart(std::string_view key, const std::vector<std::string>& parts, ChecksumType type,
                     std::function<void(ObjectRecord&, std::vector<Segment>&)> change) {
    std::string all, md5s, sums;
    std::vector<Segment> segments;
    auto algorithm = crypto::ChecksumAlgorithm::crc32;
    for (auto& part : parts) {
      all += part;
      md5s += crypto::md5(part);
      sums += checksum_of(part, algorithm).value;
      segments.push_back({part.empty() ? "" : add_blob(part), part.size(), static_cast<uint32_t>(segments.size() + 1), checksum_of(part, algorithm).value});
    }
    auto record = object(all);
    record.layout = Layout::segmented;
    record.part_count = static_cast<uint32_t>(parts.size());
    record.etag = md5_hex(md5s) + "-" + std::to_string(parts.size());
    record.checksum = checksum_of(type == ChecksumType::composite ? sums : all, algorithm);
    record.checksum->type = type;
    change(record, segments);
    put(object_key(key), encode(record));
    put(segments_key(record.id), encode(segments));
  }
  void add_upload(const std::string& id, std::string etag = {}) {
    UploadRecord upload{.id = id, .key = "k", .target = object(""), .completed_etag = std::move(etag)};
    put(upload_key("k", id), encode(upload));
  }
  std::string add_part(const std::string& upload_id, std::string_view bytes) {
    PartRecord part{.number = 1, .size_bytes = bytes.size(), .md5 = crypto::md5(bytes), .blob = add_blob(bytes), .checksum = checksum_of(bytes)};
    put(part_key(upload_id, 1), encode(part));
    return part.blob;
  }

  base::ThreadPool pool_{"test", 1};
  base::SystemClock clock_;
  test::FakeAccounts accounts_;
  std::unique_ptr<meta::Store> meta_ = meta::make_memory_store(pool_);
  std::filesystem::path folder_ = std::filesystem::temp_directory_path() / ("cumulet-check-" + base::random_hex(16));
  std::unique_ptr<blob::Store> blobs_;
  const std::string upload_id_ = std::string(upload_id_digits, '5');
  static constexpr auto unchanged = [](ObjectRecord&, std::vector<Segment>&) {};
};

// As a crash leaves it while its commit is under way, and then its last bit flips.
TEST_F(CheckTest, ABlobThatIsTooDamagedToSayWhoWantsItIsReported) {
  auto writer = blobs_->create("test").value();
  ASSERT_TRUE(writer->write(std::string_view("bytes")));
  ASSERT_TRUE(writer->finish());
  auto record = object("bytes");
  record.layout = Layout::blob;
  record.blob = writer->id().text();
  std::fstream file(folder_ / "incoming" / record.blob, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(-1, std::ios::end).put('X');
  file.close();
  ASSERT_TRUE(blobs_->recover([](const blob::Pending&) { return false; }));
  EXPECT_THAT(run().problems, ElementsAre(HasSubstr("nothing refers to it")));
  put(object_key("k"), encode(record));
  EXPECT_THAT(run(true).problems, ElementsAre(HasSubstr("a damaged footer or owner")));
  EXPECT_TRUE(std::filesystem::exists(folder_ / record.blob.substr(0, 2) / record.blob));
}

TEST_F(CheckTest, FindsNothingWhereAllIsWell) {
  add_inlined("small", "abc");
  add_inlined("empty", "");
  add_in_blob("large", std::string(3'000'000, 'x'));
  add_multipart("parts", {std::string(100'000, 'y'), "z", ""}, ChecksumType::full_object, unchanged);
  add_multipart("composite", {"p", "q"}, ChecksumType::composite, unchanged);
  add_upload(upload_id_);
  add_part(upload_id_, "part");
  put(garbage_key(add_blob("to be erased")), "");
  auto report = run();
  EXPECT_THAT(report.problems, IsEmpty());
  EXPECT_EQ(report.buckets, 1u);
  EXPECT_EQ(report.objects, 5u);
  EXPECT_EQ(report.bytes, 3u + 3'000'000u + 100'001u + 2u);
  EXPECT_EQ(report.blobs, 1u + 2u + 2u + 1u + 1u);
  EXPECT_THAT(run(true).repairs, IsEmpty());
}

// As where the metadata were lost, or restored from long ago: the blobs may be all that is left.
TEST_F(CheckTest, BlobsAreKeptWhereMostOfThemAreUnknown) {
  std::vector<std::string> blobs;
  for (int i = 0; i < 11; i++) blobs.push_back(add_blob("unknown"));
  add_in_blob("known", std::string(200'000, 'x'));
  auto report = run(true);
  EXPECT_THAT(report.problems, Contains(HasSubstr("nothing was removed, because the metadata know less than half of the blobs")));
  EXPECT_THAT(report.repairs, IsEmpty());
  for (auto& blob : blobs) EXPECT_TRUE(has_blob(blob));
  for (int i = 0; i < 10; i++) add_in_blob("more" + std::to_string(i), std::string(200'000, 'x'));
  EXPECT_EQ(run(true).repairs.size(), 11u);
}

TEST_F(CheckTest, TellsHowFarItIs) {
  add_in_blob("large", std::string(20'000'000, 'x'));
  uint64_t calls = 0, last_done = 0, last_total = 0;
  auto report = check(parts(), false, [&](uint64_t done, uint64_t total) {
    calls++;
    EXPECT_GE(done, last_done);
    EXPECT_LE(done, total);
    last_done = done, last_total = total;
  });
  ASSERT_TRUE(report);
  EXPECT_GE(calls, 2u);
  EXPECT_EQ(last_done, 20'000'000u);
  EXPECT_EQ(last_total, 20'000'000u);
}

TEST_F(CheckTest, ReportsDamagedObjectsAndKeepsThem) {
  auto record = object("abc");
  put(object_key("changed"), encode(record));
  put(data_key(record.id), "abd");
  put(object_key("gone"), encode(object("abc")));
  auto flipped = add_in_blob("flipped", std::string(200'000, 'x'));
  damage_blob(flipped);
  auto erased = add_in_blob("erased", std::string(200'000, 'x'));
  ASSERT_TRUE(blobs_->erase(*blob::BlobId::parse(erased)));
  auto report = run(true);
  for (auto key : {"changed", "gone", "flipped", "erased"}) {
    EXPECT_THAT(report.problems, Contains(HasSubstr("object \"" + std::string(key) + "\" in bucket \"b\"")));
    EXPECT_TRUE(has(object_key(key)));
  }
  EXPECT_THAT(report.repairs, IsEmpty());
  EXPECT_TRUE(has_blob(flipped));
  EXPECT_TRUE(has(data_key(record.id)));
}

TEST_F(CheckTest, ComparesEveryClaimOfARecord) {
  auto one = [&](std::function<void(ObjectRecord&)> change) {
    auto record = object("abc");
    change(record);
    put(object_key("k"), encode(record));
    put(data_key(record.id), "abc");
    auto problems = run().problems;
    std::erase_if(problems, [](auto& problem) { return problem.find("no object refers to them") != problem.npos; });
    return problems;
  };
  EXPECT_THAT(one([](auto&) {}), IsEmpty());
  EXPECT_THAT(one([](auto& record) { record.etag[0] ^= 1; }), ElementsAre(HasSubstr("ETag")));
  EXPECT_THAT(one([](auto& record) { record.checksum->value[0] ^= 1; }), ElementsAre(HasSubstr("CRC64NVME")));
  EXPECT_THAT(one([](auto& record) { record.size_bytes = 4; }), ElementsAre(HasSubstr("3 bytes instead of 4")));
  EXPECT_THAT(one([](auto& record) { record.inline_hash++; }), ElementsAre(HasSubstr("hash")));
}

TEST_F(CheckTest, ComparesTheClaimsOfParts) {
  add_multipart("swapped", {"pp", "qq"}, ChecksumType::full_object, [](auto&, auto& segments) { std::swap(segments[0].blob, segments[1].blob); });
  add_multipart("count", {"p", "q"}, ChecksumType::composite, [](auto& record, auto&) { record.part_count = 3; });
  add_multipart("sum", {"p", "q"}, ChecksumType::composite, [](auto&, auto& segments) { segments[1].checksum[0] ^= 1; });
  add_multipart("list", {"p"}, ChecksumType::composite, [](auto& record, auto&) { record.id.back() ^= 1; });
  auto report = run();
  EXPECT_THAT(report.problems, Contains(HasSubstr("\"swapped\" in bucket \"b\": its bytes do not match its ETag")));
  EXPECT_THAT(report.problems, Contains(HasSubstr("\"count\" in bucket \"b\": it has 2 parts instead of 3")));
  EXPECT_THAT(report.problems, Contains(HasSubstr("\"sum\" in bucket \"b\": part 2 does not match its checksum")));
  EXPECT_THAT(report.problems, Not(Contains(HasSubstr("\"list\""))));
}

TEST_F(CheckTest, MissingSegmentsStopEveryRemoval) {
  auto record = object("abc");
  record.layout = Layout::segmented;
  put(object_key("k"), encode(record));
  auto blob = add_blob("perhaps one of its segments");
  auto report = run(true);
  EXPECT_THAT(report.problems, Contains(HasSubstr("the list of its segments is gone")));
  EXPECT_THAT(report.problems, Contains(HasSubstr("nothing was removed")));
  EXPECT_TRUE(has_blob(blob));
}

TEST_F(CheckTest, ErasesOrphansOnRequest) {
  add_inlined("k", "abc");
  auto orphan = add_blob("nobody's");
  put(data_key(std::string(32, '9')), "nobody's");
  EXPECT_EQ(run().problems.size(), 2u);
  EXPECT_TRUE(has_blob(orphan));
  EXPECT_EQ(run(true).repairs.size(), 2u);
  EXPECT_FALSE(has_blob(orphan));
  EXPECT_FALSE(has(data_key(std::string(32, '9'))));
  auto again = run();
  EXPECT_THAT(again.problems, IsEmpty());
  EXPECT_EQ(again.objects, 1u);
}

TEST_F(CheckTest, UnreadableRecordsStopEveryRemoval) {
  put(object_key("k"), "\xff\xff\xff");
  put(data_key(std::string(32, '9')), "perhaps its bytes");
  auto blob = add_blob("perhaps its blob");
  auto report = run(true);
  EXPECT_THAT(report.problems, Contains(HasSubstr("object \"k\"")));
  EXPECT_THAT(report.repairs, IsEmpty());
  EXPECT_TRUE(has_blob(blob));
  EXPECT_TRUE(has(data_key(std::string(32, '9'))));
  EXPECT_TRUE(has(object_key("k")));
}

TEST_F(CheckTest, UnreadableBucketsKeepTheirPartition) {
  auto blob = add_in_blob("k", std::string(100'000, 'x'));
  put(std::string(bucket_directory), "b", "\xff");
  auto report = run(true);
  EXPECT_THAT(report.problems, Contains(HasSubstr("bucket \"b\"")));
  EXPECT_EQ(report.objects, 1u);
  EXPECT_TRUE(has(object_key("k")));
  EXPECT_TRUE(has_blob(blob));
}

TEST_F(CheckTest, RemovesPartsOfNoUpload) {
  auto dangling = add_part(std::string(upload_id_digits, '6'), "of none");
  add_upload(std::string(upload_id_digits, '7'), "etag-1");
  auto completed = add_part(std::string(upload_id_digits, '7'), "of a completed one");
  EXPECT_THAT(run().problems, ElementsAre(HasSubstr("no such upload in progress"), HasSubstr("no such upload in progress")));
  EXPECT_THAT(run(true).repairs, ElementsAre(HasSubstr("removed 2 entries")));
  EXPECT_TRUE(has(garbage_key(dangling)));
  EXPECT_TRUE(has(garbage_key(completed)));
  EXPECT_THAT(run().problems, IsEmpty());
}

TEST_F(CheckTest, ReportsDamagedPartsAndUploads) {
  add_upload(upload_id_);
  damage_blob(add_part(upload_id_, std::string(1000, 'x')));
  put(upload_key("other", std::string(upload_id_digits, '8')), encode(UploadRecord{.id = "x", .key = "k", .target = object("")}));
  auto report = run(true);
  EXPECT_THAT(report.problems, Contains(HasSubstr("part of upload \"" + upload_id_ + " number 1\"")));
  EXPECT_THAT(report.problems, Contains(HasSubstr("another key or id than its own")));
  EXPECT_TRUE(has(part_key(upload_id_, 1)));
}

TEST_F(CheckTest, TakesWantedBlobsOffTheQueue) {
  auto blob = add_in_blob("k", std::string(100'000, 'x'));
  put(garbage_key(blob), "");
  EXPECT_THAT(run().problems, ElementsAre(HasSubstr("still referred to")));
  EXPECT_TRUE(has(garbage_key(blob)));
  EXPECT_EQ(run(true).repairs.size(), 1u);
  EXPECT_FALSE(has(garbage_key(blob)));
  EXPECT_TRUE(has_blob(blob));
  EXPECT_THAT(run().problems, IsEmpty());
}

TEST_F(CheckTest, ReportsBlobsThatTwoObjectsShare) {
  auto blob = add_in_blob("k", std::string(100'000, 'x'));
  auto record = object(std::string(100'000, 'x'));
  record.layout = Layout::blob;
  record.blob = blob;
  put(object_key("l"), encode(record));
  EXPECT_THAT(run().problems, ElementsAre(HasSubstr("more than one place")));
}

TEST_F(CheckTest, DropsWhatDeletedBucketsLeft) {
  auto gone = partition_of("fedcba9876543210");
  put(gone, std::string(closed_key), "");
  EXPECT_THAT(run().problems, IsEmpty());
  EXPECT_EQ(run(true).repairs.size(), 1u);
  EXPECT_THAT(meta_->partitions().value(), Not(Contains(gone)));
}

TEST_F(CheckTest, LeavesTheQueueOfDeletedBucketsToTheCollector) {
  auto gone = partition_of("fedcba9876543210");
  auto blob = add_blob("of a deleted bucket");
  put(gone, std::string(closed_key), "");
  put(gone, garbage_key(blob), "");
  auto report = run(true);
  EXPECT_THAT(report.problems, IsEmpty());
  EXPECT_THAT(report.repairs, IsEmpty());
  EXPECT_TRUE(has(garbage_key(blob), gone));
}

TEST_F(CheckTest, LeavesTheUploadsOfDeletedBucketsToTheCollector) {
  auto gone = partition_of("fedcba9876543210");
  PartRecord part{.number = 1, .size_bytes = 4, .md5 = crypto::md5("part"), .blob = add_blob("part")};
  put(gone, std::string(closed_key), "");
  put(gone, upload_key("k", upload_id_), encode(UploadRecord{.id = upload_id_, .key = "k", .target = object("")}));
  put(gone, part_key(upload_id_, 1), encode(part));
  auto report = run(true);
  EXPECT_THAT(report.problems, IsEmpty());
  EXPECT_THAT(report.repairs, IsEmpty());
  EXPECT_TRUE(has(part_key(upload_id_, 1), gone));
  EXPECT_TRUE(has_blob(part.blob));
}

TEST_F(CheckTest, KeepsObjectsThatNoBucketHolds) {
  auto lost = partition_of("fedcba9876543210");
  put(lost, object_key("k"), encode(object("")));
  auto report = run(true);
  EXPECT_THAT(report.problems, ElementsAre(HasSubstr("no bucket has that id")));
  EXPECT_TRUE(has(object_key("k"), lost));
}

TEST_F(CheckTest, FinishesTheDeletionOfBuckets) {
  put(std::string(closed_key), "");
  EXPECT_THAT(run().problems, ElementsAre(HasSubstr("being deleted")));
  EXPECT_THAT(run(true).repairs, ElementsAre(HasSubstr("finished the deletion")));
  EXPECT_FALSE(has("b", std::string(bucket_directory)));
  EXPECT_THAT(run().problems, IsEmpty());
}

}  // namespace
}  // namespace s3
