#include "aws/body.h"

#include "aws/chunked_reader.h"
#include "base/encoding.h"
#include "codec/numbers.h"
#include "crypto/digest.h"

namespace aws {

namespace {

using crypto::ChecksumAlgorithm;

constexpr ChecksumAlgorithm algorithms[] = {ChecksumAlgorithm::crc32, ChecksumAlgorithm::crc32c, ChecksumAlgorithm::crc64nvme,
                                            ChecksumAlgorithm::sha1, ChecksumAlgorithm::sha256};

std::unexpected<Error> invalid_request(std::string message) { return fail(ErrorCode::invalid_request, std::move(message)); }

bool is_value_of(ChecksumAlgorithm algorithm, std::string_view base64) {
  auto raw = base::from_base64(base64);
  return raw && raw->size() == crypto::size_bytes(algorithm);
}

Result<std::optional<ChecksumClaim>> claim_in_trailer(const http::RequestHead& head) {
  auto trailer = head.find("x-amz-trailer");
  if (!trailer) return std::nullopt;
  for (auto algorithm : algorithms)
    if (http::equal_ignoring_case(*trailer, crypto::header_name(algorithm))) return ChecksumClaim{algorithm, {}};
  return invalid_request("The value specified in the x-amz-trailer header is not supported");
}

// Of this body, in a header or declared for the trailer.
Result<std::optional<ChecksumClaim>> claimed_checksum(const Call& call) {
  if (call.operation->checksum_of_object) return std::nullopt;
  auto& head = call.exchange.head();
  TRY(in_headers, checksum_header(head));
  if (in_headers && !is_value_of(in_headers->algorithm, in_headers->value))
    return invalid_request("Value for " + std::string(crypto::header_name(in_headers->algorithm)) + " header is invalid.");
  TRY(in_trailer, claim_in_trailer(head));
  if (in_headers && in_trailer) return invalid_request("Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
  return in_headers ? in_headers : in_trailer;
}

// The algorithm that a SDK says it uses must be the one that it does use.
Result<> check_sdk_algorithm(const http::RequestHead& head, const std::optional<ChecksumClaim>& claim) {
  auto named = head.find("x-amz-sdk-checksum-algorithm");
  if (!named) return {};
  auto algorithm = crypto::parse_checksum_algorithm(*named);
  if (!algorithm) return invalid_request("Value for x-amz-sdk-checksum-algorithm header is invalid.");
  if (!claim) return invalid_request("x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.");
  if (claim->algorithm != *algorithm) return invalid_request("Value for x-amz-sdk-checksum-algorithm header is invalid.");
  return {};
}

Result<std::optional<std::string>> claimed_md5(const http::RequestHead& head) {
  auto value = head.find("Content-MD5");
  if (!value) return std::nullopt;
  auto raw = base::from_base64(*value);
  if (!raw || raw->size() != 16) return fail(ErrorCode::invalid_digest, {}, {{"Content-MD5", std::string(*value)}});
  return raw;
}

// Everything that the headers claim of a body.
struct Claims {
  std::optional<uint64_t> length;  // decoded
  std::optional<ChecksumClaim> checksum;
  std::optional<std::string> md5;  // raw
};

bool is_chunked(PayloadKind kind) { return kind != PayloadKind::unsigned_payload && kind != PayloadKind::sha256; }

// The length of the content, which every upload has to say beforehand but one in HTTP's own chunks.
Result<std::optional<uint64_t>> claimed_length(const Call& call, PayloadKind kind) {
  auto& head = call.exchange.head();
  if (auto decoded = head.find("x-amz-decoded-content-length"); decoded && is_chunked(kind)) {
    auto length = codec::parse_u64(*decoded);
    if (!length) return fail(ErrorCode::invalid_argument, "x-amz-decoded-content-length is not a number");
    return length;
  }
  bool has_length = head.find("Content-Length") || head.find("Transfer-Encoding");
  if (is_chunked(kind) || !has_length) return fail(ErrorCode::missing_content_length);
  return call.exchange.content_length();
}

Result<Claims> read_claims(const Call& call, PayloadKind kind) {
  auto& head = call.exchange.head();
  Claims claims;
  TRY(length, claimed_length(call, kind));
  claims.length = length;
  TRY(checksum, claimed_checksum(call));
  claims.checksum = checksum;
  if (!call.operation->checksum_of_object) TRY_VOID(check_sdk_algorithm(head, checksum));
  if (checksum && checksum->value.empty() && (!is_chunked(kind) || kind == PayloadKind::chunks_signed))
    return invalid_request("x-amz-trailer goes with a streaming body only.");
  TRY(md5, claimed_md5(head));
  claims.md5 = md5;
  return claims;
}

class VerifiedBody final : public Body {
 public:
  VerifiedBody(const Call& call, const Authenticated& authenticated, Claims claims, uint64_t limit_bytes)
      : exchange_(call.exchange), authenticated_(authenticated), claims_(std::move(claims)), limit_(limit_bytes) {
    if (is_chunked(authenticated.payload)) chunks_ = std::make_unique<ChunkedReader>(exchange_, authenticated);
    if (claims_.md5) md5_.emplace(crypto::DigestKind::md5);
    if (claims_.checksum) sum_.emplace(claims_.checksum->algorithm);
    bool summed_anyway = claims_.checksum && claims_.checksum->algorithm == ChecksumAlgorithm::sha256;
    if (authenticated.payload == PayloadKind::sha256 && !summed_anyway) sha256_.emplace(crypto::DigestKind::sha256);
  }

  Task<Result<size_t>> read(std::span<char> into) override {
    if (ended_) co_return size_t(0);
    CO_TRY(count, co_await read_content(into));
    if (!count) CO_TRY_VOID(verify());
    take({into.data(), count});
    CO_TRY_VOID(check_length());
    co_return count;
  }

  std::optional<uint64_t> length() const override { return claims_.length; }
  const std::optional<ChecksumClaim>& checksum() const override { return claims_.checksum; }

 private:
  Task<Result<size_t>> read_content(std::span<char> into) {
    if (chunks_) co_return co_await chunks_->read(into);
    auto count = co_await exchange_.read(into);
    if (!count) co_return std::unexpected(from_network(count.error()));
    co_return *count;
  }

  void take(std::string_view data) {
    total_ += data.size();
    if (md5_) md5_->update(base::bytes(data));
    if (sum_) sum_->update(base::bytes(data));
    if (sha256_) sha256_->update(base::bytes(data));
  }

  Result<> check_length() const {
    if (claims_.length && total_ > *claims_.length) return fail(ErrorCode::incomplete_body);
    if (total_ > limit_) return fail(ErrorCode::entity_too_large, {}, {{"MaxSizeAllowed", std::to_string(limit_)}});
    return {};
  }

  // At the end: is the content what the client said it is?
  Result<> verify() {
    ended_ = true;
    if (claims_.length && total_ != *claims_.length) return fail(ErrorCode::incomplete_body);
    if (md5_ && md5_->finish() != *claims_.md5) return fail(ErrorCode::bad_digest);
    auto sum = sum_ ? sum_->finish() : std::string();
    TRY_VOID(verify_sha256(sum));
    TRY_VOID(take_trailer());
    return verify_checksum(sum);
  }

  Result<> verify_sha256(const std::string& sum) {
    if (authenticated_.payload != PayloadKind::sha256) return {};
    auto computed = base::to_hex(base::bytes(sha256_ ? sha256_->finish() : sum));
    if (computed == authenticated_.payload_sha256) return {};
    return fail(ErrorCode::x_amz_content_sha256_mismatch, {},
                {{"ClientComputedContentSHA256", authenticated_.payload_sha256}, {"S3ComputedContentSHA256", computed}});
  }

  // A trailer brings what was declared, and nothing else.
  Result<> take_trailer() {
    if (!chunks_) return {};
    bool due = claims_.checksum && claims_.checksum->value.empty();
    for (auto& field : chunks_->trailer()) {
      if (!due || field.name != crypto::header_name(claims_.checksum->algorithm)) return fail(ErrorCode::malformed_trailer);
      if (!is_value_of(claims_.checksum->algorithm, field.value))
        return invalid_request("Value for " + field.name + " trailing header is invalid.");
      claims_.checksum->value = field.value;
      due = false;
    }
    if (due) return fail(ErrorCode::malformed_trailer);
    return {};
  }

  Result<> verify_checksum(const std::string& sum) const {
    if (!claims_.checksum || claims_.checksum->value == base::to_base64(base::bytes(sum))) return {};
    return fail(ErrorCode::bad_digest,
                "The " + std::string(crypto::name(claims_.checksum->algorithm)) + " you specified did not match the calculated checksum.");
  }

  http::Exchange& exchange_;
  const Authenticated& authenticated_;
  Claims claims_;
  uint64_t limit_, total_ = 0;
  bool ended_ = false;
  std::unique_ptr<ChunkedReader> chunks_;
  std::optional<crypto::Digest> md5_, sha256_;
  std::optional<crypto::Checksum> sum_;
};

}  // namespace

Result<std::optional<ChecksumClaim>> checksum_header(const http::RequestHead& head) {
  std::optional<ChecksumClaim> found;
  for (auto algorithm : algorithms) {
    auto value = head.find(crypto::header_name(algorithm));
    if (!value) continue;
    if (found) return invalid_request("Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
    found = ChecksumClaim{algorithm, std::string(*value)};
  }
  return found;
}

Result<std::unique_ptr<Body>> make_body(const Call& call, const Authenticated& authenticated, uint64_t limit_bytes) {
  TRY(claims, read_claims(call, authenticated.payload));
  if (claims.length.value_or(0) > limit_bytes)
    return fail(ErrorCode::entity_too_large, {},
                {{"ProposedSize", std::to_string(*claims.length)}, {"MaxSizeAllowed", std::to_string(limit_bytes)}});
  return std::make_unique<VerifiedBody>(call, authenticated, std::move(claims), limit_bytes);
}

}  // namespace aws
