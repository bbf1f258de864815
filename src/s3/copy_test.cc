// A copy whose source changes while it is read: the bytes of one of the objects, or an error.
#include "crypto/digest.h"
#include "s3/test_operations.h"

namespace s3 {
namespace {

using aws::ErrorCode;

class CopyTest : public test::OperationTest {
 protected:
  static std::string filled(size_t size, char letter) { return std::string(size, letter); }

  // The record of an object whose bytes lie in so many blobs.
  ObjectRecord source(const std::vector<std::string>& pieces, meta::Batch& batch) {
    ObjectRecord record{.id = base::to_hex(base::bytes(crypto::md5(pieces[0]))), .etag = std::string(32, pieces[0][0]), .acl = private_acl(owner_)};
    std::vector<Segment> segments;
    for (auto& piece : pieces) {
      record.size_bytes += piece.size();
      segments.push_back({add_blob(piece), piece.size(), static_cast<uint32_t>(segments.size() + 1), {}});
    }
    record.layout = pieces.size() == 1 ? Layout::blob : Layout::segmented;
    if (pieces.size() == 1)
      record.blob = segments[0].blob;
    else
      batch.put(segments_key(record.id), encode(segments));
    return record;
  }
  void write(const std::vector<std::string>& pieces, const std::string& key = "from") {
    change([&](const meta::Reader& before, meta::Batch& batch) -> base::Result<> {
      EXPECT_TRUE(replace_object(before, batch, key, source(pieces, batch), {}));
      return {};
    });
  }
  void overwrite(const std::vector<std::string>& pieces) {
    write(pieces);
    collect();
  }
  void remove() {
    change([&](const meta::Reader& before, meta::Batch& batch) -> base::Result<> {
      EXPECT_TRUE(remove_object(before, batch, "from", {}));
      return {};
    });
    collect();
  }

  aws::Result<aws::Response> copy() { return run("CopyObject", "to", "", {}, {{"x-amz-copy-source", "b/from"}}); }
  // The whole copy.
  std::string copied() {
    auto record = object("to").value();
    EXPECT_EQ(record.layout, Layout::blob);
    auto bytes = bytes_of(record.blob).value();
    EXPECT_EQ(record.etag, base::to_hex(base::bytes(crypto::md5(bytes))));
    EXPECT_EQ(record.size_bytes, bytes.size());
    return bytes;
  }

  static constexpr size_t piece = 700'000;  // several reads
  const std::vector<std::string> one_{filled(piece, 'a')}, three_{filled(piece, 'a'), filled(piece, 'b'), filled(piece, 'c')}, other_{filled(piece + 1, 'x')};
  const std::string all_three_ = three_[0] + three_[1] + three_[2];
};

TEST_F(CopyTest, OfWhatStaysAsItIs) {
  write(three_);
  ASSERT_TRUE(copy());
  EXPECT_TRUE(copied() == all_three_);
}

TEST_F(CopyTest, TellsItsClientToWaitWithEachPiece) {
  write(three_);
  ASSERT_TRUE(copy());
  EXPECT_GE(long_answer_.count, 9);
}

// What can be refused is, before the client is told anything.
TEST_F(CopyTest, IsRefusedBeforeItsClientIsToldToWait) {
  write(three_);
  EXPECT_FALSE(run("CopyObject", "to", "", {}, {{"x-amz-copy-source", "b/nothing"}}));
  EXPECT_FALSE(run("CopyObject", "to", "", {}, {{"x-amz-copy-source", "b/from"}, {"x-amz-copy-source-if-match", "other"}}));
  EXPECT_FALSE(run("CopyObject", "to", "", {}, {{"x-amz-copy-source", "b/from"}, {"x-amz-metadata-directive", "NONE"}}));
  auto refusal = [&](std::string key, std::string header, std::string value) {
    return run("CopyObject", std::move(key), "", {}, {{"x-amz-copy-source", "b/from"}, {"x-amz-metadata-directive", "REPLACE"}, {header, value}}).error().code;
  };
  EXPECT_EQ(refusal("from", "If-None-Match", "*"), ErrorCode::precondition_failed);
  EXPECT_EQ(refusal("from", "If-Match", "other"), ErrorCode::precondition_failed);
  EXPECT_EQ(refusal("to", "If-Match", "*"), ErrorCode::no_such_key);
  EXPECT_EQ(long_answer_.count, 0);
}

// What holds at first need not hold when the bytes are there.
TEST_F(CopyTest, IsRefusedWhenAnotherTookItsPlaceMeanwhile) {
  write(three_);
  meta_.before_commit([&] { write(other_, "to"); });
  EXPECT_EQ(run("CopyObject", "to", "", {}, {{"x-amz-copy-source", "b/from"}, {"If-None-Match", "*"}}).error().code, ErrorCode::precondition_failed);
}

TEST_F(CopyTest, OfABlobThatIsReplacedBeforeItIsOpenedIsOfTheNewOne) {
  write(one_);
  blobs_.before_open(1, [&] { overwrite(other_); });
  ASSERT_TRUE(copy());
  EXPECT_TRUE(copied() == other_[0]);
}

TEST_F(CopyTest, OfABlobThatIsDeletedBeforeItIsOpenedFindsNothing) {
  write(one_);
  blobs_.before_open(1, [&] { remove(); });
  EXPECT_EQ(copy().error().code, ErrorCode::no_such_key);
  EXPECT_FALSE(object("to"));
}

// The collector leaves alone what is leased.
TEST_F(CopyTest, OfSegmentsGoesOnWhenTheSourceIsReplacedMeanwhile) {
  for (int opening : {1, 2, 3}) {
    write(three_);
    blobs_.before_open(opening, [&] { overwrite(other_); });
    ASSERT_TRUE(copy());
    EXPECT_TRUE(copied() == all_three_) << opening;
  }
}

TEST_F(CopyTest, OfSegmentsGoesOnWhenTheSourceIsDeletedMeanwhile) {
  for (int opening : {1, 2, 3}) {
    write(three_);
    blobs_.before_open(opening, [&] { remove(); });
    ASSERT_TRUE(copy());
    EXPECT_TRUE(copied() == all_three_) << opening;
  }
}

TEST_F(CopyTest, OntoItsOwnSourceIsWhole) {
  write(three_);
  ASSERT_TRUE(run("CopyObject", "from", "", {}, {{"x-amz-copy-source", "b/from"}, {"x-amz-metadata-directive", "REPLACE"}}));
  collect();
  EXPECT_TRUE(bytes_of(object("from")->blob) == all_three_);
}

TEST_F(CopyTest, LetsTheSourceGoInTheEnd) {
  write(three_);
  auto segments = decode_segments(get(segments_key(object("from")->id)).value()).value();
  blobs_.before_open(1, [&] { remove(); });
  ASSERT_TRUE(copy());
  for (auto& segment : segments)
    while (get(garbage_key(segment.blob))) std::this_thread::yield();
  for (auto& segment : segments) EXPECT_FALSE(bytes_of(segment.blob));
}

// Gone for good, and nothing else in its place: no retry can help.
TEST_F(CopyTest, OfASegmentThatIsMissingIsAnError) {
  write(three_);
  auto segments = decode_segments(get(segments_key(object("from")->id)).value()).value();
  ASSERT_TRUE(blobs_.erase(*blob::BlobId::parse(segments[1].blob)));
  EXPECT_FALSE(copy());
  EXPECT_FALSE(object("to"));
}

}  // namespace
}  // namespace s3
