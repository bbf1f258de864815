#pragma once
// HTTP/1.1 as bytes: from the wire into a RequestHead and a body. Beast knows the grammar; nothing of it shows here.
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/result.h"
#include "http/head.h"

namespace http {

// Reads one request. Feed it what the connection holds; it takes what belongs to the request and no more.
class RequestParser {
 public:
  // `header_limit_bytes`: of a whole head, from the method to the empty line.
  explicit RequestParser(size_t header_limit_bytes);
  ~RequestParser();
  RequestParser(RequestParser&&) noexcept;
  RequestParser& operator=(RequestParser&&) noexcept;

  // Forgets the request, for the next one on the connection.
  void reset();

  // Takes bytes of the head; returns how many it took. All of the head may have to be given again, longer, until
  // `head_done`. **Errors** invalid (not HTTP), too_large (head over the limit).
  base::Result<size_t> feed_head(std::string_view bytes);
  bool head_done() const;
  const RequestHead& head() const;
  void add_field(std::string_view name, std::string_view value);

  // The body's length where Content-Length says it; nothing for a chunked one. 0 where there is no body.
  std::optional<uint64_t> content_length() const;
  bool keep_alive() const;

  // Takes bytes of a chunked body and writes what they hold to `into`, as much as fits.
  struct Decoded {
    size_t taken = 0;     // bytes of input used up
    size_t produced = 0;  // bytes written to `into`
  };
  base::Result<Decoded> feed_chunked(std::string_view bytes, std::span<char> into);
  // Whether the chunked body ended.
  bool chunked_done() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace http
