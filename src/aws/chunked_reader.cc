#include "aws/chunked_reader.h"

#include <cstring>

#include "base/encoding.h"
#include "crypto/hmac.h"
#include "crypto/sigv4.h"

namespace aws {

static constexpr uint64_t min_chunk_bytes = 8192;  // of a signed chunk, but for the last with data
static constexpr size_t max_trailer_fields = 16;

static std::unexpected<Error> malformed() { return fail(ErrorCode::invalid_request, "The aws-chunked encoding of the request body is malformed."); }

Error from_network(const base::Error& error) {
  if (error.kind == base::Errc::invalid) return {ErrorCode::incomplete_body, "The request body is not what its headers say: " + error.what, {}};
  return from(error);
}

ChunkedReader::ChunkedReader(http::BodySource& source, const Authenticated& authenticated)
    : source_(source), authenticated_(authenticated), previous_signature_(authenticated.seed_signature) {}

Task<Result<size_t>> ChunkedReader::read(std::span<char> into) {
  while (!done_) {
    if (left_) co_return co_await read_data(into);
    CO_TRY_VOID(co_await next_chunk());
  }
  co_return size_t(0);
}

// Straight from the connection to where the bytes are wanted, once the buffer is used up.
Task<Result<size_t>> ChunkedReader::read_data(std::span<char> into) {
  into = into.first(std::min<uint64_t>(into.size(), left_));
  size_t count = std::min(into.size(), buffered().size());
  if (count) {
    std::memcpy(into.data(), buffered().data(), count);
    begin_ += count;
  } else {
    auto read = co_await source_.read(into);
    if (!read) co_return std::unexpected(from_network(read.error()));
    if (!*read) co_return fail(ErrorCode::incomplete_body);
    count = *read;
  }
  left_ -= count;
  if (digest_) digest_->update(base::bytes({into.data(), count}));
  co_return count;
}

// Ends the chunk at hand, if any, and reads what stands before the next; after the last one, also what follows it.
Task<Result<>> ChunkedReader::next_chunk() {
  if (in_chunk_) CO_TRY_VOID(co_await end_chunk());
  CO_TRY(line, co_await read_line());
  auto head = ChunkHead::parse(line, is_signed());
  if (!head) co_return malformed();
  chunk_ = std::move(*head);
  left_ = chunk_.size_bytes;
  if (is_signed()) digest_.emplace(crypto::DigestKind::sha256);
  if (left_) {
    if (is_signed() && std::exchange(small_chunk_seen_, left_ < min_chunk_bytes)) co_return fail(ErrorCode::invalid_chunk_size);
    in_chunk_ = true;
    co_return Result<>();
  }
  CO_TRY_VOID(verify_chunk());
  CO_TRY_VOID(co_await read_trailer());
  co_return co_await expect_end();
}

Task<Result<>> ChunkedReader::end_chunk() {
  in_chunk_ = false;
  CO_TRY(line, co_await read_line());
  if (!line.empty()) co_return malformed();
  co_return verify_chunk();
}

Result<> ChunkedReader::verify_chunk() {
  if (!is_signed()) return {};
  auto text = crypto::chunk_string_to_sign(authenticated_.date, authenticated_.scope, previous_signature_,
                                           base::to_hex(base::bytes(digest_->finish())));
  auto expected = crypto::signature(base::text(authenticated_.signing_key), text);
  if (!crypto::equal_constant_time(expected, chunk_.signature))
    return fail(ErrorCode::signature_does_not_match, {}, {{"StringToSign", text}, {"SignatureProvided", chunk_.signature}});
  previous_signature_ = std::move(expected);
  digest_.reset();
  return {};
}

Task<Result<>> ChunkedReader::read_trailer() {
  std::string signature;
  for (;;) {
    CO_TRY(line, co_await read_line());
    if (line.empty()) break;
    auto field = TrailerField::parse(line);
    if (!field || !has_trailer() || trailer_.size() == max_trailer_fields) co_return fail(ErrorCode::malformed_trailer);
    if (field->name == trailer_signature_name)
      signature = std::move(field->value);
    else
      trailer_.push_back(std::move(*field));
  }
  co_return verify_trailer(signature);
}

Result<> ChunkedReader::verify_trailer(const std::string& signature) {
  if (!is_signed() || !has_trailer()) return {};
  std::string text;
  for (auto& field : trailer_) text += field.name + ":" + field.value + "\n";
  auto to_sign = crypto::trailer_string_to_sign(authenticated_.date, authenticated_.scope, previous_signature_, crypto::sha256_hex(text));
  if (crypto::equal_constant_time(crypto::signature(base::text(authenticated_.signing_key), to_sign), signature)) return {};
  return fail(ErrorCode::signature_does_not_match, {}, {{"StringToSign", to_sign}, {"SignatureProvided", signature}});
}

Task<Result<>> ChunkedReader::expect_end() {
  CO_TRY(more, co_await fill());
  if (more || !buffered().empty()) co_return malformed();
  done_ = true;
  co_return Result<>();
}

// Up to the next line end, which is taken too.
Task<Result<std::string>> ChunkedReader::read_line() {
  for (;;) {
    auto text = buffered();
    auto end = text.find('\n');
    if (end != text.npos) {
      begin_ += end + 1;
      auto line = text.substr(0, end);
      if (line.ends_with('\r')) line.remove_suffix(1);
      co_return std::string(line);
    }
    if (text.size() == buffer_bytes) co_return malformed();
    CO_TRY(more, co_await fill());
    if (!more) co_return fail(ErrorCode::incomplete_body);
  }
}

// False: the body has ended.
Task<Result<bool>> ChunkedReader::fill() {
  std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
  end_ -= std::exchange(begin_, 0);
  if (end_ == buffer_bytes) co_return malformed();
  auto count = co_await source_.read(std::span(buffer_).subspan(end_));
  if (!count) co_return std::unexpected(from_network(count.error()));
  end_ += *count;
  co_return *count > 0;
}

}  // namespace aws
