#pragma once
// Takes the aws-chunked encoding off a body and verifies the chain of its signatures.
#include <array>
#include <vector>

#include "aws/authenticate.h"
#include "aws/chunk_grammar.h"
#include "crypto/digest.h"

namespace aws {

// An error of the connection as a client sees it.
Error from_network(const base::Error& error);

// **Threads** The request's. **Lifetime** `source` and `authenticated` must outlive it.
class ChunkedReader {
 public:
  ChunkedReader(http::BodySource& source, const Authenticated& authenticated);

  // The next bytes of the content; 0 at the end, after every signature was found right and nothing followed.
  // **Errors** incomplete_body, invalid_request and malformed_trailer for what breaks the grammar, signature_does_not_match,
  // invalid_chunk_size.
  Task<Result<size_t>> read(std::span<char> into);

  // What came after the last chunk. Complete at the end.
  const std::vector<TrailerField>& trailer() const { return trailer_; }

 private:
  static constexpr size_t buffer_bytes = 8192;

  bool is_signed() const { return authenticated_.payload != PayloadKind::chunks_unsigned_trailer; }
  bool has_trailer() const { return authenticated_.payload != PayloadKind::chunks_signed; }
  Task<Result<size_t>> read_data(std::span<char> into);
  Task<Result<>> next_chunk();
  Task<Result<>> end_chunk();
  Task<Result<>> read_trailer();
  Task<Result<>> expect_end();
  Task<Result<std::string>> read_line();
  Task<Result<bool>> fill();
  Result<> verify_chunk();
  Result<> verify_trailer(const std::string& signature);
  std::string_view buffered() const { return {buffer_.data() + begin_, end_ - begin_}; }

  http::BodySource& source_;
  const Authenticated& authenticated_;
  std::string previous_signature_;
  std::array<char, buffer_bytes> buffer_;
  size_t begin_ = 0, end_ = 0;
  ChunkHead chunk_;
  uint64_t left_ = 0;  // of the chunk's data
  bool in_chunk_ = false, small_chunk_seen_ = false, done_ = false;
  std::optional<crypto::Digest> digest_;  // of the chunk's data, where it is signed
  std::vector<TrailerField> trailer_;
};

}  // namespace aws
