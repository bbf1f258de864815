#pragma once
// The body of a form upload, read in two steps: its fields, then the file as a body of its own.
#include <string>
#include <vector>

#include "codec/form.h"
#include "s3/intake.h"

namespace s3 {

// **Threads** Used by one task. **Lifetime** `state` and `source` must outlive it.
class PostForm final : public aws::Body {
 public:
  // `source`: the request's body.
  PostForm(State& state, aws::Body& source, std::string_view boundary) : state_(state), source_(source), reader_(boundary) {}

  // Reads as far as the file's content. **Errors** malformed_post_request; max_post_pre_data_length_exceeded; invalid_argument where no file
  // comes, or a field comes twice; those of the source.
  Task<aws::Result<>> read_fields();

  // In the order sent, with the file's name in place of "${filename}".
  const std::vector<codec::FormField>& fields() const { return fields_; }

  // What the file has to be: [min_bytes, max_bytes] long, and of this checksum.
  void expect_size(uint64_t min_bytes, uint64_t max_bytes);
  void expect_checksum(aws::ChecksumClaim claim);

  // The file's content; the read that returns 0 comes only after the form was found to end well and the file to be as expected.
  // **Errors** also malformed_post_request, entity_too_small, entity_too_large, bad_digest.
  Task<aws::Result<size_t>> read(std::span<char> into) override;
  std::optional<uint64_t> length() const override { return std::nullopt; }
  const std::optional<aws::ChecksumClaim>& checksum() const override { return claim_; }

 private:
  Task<aws::Result<size_t>> feed_more();
  Task<aws::Result<>> count(std::span<const char> content);
  aws::Result<> verify();
  aws::Result<> take_fields();

  State& state_;
  aws::Body& source_;
  codec::FormReader reader_;
  std::vector<codec::FormField> fields_;
  std::string buffer_, content_;
  size_t given_ = 0;  // of the content
  uint64_t size_ = 0, min_bytes_ = 0, max_bytes_ = UINT64_MAX;
  std::optional<aws::ChecksumClaim> claim_;
  std::optional<crypto::Checksum> sum_;
  bool ended_ = false;
};

}  // namespace s3
