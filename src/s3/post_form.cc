#include "s3/post_form.h"

#include <cstring>
#include <set>

#include "http/head.h"

namespace s3 {

using aws::ErrorCode;

namespace {

constexpr size_t piece_bytes = 64 << 10;

std::unexpected<aws::Error> refused(const base::Error& error) {
  if (error.kind == base::Errc::too_large)
    return aws::fail(ErrorCode::max_post_pre_data_length_exceeded, {}, {{"MaxPostPreDataLengthBytes", std::to_string(codec::FormReader::limit_bytes)}});
  return aws::fail(ErrorCode::malformed_post_request);
}

// Any field may stand for the file by its name.
std::string with_filename(std::string_view value, std::string_view filename) {
  static constexpr std::string_view variable = "${filename}";
  std::string out;
  for (;;) {
    auto found = value.find(variable);
    out += value.substr(0, found);
    if (found == value.npos) return out;
    out += filename;
    value.remove_prefix(found + variable.size());
  }
}

}  // namespace

Task<aws::Result<>> PostForm::read_fields() {
  buffer_.resize(piece_bytes);
  while (!reader_.has_file() && !reader_.at_end()) {
    CO_TRY(count, co_await feed_more());
    if (!count) co_return aws::fail(ErrorCode::malformed_post_request);
  }
  if (!reader_.has_file())
    co_return aws::fail(ErrorCode::invalid_argument, "POST requires exactly one file upload per request.", {{"ArgumentName", "file"}, {"ArgumentValue", "0"}});
  co_return take_fields();
}

// A policy speaks of a field by its name, so that two of a name could pass where one is checked and the other used.
aws::Result<> PostForm::take_fields() {
  std::set<std::string> names;
  for (auto& [name, value] : reader_.fields()) {
    auto plain = http::to_lower(name);
    if (!plain.starts_with("x-ignore-") && !names.insert(plain).second)
      return aws::fail(ErrorCode::invalid_argument, "POST requires each field once.", {{"ArgumentName", name}, {"ArgumentValue", value}});
    fields_.push_back({name, with_filename(value, reader_.filename())});
  }
  return {};
}

// Reads a piece of the form; 0 at its end.
Task<aws::Result<size_t>> PostForm::feed_more() {
  CO_TRY(count, co_await source_.read(buffer_));
  auto fed = reader_.feed({buffer_.data(), count}, content_);
  if (!fed) co_return refused(fed.error());
  co_return count;
}

void PostForm::expect_size(uint64_t min_bytes, uint64_t max_bytes) {
  min_bytes_ = min_bytes;
  max_bytes_ = max_bytes;
}

void PostForm::expect_checksum(aws::ChecksumClaim claim) {
  sum_.emplace(claim.algorithm);
  claim_ = std::move(claim);
}

Task<aws::Result<>> PostForm::count(std::span<const char> content) {
  size_ += content.size();
  if (size_ > max_bytes_)
    co_return aws::fail(ErrorCode::entity_too_large, {}, {{"ProposedSize", std::to_string(size_)}, {"MaxSizeAllowed", std::to_string(max_bytes_)}});
  if (sum_) co_await add(state_, *sum_, content);
  co_return aws::Result<>();
}

aws::Result<> PostForm::verify() {
  ended_ = true;
  if (auto whole = reader_.finish(); !whole) return refused(whole.error());
  if (size_ < min_bytes_)
    return aws::fail(ErrorCode::entity_too_small, {}, {{"ProposedSize", std::to_string(size_)}, {"MinSizeAllowed", std::to_string(min_bytes_)}});
  if (!sum_ || claim_->value == base::to_base64(base::bytes(sum_->finish()))) return {};
  return aws::fail(ErrorCode::bad_digest, "The " + std::string(crypto::name(claim_->algorithm)) + " you specified did not match the calculated checksum.");
}

Task<aws::Result<size_t>> PostForm::read(std::span<char> into) {
  while (given_ == content_.size() && !ended_) {
    content_.clear();
    given_ = 0;
    CO_TRY(more, co_await feed_more());
    if (!more) CO_TRY_VOID(verify());
  }
  size_t given = std::min(into.size(), content_.size() - given_);
  std::memcpy(into.data(), content_.data() + given_, given);
  given_ += given;
  CO_TRY_VOID(co_await count(into.first(given)));
  co_return given;
}

}  // namespace s3
