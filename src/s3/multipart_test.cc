// Uploads in parts: what changes between the looks of a completion, and what a page of a listing costs.
#include "s3/multipart.h"

#include "codec/percent.h"
#include "codec/xml.h"
#include "crypto/digest.h"
#include "s3/test_operations.h"

namespace s3 {
namespace {

using aws::ErrorCode;
using testing::ElementsAre;
using testing::Le;

class MultipartTest : public test::OperationTest {
 protected:
  std::string upload_record(const std::string& key, const std::string& id) {
    return encode(UploadRecord{.id = id, .key = key, .initiator = owner_, .target = {.id = std::string(32, '1'), .acl = private_acl(owner_)}});
  }
  void add_upload(const std::string& key, const std::string& id) { put(upload_key(key, id), upload_record(key, id)); }
  // As UploadPart leaves it; the blob of an earlier one becomes garbage.
  std::string add_part(uint32_t number, std::string_view bytes) {
    PartRecord part{.number = number, .size_bytes = bytes.size(), .md5 = crypto::md5(bytes), .blob = add_blob(bytes)};
    change([&](const meta::Reader& before, meta::Batch& batch) -> base::Result<> {
      if (auto old = before.get(part_key(id_, number)).value()) batch.put(garbage_key(decode_part(*old)->blob), "");
      batch.put(part_key(id_, number), encode(part));
      return {};
    });
    return part.blob;
  }
  void abort() {
    change([&](const meta::Reader& before, meta::Batch& batch) -> base::Result<> {
      EXPECT_TRUE(remove_parts(batch, id_, parts_of(before, id_).value(), {}));
      batch.erase(upload_key("k", id_));
      return {};
    });
  }
  aws::Result<aws::Response> complete(std::string_view bytes_of_part_1) {
    auto etag = base::to_hex(base::bytes(crypto::md5(bytes_of_part_1)));
    return run("CompleteMultipartUpload", "k", "uploadId=" + id_,
               "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>" + etag + "</ETag></Part></CompleteMultipartUpload>");
  }
  std::string content_of_object() {
    auto segments = decode_segments(get(segments_key(object("k")->id)).value()).value();
    return bytes_of(segments.at(0).blob).value_or("(erased)");
  }

  const std::string id_ = std::string(upload_id_digits, '5');
};

TEST_F(MultipartTest, ACompletionNoticesThatAPartWasReplaced) {
  add_upload("k", id_);
  add_part(1, "old");
  meta_.before_commit([&] { add_part(1, "new"); });
  EXPECT_EQ(complete("old").error().code, ErrorCode::invalid_part);
  EXPECT_FALSE(object("k"));
  EXPECT_TRUE(complete("new"));
  EXPECT_EQ(content_of_object(), "new");
}

TEST_F(MultipartTest, ACompletionNamesTheBlobOfAPartThatWasSentAgain) {
  add_upload("k", id_);
  auto first = add_part(1, "same");
  meta_.before_commit([&] { add_part(1, "same"); });
  EXPECT_TRUE(complete("same"));
  collect();
  EXPECT_FALSE(bytes_of(first));
  EXPECT_EQ(content_of_object(), "same");
}

TEST_F(MultipartTest, ACompletionDropsAPartThatCameMeanwhile) {
  add_upload("k", id_);
  add_part(1, "wanted");
  std::string unwanted;
  meta_.before_commit([&] { unwanted = add_part(2, "unwanted"); });
  EXPECT_TRUE(complete("wanted"));
  collect();
  EXPECT_FALSE(get(part_key(id_, 2)));
  EXPECT_FALSE(bytes_of(unwanted));
  EXPECT_EQ(content_of_object(), "wanted");
}

TEST_F(MultipartTest, ACompletionNoticesAnAbort) {
  add_upload("k", id_);
  auto blob = add_part(1, "part");
  meta_.before_commit([&] { abort(); });
  EXPECT_EQ(complete("part").error().code, ErrorCode::no_such_upload);
  collect();
  EXPECT_FALSE(object("k"));
  EXPECT_FALSE(bytes_of(blob));
}

TEST_F(MultipartTest, TwoCompletionsMakeOneObject) {
  add_upload("k", id_);
  add_part(1, "part");
  std::string first;
  meta_.before_commit([&] {
    change([&](const meta::Reader& before, meta::Batch& batch) -> base::Result<> {
      auto upload = find_upload(before, "k", id_).value();
      upload.record.completed_etag = first = std::string(32, 'e') + "-1";
      EXPECT_TRUE(remove_parts(batch, id_, parts_of(before, id_).value(), {}));
      batch.put(upload.stored_key, encode(upload.record));
      return {};
    });
  });
  auto second = complete("part");
  ASSERT_TRUE(second);
  EXPECT_THAT(second->body, testing::HasSubstr(first));
  EXPECT_FALSE(object("k"));  // the first one's affair
}

// Listings. A page moves a cursor as often as it has entries, and a little more.

using Entry = std::pair<std::string, std::string>;  // key and upload id; a common prefix has no id

struct Page {
  std::vector<Entry> entries;
  bool truncated = false;
  std::string next_key, next_id;
};

class ListingTest : public MultipartTest {
 protected:
  Page list(const std::string& key_marker, const std::string& id_marker, int limit, const std::string& more = {}) {
    auto answer = run("ListMultipartUploads", "", "uploads&max-uploads=" + std::to_string(limit) + "&key-marker=" + codec::percent_encode(key_marker, false) +
                                                      "&upload-id-marker=" + id_marker + more);
    auto document = codec::parse_xml(answer.value().body).value();
    auto root = document.root();
    Page page;
    for (auto upload : root.children("Upload")) page.entries.emplace_back(upload.child("Key").text(), upload.child("UploadId").text());
    for (auto prefix : root.children("CommonPrefixes")) page.entries.emplace_back(prefix.child("Prefix").text(), "");
    page.truncated = root.child("IsTruncated").text() == "true";
    if (page.truncated) page.next_key = root.child("NextKeyMarker").text(), page.next_id = root.child("NextUploadIdMarker").text();
    return page;
  }
  // All pages, each of which may cost so many steps more than it has entries.
  std::vector<Entry> walk(int limit, size_t overhead, const std::string& more = {}) {
    std::vector<Entry> all;
    Page page{.truncated = true};
    while (page.truncated) {
      auto before = meta_.steps();
      page = list(page.next_key, page.next_id, limit, more);
      EXPECT_THAT(page.entries.size(), Le(static_cast<size_t>(limit)));
      EXPECT_THAT(meta_.steps() - before, Le(page.entries.size() + overhead)) << "a page after " << all.size() << " entries";
      all.insert(all.end(), page.entries.begin(), page.entries.end());
    }
    return all;
  }
  // An id that no other call gives, in no order.
  static std::string id(uint32_t number) { return base::to_hex(base::bytes(crypto::md5(std::to_string(number)))); }
  void add_uploads(const std::string& key, uint32_t first, uint32_t count) {
    change([&](const meta::Reader&, meta::Batch& batch) -> base::Result<> {
      for (uint32_t i = first; i < first + count; i++) {
        batch.put(upload_key(key, id(i)), upload_record(key, id(i)));
        added_.emplace_back(key, id(i));
      }
      return {};
    });
  }
  std::vector<Entry> added() {
    std::ranges::sort(added_);
    return added_;
  }

  std::vector<Entry> added_;
};

TEST_F(ListingTest, PagesOfUploadsOfOneKeySeekAndMissNothing) {
  add_uploads("a", 0, 3);
  add_uploads("k", 1000, 700);
  add_uploads("k\x01", 2000, 3);  // sorts right behind
  add_uploads("z", 3000, 3);
  for (int limit : {1, 7, 350, 1000}) EXPECT_EQ(walk(limit, 2), added()) << limit;
}

TEST_F(ListingTest, PagesOfUploadsOfManyKeysSeekAndMissNothing) {
  for (uint32_t i = 0; i < 500; i++) add_uploads("key-" + std::to_string(1000 + i), i * 10, 1 + i % 3);
  for (int limit : {1, 2, 90, 1000}) EXPECT_EQ(walk(limit, 2), added()) << limit;
}

TEST_F(ListingTest, MarkersNeedNotBeThere) {
  add_uploads("k", 0, 50);
  add_uploads("m", 100, 1);
  auto ids = added();
  auto between = ids[20].second;
  between.back() = between.back() == 'f' ? 'e' : 'f';
  auto expected = std::vector<Entry>(std::ranges::upper_bound(ids, Entry("k", between)), ids.end());
  EXPECT_EQ(list("k", between, 1000).entries, expected);
  EXPECT_THAT(list("k", "", 1000).entries, ElementsAre(ids.back()));
  EXPECT_THAT(list("l", between, 1000).entries, ElementsAre(ids.back()));
}

TEST_F(ListingTest, ACommonPrefixIsOneSeek) {
  add_uploads("a/1", 0, 300);
  add_uploads("a/2", 1000, 300);
  add_uploads("b", 2000, 2);
  add_uploads("c/1", 3000, 300);
  auto all = added();
  auto first = all[600], second = all[601];
  auto before = meta_.steps();
  auto page = list("", "", 1000, "&delimiter=/");
  EXPECT_THAT(page.entries, ElementsAre(first, second, Entry("a/", ""), Entry("c/", "")));
  EXPECT_THAT(meta_.steps() - before, Le(10u));
  EXPECT_THAT(walk(1, 5, "&delimiter=/"), ElementsAre(Entry("a/", ""), first, second, Entry("c/", "")));
}

class PartsTest : public MultipartTest {
 protected:
  std::vector<std::string> list(uint32_t marker, int limit, std::string& truncated) {
    auto answer = run("ListParts", "k", "uploadId=" + id_ + "&max-parts=" + std::to_string(limit) + "&part-number-marker=" + std::to_string(marker));
    auto document = codec::parse_xml(answer.value().body).value();
    truncated = document.root().child("IsTruncated").text();
    next_ = document.root().child("NextPartNumberMarker").text();
    std::vector<std::string> numbers;
    for (auto part : document.root().children("Part")) numbers.emplace_back(part.child("PartNumber").text());
    return numbers;
  }
  std::string next_;
};

TEST_F(PartsTest, PagesSeekAndMissNothing) {
  add_upload("k", id_);
  change([&](const meta::Reader&, meta::Batch& batch) -> base::Result<> {
    for (uint32_t number = 1; number <= max_parts; number += 3) batch.put(part_key(id_, number), encode(PartRecord{.number = number}));
    batch.put(part_key(std::string(upload_id_digits, '6'), 1), encode(PartRecord{.number = 1}));  // another upload's
    return {};
  });
  for (int limit : {100, 999, 1000}) {
    std::vector<std::string> all;
    std::string truncated = "true";
    for (uint32_t marker = 0; truncated == "true";) {
      auto before = meta_.steps();
      auto numbers = list(marker, limit, truncated);
      EXPECT_THAT(meta_.steps() - before, Le(numbers.size() + 2));
      EXPECT_EQ(next_, numbers.back());
      marker = static_cast<uint32_t>(std::stoul(next_));
      all.insert(all.end(), numbers.begin(), numbers.end());
    }
    for (size_t i = 0; i < all.size(); i++) ASSERT_EQ(all[i], std::to_string(1 + 3 * i));
    EXPECT_EQ(all.size(), 3334u);
  }
  std::string truncated;
  EXPECT_THAT(list(9'999, 10, truncated), ElementsAre("10000"));
  EXPECT_THAT(list(10'000, 10, truncated), ElementsAre());
  EXPECT_EQ(truncated, "false");
  EXPECT_EQ(next_, "10000");
}

}  // namespace
}  // namespace s3
