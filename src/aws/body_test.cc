// Bodies come decoded and verified, however they arrive, or not at all.
#include "aws/body.h"

#include <gtest/gtest.h>

#include "aws/testing/signer.h"
#include "base/encoding.h"
#include "base/testing/run_task.h"
#include "crypto/digest.h"

namespace aws {
namespace {

using http::testing::FakeExchange;
using http::testing::Script;
using testing::ChunkSigner;
using testing::Headers;

constexpr std::string_view hello = "hello", hello_md5 = "XUFAKrxLKna5cZ2REBfFkg==", hello_crc32 = "NhCmhg==", nothing_crc32 = "AAAAAA==";
const std::string seed(64, '0');

base::Task<Result<std::string>> read_all(Body& body, size_t room) {
  std::string content, buffer(room, '\0');
  for (;;) {
    CO_TRY(count, co_await body.read(buffer));
    if (!count) co_return content;
    content.append(buffer, 0, count);
  }
}

class BodyTest : public ::testing::Test {
 protected:
  // The content, or "! " and the error's name. The same however the body is split.
  std::string read(PayloadKind kind, Headers headers, const std::string& body, std::string_view payload_sha256 = {}) {
    auto whole = read_split(kind, headers, {body, {}, {}, {}}, 1 << 16, payload_sha256);
    for (size_t piece : {1, 2, 3, 7, 64, 1000})
      for (size_t room : {1, 5, 100, 10000}) {
        if (body.size() > 10000 && (piece < 64 || room < 100)) continue;
        EXPECT_EQ(read_split(kind, headers, {body, {piece, 1}, {}, {}}, room, payload_sha256), whole) << piece << " " << room;
      }
    return whole;
  }

  std::string read_split(PayloadKind kind, const Headers& headers, Script script, size_t room, std::string_view payload_sha256 = {}) {
    FakeExchange exchange("PUT", "/b/k", headers, std::move(script));
    Call call{exchange};
    call.operation = &row_;
    Authenticated authenticated;
    authenticated.payload = kind;
    authenticated.payload_sha256 = payload_sha256;
    authenticated.seed_signature = seed, authenticated.date = signer_.time, authenticated.scope = signer_.scope();
    std::ranges::copy(signer_.key(), authenticated.signing_key.begin());
    auto made = make_body(call, authenticated, limit_);
    if (!made) return "! " + std::string(row(made.error().code).name);
    auto content = base::testing::run_task(read_all(**made, room));
    if (content && (*made)->checksum()) last_checksum_ = (*made)->checksum()->value;
    return content ? *content : "! " + std::string(row(content.error().code).name);
  }

  std::string plain(std::string_view body, Headers headers = {}) {
    headers.emplace_back("Content-Length", std::to_string(body.size()));
    return read(PayloadKind::unsigned_payload, headers, std::string(body));
  }
  // `declared`: the decoded length.
  std::string chunked(PayloadKind kind, const std::string& body, size_t declared, Headers headers = {}) {
    headers.emplace_back("Content-Length", std::to_string(body.size()));
    headers.emplace_back("x-amz-decoded-content-length", std::to_string(declared));
    return read(kind, headers, body);
  }
  std::string unsigned_chunks(const std::string& body, size_t declared = 5, Headers headers = {}) {
    return chunked(PayloadKind::chunks_unsigned_trailer, body, declared, std::move(headers));
  }
  ChunkSigner signed_body() const { return {&signer_, seed}; }

  OperationRow row_{"PutObject", Method::put, Target::object, "", "", "", "", BodyKind::stream};
  testing::Signer signer_;
  uint64_t limit_ = 1 << 20;
  std::string last_checksum_;
  const Headers crc32_in_trailer_ = {{"x-amz-trailer", "x-amz-checksum-crc32"}};
};

TEST_F(BodyTest, PlainOnesComeAsTheyAre) {
  EXPECT_EQ(plain(hello), "hello");
  EXPECT_EQ(plain(""), "");
  EXPECT_EQ(read(PayloadKind::unsigned_payload, {{"Transfer-Encoding", "chunked"}}, "hello"), "hello");
}

TEST_F(BodyTest, ALengthIsDue) {
  EXPECT_EQ(read(PayloadKind::unsigned_payload, {}, ""), "! MissingContentLength");
  EXPECT_EQ(read(PayloadKind::chunks_signed, {{"Content-Length", "5"}}, "hello"), "! MissingContentLength");
  EXPECT_EQ(read(PayloadKind::chunks_signed, {{"x-amz-decoded-content-length", "x"}}, ""), "! InvalidArgument");
}

TEST_F(BodyTest, CutShort) {
  EXPECT_EQ(read(PayloadKind::unsigned_payload, {{"Content-Length", "9"}}, "hello"), "! IncompleteBody");
  base::Error late{base::Errc::timeout, "late"}, broken{base::Errc::invalid, "broken"};
  EXPECT_EQ(read_split(PayloadKind::unsigned_payload, {{"Content-Length", "9"}}, {"hello", {}, late, {}}, 10), "! RequestTimeout");
  EXPECT_EQ(read_split(PayloadKind::unsigned_payload, {{"Transfer-Encoding", "chunked"}}, {"hello", {}, broken, {}}, 10), "! IncompleteBody");
}

TEST_F(BodyTest, PastTheLimit) {
  limit_ = 4;
  EXPECT_EQ(plain(hello), "! EntityTooLarge");
  EXPECT_EQ(read(PayloadKind::unsigned_payload, {{"Transfer-Encoding", "chunked"}}, "hello"), "! EntityTooLarge");
  EXPECT_EQ(unsigned_chunks("5\r\nhello\r\n0\r\n\r\n"), "! EntityTooLarge");
  limit_ = 5;
  EXPECT_EQ(plain(hello), "hello");
}

TEST_F(BodyTest, Md5) {
  EXPECT_EQ(plain(hello, {{"Content-MD5", std::string(hello_md5)}}), "hello");
  EXPECT_EQ(plain("hellp", {{"Content-MD5", std::string(hello_md5)}}), "! BadDigest");
  for (auto bad : {"", "x", "AAAA", "XUFAKrxLKna5cZ2REBfFkg"}) EXPECT_EQ(plain(hello, {{"Content-MD5", bad}}), "! InvalidDigest") << bad;
}

TEST_F(BodyTest, Sha256) {
  Headers headers = {{"Content-Length", "5"}};
  auto digest = crypto::sha256_hex(hello);
  EXPECT_EQ(read(PayloadKind::sha256, headers, "hello", digest), "hello");
  EXPECT_EQ(read(PayloadKind::sha256, headers, "hellp", digest), "! XAmzContentSHA256Mismatch");
  // Computed once where the checksum is the same digest.
  headers.emplace_back("x-amz-checksum-sha256", base::to_base64(base::bytes(crypto::sha256(hello))));
  EXPECT_EQ(read(PayloadKind::sha256, headers, "hello", digest), "hello");
  EXPECT_EQ(read(PayloadKind::sha256, headers, "hellp", digest), "! XAmzContentSHA256Mismatch");
}

TEST_F(BodyTest, Checksums) {
  for (auto algorithm : {crypto::ChecksumAlgorithm::crc32, crypto::ChecksumAlgorithm::crc32c, crypto::ChecksumAlgorithm::crc64nvme,
                         crypto::ChecksumAlgorithm::sha1, crypto::ChecksumAlgorithm::sha256}) {
    crypto::Checksum sum(algorithm);
    sum.update(base::bytes(hello));
    Headers headers = {{std::string(crypto::header_name(algorithm)), base::to_base64(base::bytes(sum.finish()))}};
    EXPECT_EQ(plain(hello, headers), "hello") << crypto::name(algorithm);
    EXPECT_EQ(last_checksum_, headers.front().second);
    EXPECT_EQ(plain("hellp", headers), "! BadDigest") << crypto::name(algorithm);
    headers.front().second = "AAAA";
    EXPECT_EQ(plain(hello, headers), "! InvalidRequest") << crypto::name(algorithm);
  }
}

TEST_F(BodyTest, OneChecksumAtATime) {
  std::string crc32(hello_crc32), sha1("qvTGHdzF6KLavt4PO0gs2a6pQ00=");
  EXPECT_EQ(plain(hello, {{"x-amz-checksum-crc32", crc32}, {"x-amz-checksum-sha1", sha1}}), "! InvalidRequest");
  EXPECT_EQ(unsigned_chunks("0\r\n\r\n", 0, {{"x-amz-checksum-crc32", crc32}, {"x-amz-trailer", "x-amz-checksum-sha1"}}), "! InvalidRequest");
  EXPECT_EQ(plain(hello, {{"x-amz-checksum-crc32", crc32}, {"x-amz-sdk-checksum-algorithm", "CRC32"}}), "hello");
  EXPECT_EQ(plain(hello, {{"x-amz-checksum-crc32", crc32}, {"x-amz-sdk-checksum-algorithm", "SHA1"}}), "! InvalidRequest");
  EXPECT_EQ(plain(hello, {{"x-amz-sdk-checksum-algorithm", "CRC32"}}), "! InvalidRequest");
  EXPECT_EQ(plain(hello, {{"x-amz-checksum-crc32", crc32}, {"x-amz-sdk-checksum-algorithm", "MD5"}}), "! InvalidRequest");
}

TEST_F(BodyTest, AChecksumOfTheObjectIsNotTheBodys) {
  row_.checksum_of_object = true;
  EXPECT_EQ(plain(hello, {{"x-amz-checksum-crc32", std::string(nothing_crc32)}}), "hello");
}

TEST_F(BodyTest, ATrailerNeedsAPlaceToBe) {
  EXPECT_EQ(plain(hello, crc32_in_trailer_), "! InvalidRequest");
  EXPECT_EQ(chunked(PayloadKind::chunks_signed, "", 0, crc32_in_trailer_), "! InvalidRequest");
  EXPECT_EQ(unsigned_chunks("0\r\n\r\n", 0, {{"x-amz-trailer", "x-amz-meta-a"}}), "! InvalidRequest");
}

TEST_F(BodyTest, UnsignedChunks) {
  EXPECT_EQ(unsigned_chunks("5\r\nhello\r\n0\r\n\r\n"), "hello");
  EXPECT_EQ(unsigned_chunks("2\r\nhe\r\n03\r\nllo\r\n0\r\n\r\n"), "hello");
  EXPECT_EQ(unsigned_chunks("5\nhello\n0\n\n"), "hello");
  EXPECT_EQ(unsigned_chunks("0\r\n\r\n", 0), "");
  EXPECT_EQ(unsigned_chunks(ChunkSigner(nullptr, "").add(std::string(30000, 'x')).add("").str(), 30000), std::string(30000, 'x'));
}

TEST_F(BodyTest, ChunksThatAreNone) {
  for (auto bad : {"x\r\nhello\r\n0\r\n\r\n", "5;x=y\r\nhello\r\n0\r\n\r\n", "5\r\nhelloo\r\n0\r\n\r\n", "5\r\nhello0\r\n\r\n", "5\r\nhello\r\n0\r\n\r\nmore",
                   "5\r\nhello\r\n\r\n0\r\n\r\n", "\r\n", "ffffffffffffffff\r\n"})
    EXPECT_EQ(unsigned_chunks(bad), "! InvalidRequest") << bad;
  for (auto cut : {"", "5", "5\r\n", "5\r\nhel", "5\r\nhello", "5\r\nhello\r\n", "5\r\nhello\r\n0\r\n", "5\r\nhello\r\n0\r\n\r"})
    EXPECT_EQ(unsigned_chunks(cut), "! IncompleteBody") << cut;
  EXPECT_EQ(unsigned_chunks(std::string(9000, '0')), "! InvalidRequest");  // an endless line
}

TEST_F(BodyTest, ChunksOfAnotherLengthThanDeclared) {
  EXPECT_EQ(unsigned_chunks("5\r\nhello\r\n0\r\n\r\n", 4), "! IncompleteBody");
  EXPECT_EQ(unsigned_chunks("5\r\nhello\r\n0\r\n\r\n", 6), "! IncompleteBody");
}

TEST_F(BodyTest, UnsignedTrailer) {
  auto body = [](std::string_view trailer) { return "5\r\nhello\r\n0\r\n" + std::string(trailer) + "\r\n"; };
  EXPECT_EQ(unsigned_chunks(body("x-amz-checksum-crc32:NhCmhg==\r\n"), 5, crc32_in_trailer_), "hello");
  EXPECT_EQ(last_checksum_, hello_crc32);
  EXPECT_EQ(unsigned_chunks(body("X-Amz-Checksum-Crc32: NhCmhg==\n"), 5, crc32_in_trailer_), "hello");
  EXPECT_EQ(unsigned_chunks(body("x-amz-checksum-crc32:AAAAAA==\r\n"), 5, crc32_in_trailer_), "! BadDigest");
  EXPECT_EQ(unsigned_chunks(body("x-amz-checksum-crc32:AAAA\r\n"), 5, crc32_in_trailer_), "! InvalidRequest");
  for (auto bad : {"", "x-amz-checksum-sha1:NhCmhg==\r\n", "nonsense\r\n", "x-amz-checksum-crc32:NhCmhg==\r\nx-amz-meta-a:1\r\n",
                   "x-amz-checksum-crc32:NhCmhg==\r\nx-amz-checksum-crc32:NhCmhg==\r\n"})
    EXPECT_EQ(unsigned_chunks(body(bad), 5, crc32_in_trailer_), "! MalformedTrailerError") << bad;
  EXPECT_EQ(unsigned_chunks(body("x-amz-checksum-crc32:NhCmhg==\r\n")), "! MalformedTrailerError");  // not declared
  std::string many;
  for (int i = 0; i < 17; i++) many += "a:b\r\n";
  EXPECT_EQ(unsigned_chunks(body(many), 5, crc32_in_trailer_), "! MalformedTrailerError");
}

TEST_F(BodyTest, SignedChunks) {
  EXPECT_EQ(chunked(PayloadKind::chunks_signed, signed_body().add(hello).add("").str(), 5), "hello");
  EXPECT_EQ(chunked(PayloadKind::chunks_signed, signed_body().add("").str(), 0), "");
  auto large = std::string(8192, 'a'), larger = std::string(20000, 'b');
  EXPECT_EQ(chunked(PayloadKind::chunks_signed, signed_body().add(large).add(larger).add(hello).add("").str(), 28197), large + larger + "hello");
}

TEST_F(BodyTest, SmallSignedChunksAreTheLast) {
  EXPECT_EQ(chunked(PayloadKind::chunks_signed, signed_body().add(hello).add(hello).add("").str(), 10), "! InvalidChunkSizeError");
  EXPECT_EQ(chunked(PayloadKind::chunks_signed, signed_body().add(std::string(8191, 'x')).add(std::string(8192, 'x')).add("").str(), 16383), "! InvalidChunkSizeError");
}

TEST_F(BodyTest, EveryByteOfSignedChunksIsCovered) {
  auto good = signed_body().add(hello).add("").str();
  for (size_t i = 0; i < good.size(); i++) {
    auto bad = good;
    bad[i] ^= 1;
    Headers headers = {{"Content-Length", std::to_string(bad.size())}, {"x-amz-decoded-content-length", "5"}};
    EXPECT_EQ(read_split(PayloadKind::chunks_signed, headers, {bad, {}, {}, {}}, 100).substr(0, 2), "! ") << i;
  }
}

TEST_F(BodyTest, TheOrderOfSignedChunksIsCovered) {
  auto a = std::string(8192, 'a'), b = std::string(8192, 'b');
  auto body = signed_body().add(a).add(b).add("").str();
  size_t chunk = body.find("2000;", 1);
  auto swapped = body.substr(chunk, chunk) + body.substr(0, chunk) + body.substr(2 * chunk);
  ASSERT_EQ(swapped.size(), body.size());
  EXPECT_EQ(chunked(PayloadKind::chunks_signed, body, 16384), a + b);
  EXPECT_EQ(chunked(PayloadKind::chunks_signed, swapped, 16384), "! SignatureDoesNotMatch");
  EXPECT_EQ(chunked(PayloadKind::chunks_signed, body.substr(0, chunk) + body.substr(2 * chunk), 8192), "! SignatureDoesNotMatch");
}

TEST_F(BodyTest, SignedTrailer) {
  auto body = [&](std::string_view value) { return signed_body().add(hello).add("").add_trailer("x-amz-checksum-crc32", value).str(); };
  EXPECT_EQ(chunked(PayloadKind::chunks_signed_trailer, body(hello_crc32), 5, crc32_in_trailer_), "hello");
  EXPECT_EQ(chunked(PayloadKind::chunks_signed_trailer, body(nothing_crc32), 5, crc32_in_trailer_), "! BadDigest");
  auto changed = body(hello_crc32);
  changed.replace(changed.find(hello_crc32), 1, "O");
  EXPECT_EQ(chunked(PayloadKind::chunks_signed_trailer, changed, 5, crc32_in_trailer_), "! SignatureDoesNotMatch");
  auto unsigned_trailer = body(hello_crc32);
  unsigned_trailer.resize(unsigned_trailer.find("x-amz-trailer-signature"));
  EXPECT_EQ(chunked(PayloadKind::chunks_signed_trailer, unsigned_trailer + "\r\n", 5, crc32_in_trailer_), "! SignatureDoesNotMatch");
  EXPECT_EQ(chunked(PayloadKind::chunks_signed, body(hello_crc32), 5), "! MalformedTrailerError");  // none was announced
}

TEST_F(BodyTest, ChecksumHeader) {
  auto found = [](Headers headers) { return checksum_header(FakeExchange("PUT", "/", headers).head()); };
  EXPECT_FALSE(found({})->has_value());
  EXPECT_EQ(found({{"X-Amz-Checksum-SHA1", "v"}})->value().value, "v");
  EXPECT_EQ(found({{"x-amz-checksum-sha1", "v"}, {"x-amz-checksum-crc32", "v"}}).error().code, ErrorCode::invalid_request);
}

}  // namespace
}  // namespace aws
