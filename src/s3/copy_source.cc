#include "s3/copy_source.h"

#include <cstring>

#include "codec/percent.h"
#include "s3/access.h"
#include "s3/conditions.h"
#include "s3/names.h"
#include "s3/object_content.h"
#include "s3/object_headers.h"

namespace s3 {

using aws::Call;
using aws::ErrorCode;

namespace {

constexpr std::string_view source_header = "x-amz-copy-source", version_mark = "?versionId=",
                           owner_header = "x-amz-source-expected-bucket-owner";

std::unexpected<aws::Error> bad_source(std::string message, std::string_view header) {
  return aws::fail(ErrorCode::invalid_argument, std::move(message),
                   {{"ArgumentName", std::string(source_header)}, {"ArgumentValue", std::string(header)}});
}

// An object's bytes as the body of the request that stores them again.
class SourceBody final : public aws::Body {
 public:
  // Of `inlined`, or of `content` where there is one. `algorithm`: of a checksum to be made on the way.
  SourceBody(State& state, const Call& call, std::string inlined, std::unique_ptr<aws::Content> content, uint64_t length,
             std::optional<crypto::ChecksumAlgorithm> algorithm)
      : state_(state), call_(call), inlined_(std::move(inlined)), content_(std::move(content)), length_(length), algorithm_(algorithm), left_(inlined_) {
    if (algorithm) sum_.emplace(*algorithm);
  }

  Task<aws::Result<size_t>> read(std::span<char> into) override {
    if (piece_.empty()) CO_TRY_VOID(co_await next_piece());
    size_t count = std::min(piece_.size(), into.size());
    if (count) std::memcpy(into.data(), piece_.data(), count);
    piece_ = piece_.subspan(count);
    co_return count;
  }
  std::optional<uint64_t> length() const override { return length_; }
  const std::optional<aws::ChecksumClaim>& checksum() const override { return no_claim_; }

  // After the end.
  StoredChecksum sum() { return {*algorithm_, ChecksumType::full_object, sum_->finish(), 0}; }

 private:
  Task<aws::Result<>> next_piece() {
    if (call_.long_answer) co_await call_.long_answer->keep_waiting();
    if (content_) {
      auto next = co_await content_->next();
      // A blob that is gone belonged to an object that was replaced: there is another to be read.
      if (!next && next.error().kind == base::Errc::not_found) co_return aws::fail(ErrorCode::operation_aborted);
      if (!next) co_return std::unexpected(aws::from(next.error()));
      piece_ = *next;
    } else {
      piece_ = std::exchange(left_, {});
    }
    if (sum_ && !piece_.empty()) co_await add(state_, *sum_, piece_);
    co_return aws::Result<>();
  }

  State& state_;
  const Call& call_;
  std::string inlined_;
  std::unique_ptr<aws::Content> content_;
  uint64_t length_;
  std::optional<crypto::ChecksumAlgorithm> algorithm_;
  std::optional<crypto::Checksum> sum_;
  std::span<const char> left_, piece_;
  std::optional<aws::ChecksumClaim> no_claim_;
};

Task<aws::Result<std::unique_ptr<SourceBody>>> open_source(State& state, const Call& call, const BucketRecord& bucket,
                                                           const ObjectRecord& object, ByteRange range,
                                                           std::optional<crypto::ChecksumAlgorithm> algorithm) {
  if (object.layout == Layout::inlined) {
    CO_TRY(data, co_await read_inlined(state, bucket, object));
    co_return std::make_unique<SourceBody>(state, call, data.substr(range.offset, range.length), nullptr, range.length, algorithm);
  }
  CO_TRY(segments, co_await read_segments(state, bucket, object));
  CO_TRY(content, co_await open_content(state, bucket, object, std::move(segments), range));
  co_return std::make_unique<SourceBody>(state, call, std::string(), std::move(content), range.length, algorithm);
}

// The source's own checksum, where it is that of the portion.
const StoredChecksum* kept_checksum(const ObjectRecord& source, const Portion& portion) {
  bool whole = portion.range.length == source.size_bytes;
  bool same = source.checksum && source.checksum->algorithm == portion.checksum && source.checksum->type == ChecksumType::full_object;
  return whole && same ? &*source.checksum : nullptr;
}

// One attempt. **Errors** operation_aborted: what the record names is gone.
Task<aws::Result<Copied>> copy_bytes(State& state, const Call& call, const BucketRecord& bucket, const ObjectRecord& source, const Portion& portion,
                                     const std::string& owner, Inlining inlining) {
  auto* kept = kept_checksum(source, portion);
  bool taken_anyway = portion.checksum == crypto::ChecksumAlgorithm::crc64nvme;
  bool compute = !kept && !taken_anyway;
  CO_TRY(body, co_await open_source(state, call, bucket, source, portion.range, compute ? std::optional(portion.checksum) : std::nullopt));
  CO_TRY(bytes, co_await take_in(state, *body, owner, inlining));
  StoredChecksum checksum{portion.checksum, ChecksumType::full_object, bytes.crc64nvme, 0};
  if (kept) checksum = *kept;
  if (compute) checksum = body->sum();
  co_return Copied{source, std::move(bytes), std::move(checksum)};
}

Task<aws::Result<ObjectRecord>> read_source(State& state, const Call& call, const BucketRecord& bucket, const CopySource& source) {
  CO_TRY(record, co_await read_object_record(state, call, bucket, source.key));
  CO_TRY_VOID(may_on_object(bucket, record, call.caller(), Action::read));
  CO_TRY_VOID(check_read_conditions(call, record, ConditionsOn::copy_source));
  co_return std::move(record);
}

}  // namespace

aws::Result<CopySource> parse_copy_source(std::string_view header) {
  auto mark = header.rfind(version_mark);
  if (mark != header.npos && header.substr(mark + version_mark.size()) != "null")
    return bad_source("Invalid version id specified", header);
  auto decoded = codec::percent_decode(header.substr(0, mark));
  if (!decoded) return bad_source("Invalid copy source encoding.", header);
  std::string_view path = *decoded;
  if (path.starts_with('/')) path.remove_prefix(1);
  auto slash = path.find('/');
  if (slash == path.npos || slash == 0 || slash + 1 == path.size())
    return bad_source("Copy Source must mention the source bucket and key: sourcebucket/sourcekey", header);
  CopySource source{std::string(path.substr(0, slash)), std::string(path.substr(slash + 1))};
  TRY_VOID(check_key(source.key));
  return source;
}

Task<aws::Result<Copied>> take_in_copy(State& state, const Call& call, const CopySource& source, std::string owner,
                                       Inlining inlining, const Choose& choose) {
  static constexpr int attempts = 5;
  auto bucket = state.buckets.find(source.bucket);
  if (!bucket) co_return aws::fail(ErrorCode::no_such_bucket, {}, {{"BucketName", source.bucket}});
  if (auto expected = call.exchange.head().find(owner_header))
    CO_TRY_VOID(check_expected_owner(state, owner_header, *expected, *bucket));
  for (int attempt = 1;; attempt++) {
    CO_TRY(record, co_await read_source(state, call, *bucket, source));
    CO_TRY(portion, choose(record));
    auto copied = co_await copy_bytes(state, call, *bucket, record, portion, owner, inlining);
    if (copied || copied.error().code != ErrorCode::operation_aborted) co_return copied;
    if (attempt == attempts) co_return aws::fail(ErrorCode::internal_error);
  }
}

}  // namespace s3
