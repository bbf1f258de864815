// Reads one HTTP/1.1 response after another, as the bytes come.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "request.h"

namespace s3load {

class Response {
 public:
  enum class Progress {
    more,       // the response goes on in bytes still to come
    interim,    // a 1xx ended; the final response follows, maybe in the same bytes
    complete,
    malformed,  // not HTTP; what() says more
  };

  explicit Response(bool verify) : verify_(verify) {}

  // Begins the response to `request`, which stays as it is until the response ends.
  void reset(const Request& request);

  // Takes bytes off the front of `data`. What `complete` leaves there was sent by the server unasked.
  Progress feed(std::string_view& data);

  // The next bytes of a body of known length may be dropped unseen: how many there are at most (0: look at them).
  uint64_t skippable() const;
  Progress skip(uint64_t n);

  // Nothing at all has come yet.
  bool untouched() const { return !head_done_ && head_in_.empty(); }
  // The end of the connection is the end of this response.
  bool ends_with_connection() const { return head_done_ && until_close_; }
  bool close_after() const { return close_after_; }

  int status() const { return status_; }
  bool ok() const { return status_ >= 200 && status_ < 300; }
  uint64_t body_bytes() const { return body_seen_; }
  bool differs() const { return differs_; }             // --verify found other bytes than expected
  const std::string& etag() const { return etag_; }     // only with --verify
  const std::string& error_body() const { return error_body_; }
  const std::string& what() const { return what_; }
  // http_NNN_CODE, with the code of S3's error document if there is one.
  std::string error_kind() const;

 private:
  enum class ChunkPart { size_line, data, line_end, trailer };

  Progress feed_head(std::string_view& data);
  Progress feed_body(std::string_view& data);
  Progress feed_chunks(std::string_view& data);
  bool take_head(std::string_view& data, std::string_view& head);
  Progress malformed(std::string why);
  void parse_head(std::string_view head);
  void parse_header(std::string_view name, std::string_view value);
  void end_chunk_line();
  void take_body(std::string_view data);
  bool has_no_body() const;

  const bool verify_;
  const Request* request_ = nullptr;

  std::string head_in_;  // a head that came in several pieces
  bool head_done_ = false, chunked_ = false, until_close_ = false, close_after_ = false;
  int status_ = 0;
  std::string etag_, what_;

  uint64_t body_left_ = 0, body_seen_ = 0;
  ChunkPart chunk_part_ = ChunkPart::size_line;
  bool chunks_done_ = false;
  std::string chunk_line_, error_body_;
  bool differs_ = false;
};

}  // namespace s3load
