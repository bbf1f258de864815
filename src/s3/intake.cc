#include "s3/intake.h"

#include "base/background.h"
#include "base/log.h"
#include "crypto/checksum.h"
#include "crypto/digest.h"
#include "s3/keyspace.h"
#include "s3/md5_round.h"

namespace s3 {

using aws::ErrorCode;

namespace {

constexpr size_t buffer_bytes = 512 << 10;

// A deletion writes too: on a disk without any room nothing could be deleted, and the only way out would not be S3's. So bytes of
// objects leave room for as much as the metadata store writes before it gives some back. Asking for it takes no disk access.
constexpr uint64_t reserve_bytes = 32 << 20;

base::Result<> check_room(const blob::Store& blobs, uint64_t wanted_bytes) {
  if (blobs.free_bytes() >= reserve_bytes + wanted_bytes) return {};
  return base::fail(base::Errc::no_space, "less than 32 MiB of room would be left, which are for deletions");
}

// Fills the span as far as the body goes.
Task<aws::Result<size_t>> fill(aws::Body& body, std::span<char> into) {
  size_t filled = 0;
  while (filled < into.size()) {
    CO_TRY(count, co_await body.read(into.subspan(filled)));
    if (!count) break;
    filled += count;
  }
  co_return filled;
}

std::string text_of(const crypto::Md5& digest) { return {digest.begin(), digest.end()}; }

// A blob being written and hashed on other threads while the next buffer fills.
class BlobIntake {
 public:
  BlobIntake(State& state, std::unique_ptr<blob::Writer> writer)
      : pool_(state.parts.pool), blobs_(state.parts.blobs), md5_worker_(state.md5_worker), writer_(std::move(writer)), background_(pool_) {}

  // Waits for the step before and starts storing `data`, which must stay as it is until the step after.
  Task<aws::Result<>> add(std::span<const char> data) {
    CO_TRY_VOID(aws::lift(co_await background_.join()));
    size_ += data.size();
    if (size_ > max_put_bytes) co_return aws::fail(ErrorCode::entity_too_large);
    background_.begin();
    md5_worker_.update(md5_, {data.data(), data.size()}, [this] { background_.end(); });
    background_.start([this, data]() -> base::Result<> {
      crc_.update(base::bytes({data.data(), data.size()}));
      TRY_VOID(check_room(blobs_, data.size()));
      return writer_->write(data);
    });
    co_return aws::Result<>();
  }

  Task<aws::Result<TakenIn>> finish() {
    CO_TRY_VOID(aws::lift(co_await background_.join()));
    background_.start([this] { return writer_->finish(); });
    CO_TRY_VOID(aws::lift(co_await background_.join()));
    TakenIn taken;
    taken.size_bytes = size_;
    taken.md5 = text_of(md5_.finish());
    taken.crc64nvme = crc_.finish();
    taken.blob = writer_->id().text();
    co_return taken;
  }

  // Leaves nothing behind. The destructors would do the same, but on the network thread: the running write and the removal of a
  // file may take long. They are left with exceptions.
  Task<> give_up() {
    (void)co_await background_.join();
    co_await base::offload(pool_, [this] { return writer_.reset(), true; });
  }

 private:
  base::ThreadPool& pool_;
  blob::Store& blobs_;
  Md5Worker& md5_worker_;
  std::unique_ptr<blob::Writer> writer_;
  crypto::Md5Stream md5_;
  crypto::Checksum crc_{crypto::ChecksumAlgorithm::crc64nvme};
  uint64_t size_ = 0;
  base::Background background_;  // last: its destructor waits for what uses the others
};

// One buffer is stored while the other fills. The first one holds `filled` bytes of the body already.
struct Buffers {
  std::string first, second;
  size_t filled;
};

Task<aws::Result<TakenIn>> pour(aws::Body& body, BlobIntake& intake, Buffers& buffers) {
  std::string* current = &buffers.first;
  std::string* other = &buffers.second;
  CO_TRY(rest, co_await fill(body, std::span(*current).subspan(buffers.filled)));
  size_t filled = buffers.filled + rest;
  while (filled) {
    CO_TRY_VOID(co_await intake.add(std::span<const char>(current->data(), filled)));
    std::swap(current, other);
    CO_TRY(count, co_await fill(body, *current));
    filled = count;
  }
  co_return co_await intake.finish();
}

Task<aws::Result<TakenIn>> take_in_blob(State& state, aws::Body& body, std::string owner, std::string first, size_t filled) {
  auto writer = co_await base::offload(state.parts.pool, [&] { return state.parts.blobs.create(owner); });
  CO_TRY(made, aws::lift(std::move(writer)));
  Buffers buffers{std::move(first), std::string(buffer_bytes, '\0'), filled};
  buffers.first.resize(buffer_bytes);
  BlobIntake intake(state, std::move(made));  // after the buffers that its thread reads
  auto taken = co_await pour(body, intake, buffers);
  if (!taken) co_await intake.give_up();
  co_return taken;
}

}  // namespace

Task<aws::Result<TakenIn>> take_in(State& state, aws::Body& body, std::string owner, Inlining inlining) {
  if (body.length().value_or(0) > max_put_bytes)
    co_return aws::fail(ErrorCode::entity_too_large, {}, {{"ProposedSize", std::to_string(*body.length())},
                                                         {"MaxSizeAllowed", std::to_string(max_put_bytes)}});
  CO_TRY_VOID(aws::lift(check_room(state.parts.blobs, body.length().value_or(0))));
  // One byte more than fits shows that there is more.
  std::string first(std::min<uint64_t>(body.length().value_or(inline_limit_bytes), inline_limit_bytes) + 1, '\0');
  CO_TRY(filled, co_await fill(body, first));
  bool all = filled < first.size();
  if (!all || (inlining == Inlining::never && filled))
    co_return co_await take_in_blob(state, body, std::move(owner), std::move(first), filled);
  first.resize(filled);
  TakenIn taken;
  taken.size_bytes = filled;
  taken.md5 = text_of(co_await md5_with_others(first));
  crypto::Checksum crc(crypto::ChecksumAlgorithm::crc64nvme);
  crc.update(base::bytes(first));
  taken.crc64nvme = crc.finish();
  taken.data = std::move(first);
  co_return taken;
}

Task<> add(State& state, crypto::Checksum& sum, std::span<const char> bytes) {
  static constexpr size_t many = 16 << 10;
  auto work = [&] {
    sum.update(base::bytes({bytes.data(), bytes.size()}));
    return true;
  };
  if (bytes.size() < many)
    work();
  else
    co_await base::offload(state.parts.pool, work);
}

Task<> settle(State& state, const TakenIn& bytes) {
  auto id = blob::BlobId::parse(bytes.blob);
  if (!id) co_return;
  auto done = co_await base::offload(state.parts.pool, [&] { return state.parts.blobs.settle(*id); });
  if (!done) base::log::warning("cannot settle a blob; the next start will", {{"blob", bytes.blob}, {"error", done.error().what}});
}

Task<> give_up(State& state, const TakenIn& bytes) {
  auto id = blob::BlobId::parse(bytes.blob);
  if (!id) co_return;
  auto done = co_await base::offload(state.parts.pool, [&] { return state.parts.blobs.erase(*id); });
  if (!done) base::log::warning("cannot erase an unwanted blob; the next start will", {{"blob", bytes.blob}});
}

Task<> conclude(State& state, const TakenIn& bytes, const aws::Result<>& committed) {
  static constexpr int first_of_the_server = 500;
  if (bytes.blob.empty()) co_return;
  if (committed)
    co_await settle(state, bytes);
  else if (aws::row(committed.error().code).status < first_of_the_server)
    co_await give_up(state, bytes);
  else
    base::log::warning("a blob stays until the next start: its commit failed", {{"blob", bytes.blob}});
}

std::string owner_of_object(const BucketRecord& bucket, std::string_view key) {
  return partition_of(bucket.id) + '\n' + object_key(key);
}

std::string owner_of_part(const BucketRecord& bucket, std::string_view upload_id, uint32_t number, std::string_view key) {
  return partition_of(bucket.id) + '\n' + part_key(upload_id, number) + object_key(key);
}

static base::Result<bool> object_names_blob(const meta::Reader& reader, std::string_view stored_key, const std::string& blob) {
  TRY(stored, reader.get(stored_key));
  if (!stored) return false;
  TRY(object, decode_object(*stored));
  if (object.layout == Layout::blob) return object.blob == blob;
  if (object.layout != Layout::segmented) return false;
  TRY(list, reader.get(segments_key(object.id)));
  if (!list) return false;
  TRY(segments, decode_segments(*list));
  return std::ranges::any_of(segments, [&](auto& segment) { return segment.blob == blob; });
}

static base::Result<bool> part_names_blob(const meta::Reader& reader, std::string_view stored_key, const std::string& blob) {
  TRY(stored, reader.get(stored_key));
  if (!stored) return false;
  TRY(part, decode_part(*stored));
  return part.blob == blob;
}

base::Result<bool> owner_names_blob(const meta::Store& meta, const blob::Pending& pending) {
  std::string_view owner = pending.owner;
  auto line = owner.find('\n');
  if (line == owner.npos || line + 1 == owner.size()) return false;
  auto reader = meta.reader(owner.substr(0, line));
  auto key = owner.substr(line + 1);
  if (key.front() == object_prefix) return object_names_blob(*reader, key, pending.id.text());
  size_t part_size = part_key(std::string(upload_id_digits, '0'), 0).size();
  if (key.size() < part_size) return false;
  TRY(is_part, part_names_blob(*reader, key.substr(0, part_size), pending.id.text()));
  if (is_part) return true;
  return object_names_blob(*reader, key.substr(part_size), pending.id.text());
}

}  // namespace s3
