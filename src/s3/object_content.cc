#include "s3/object_content.h"

#include <xxhash.h>
#include <xxh_x86dispatch.h>  // XXH3 with what the processor has

#include "base/log.h"
#include "s3/keyspace.h"

namespace s3 {

using aws::ErrorCode;
using base::Errc;

namespace {

constexpr size_t piece_bytes = 256 << 10;  // a multiple of the blob store's blocks
constexpr size_t view_bytes = 512 << 10;   // fits a core's second-level cache, where it is read twice: to check and to send

class SegmentsContent final : public aws::Content {
 public:
  SegmentsContent(State& state, std::vector<Segment> segments, ByteRange range, BlobLeases::Lease lease)
      : state_(state), lease_(std::move(lease)), segments_(std::move(segments)), offset_(range.offset), left_(range.length) {}

  // Reads the first piece, which the first `next` then returns.
  Task<base::Result<>> prefetch() {
    auto first = co_await read_piece();
    if (!first) co_return std::unexpected(first.error());
    ahead_ = *first;
    co_return base::Result<>();
  }

  Task<base::Result<std::span<const char>>> next() override {
    if (ahead_) co_return *std::exchange(ahead_, std::nullopt);
    co_return co_await read_piece();
  }

 private:
  Task<base::Result<std::span<const char>>> read_piece() {
    if (!left_) co_return std::span<const char>();
    while (offset_ >= segments_[index_].size_bytes) {
      offset_ -= segments_[index_++].size_bytes;
      reader_.reset();
    }
    if (!reader_) CO_TRY_VOID(co_await open_segment());
    CO_TRY(lent, view_piece());
    if (lent) co_return *lent;
    // Up to the next multiple of a piece, so that blocks are read and checked once.
    uint64_t count = std::min({uint64_t(piece_bytes - offset_ % piece_bytes), left_, segments_[index_].size_bytes - offset_});
    if (buffer_.size() < count) buffer_.resize(count);
    auto into = std::span(buffer_).first(count);
    CO_TRY(ready, reader_->try_read(offset_, into));
    if (!ready) CO_TRY_VOID(co_await base::offload(state_.parts.pool, [&] { return reader_->read(offset_, into); }));
    offset_ += count;
    left_ -= count;
    co_return std::span<const char>(into);
  }

  // The next whole blocks where the operating system keeps them, if it can lend them; valid until the next piece.
  base::Result<std::optional<std::span<const char>>> view_piece() {
    view_ = {};
    if (offset_ % blob::Reader::view_alignment) return std::nullopt;
    uint64_t in_segment = segments_[index_].size_bytes - offset_;
    uint64_t count = std::min({uint64_t(view_bytes), left_, in_segment});
    if (count < in_segment) count -= count % blob::Reader::view_alignment;
    if (count < blob::Reader::view_alignment) return std::nullopt;  // too little to be worth a mapping
    TRY(lent, reader_->try_view(offset_, count));
    if (!lent) return std::nullopt;
    view_ = std::move(*lent);
    offset_ += count;
    left_ -= count;
    return view_.bytes();
  }

  Task<base::Result<>> open_segment() {
    auto id = blob::BlobId::parse(segments_[index_].blob);
    if (!id) co_return base::fail(Errc::corrupt, "a segment without a blob");
    CO_TRY(opened, co_await base::offload(state_.parts.pool, [&] { return state_.parts.blobs.open(*id); }));
    if (opened->size_bytes() != segments_[index_].size_bytes) co_return base::fail(Errc::corrupt, "a blob of the wrong size: " + id->text());
    reader_ = std::move(opened);
    co_return base::Result<>();
  }

  State& state_;
  BlobLeases::Lease lease_;  // of the blobs that are not open yet
  std::vector<Segment> segments_;
  size_t index_ = 0;
  uint64_t offset_, left_;  // offset within the segment
  std::unique_ptr<blob::Reader> reader_;
  std::vector<char> buffer_;
  base::PinnedPages view_;
  std::optional<std::span<const char>> ahead_;
};

// The blobs that the range touches.
std::vector<std::string> blobs_of(const std::vector<Segment>& segments, ByteRange range) {
  std::vector<std::string> blobs;
  uint64_t begin = 0;
  for (auto& segment : segments) {
    bool touched = segment.size_bytes && begin < range.offset + range.length && range.offset < begin + segment.size_bytes;
    if (touched) blobs.push_back(segment.blob);
    begin += segment.size_bytes;
  }
  return blobs;
}

// Keeps the blobs of the range until they are opened. One alone is opened at once, and needs no lease.
// **Errors** operation_aborted where the object does not name them any more.
Task<aws::Result<BlobLeases::Lease>> lease(State& state, const BucketRecord& bucket, const ObjectRecord& object, std::vector<std::string> blobs) {
  if (blobs.size() < 2) co_return BlobLeases::Lease();
  auto taken = state.leases.take(std::move(blobs));
  CO_TRY(named, aws::lift(co_await meta::get(state.meta(), partition_of(bucket.id), segments_key(object.id))));
  if (!named) co_return aws::fail(ErrorCode::operation_aborted);
  co_return std::move(taken);
}

}  // namespace

Task<aws::Result<std::vector<Segment>>> read_segments(State& state, const BucketRecord& bucket, const ObjectRecord& object) {
  if (object.layout == Layout::blob) co_return std::vector{Segment{object.blob, object.size_bytes, 0, {}}};
  CO_TRY(stored, aws::lift(co_await meta::get(state.meta(), partition_of(bucket.id), segments_key(object.id))));
  if (!stored) co_return aws::fail(ErrorCode::operation_aborted);
  co_return aws::lift(decode_segments(*stored));
}

Task<aws::Result<std::string>> read_inlined(State& state, const BucketRecord& bucket, const ObjectRecord& object) {
  if (!object.size_bytes) co_return std::string();
  CO_TRY(stored, aws::lift(co_await meta::get(state.meta(), partition_of(bucket.id), data_key(object.id))));
  if (!stored) co_return aws::fail(ErrorCode::operation_aborted);
  if (stored->size() == object.size_bytes && XXH3_64bits(stored->data(), stored->size()) == object.inline_hash)
    co_return std::move(*stored);
  co_return aws::lift(base::Result<std::string>(base::fail(Errc::corrupt, "an inlined object does not match its checksum: " + object.id)));
}

Task<aws::Result<std::unique_ptr<aws::Content>>> open_content(State& state, const BucketRecord& bucket, const ObjectRecord& object,
                                                              std::vector<Segment> segments, ByteRange range) {
  CO_TRY(leased, co_await lease(state, bucket, object, blobs_of(segments, range)));
  auto content = std::make_unique<SegmentsContent>(state, std::move(segments), range, std::move(leased));
  auto first = co_await content->prefetch();
  if (first) co_return content;
  if (first.error().kind == Errc::not_found) co_return aws::fail(ErrorCode::operation_aborted);
  co_return std::unexpected(aws::from(first.error()));
}

}  // namespace s3
