#pragma once
// A request on its way through a service: what was asked, by whom, and what comes back.
#include <memory>
#include <optional>
#include <string>

#include "aws/errors.h"
#include "aws/operation.h"
#include "base/clock.h"
#include "base/task.h"
#include "codec/query.h"
#include "crypto/checksum.h"
#include "http/exchange.h"

namespace aws {

using base::Task;

// Who asks. An anonymous caller has no account.
struct Caller {
  std::string account_id;    // 12 digits; empty: anonymous
  std::string canonical_id;  // 64 hexadecimal digits; empty: anonymous
  std::string display_name;
  std::string access_key_id;
  bool anonymous() const { return canonical_id.empty(); }
};

// What a client says about the checksum of its body: in a header, in x-amz-trailer, or not at all.
struct ChecksumClaim {
  crypto::ChecksumAlgorithm algorithm;
  std::string value;  // base64; empty while a trailer is still to bring it
};

// A request's body, decoded (aws-chunked or plain) and verified: the read that returns 0 comes only after the length, the
// signature, the SHA-256, the Content-MD5 and the checksum that the client gave were found to be right.
class Body {
 public:
  virtual ~Body() = default;
  virtual Task<Result<size_t>> read(std::span<char> into) = 0;
  // The decoded length, where the client said it.
  virtual std::optional<uint64_t> length() const = 0;
  // The client's claim; after the end of the body one that was found right.
  virtual const std::optional<ChecksumClaim>& checksum() const = 0;
};

// Bytes of a response that are made while they are sent.
class Content {
 public:
  virtual ~Content() = default;
  // The next bytes, valid until the next call; empty at the end. An error cuts the connection off.
  virtual Task<base::Result<std::span<const char>>> next() = 0;
};

struct Response {
  int status = 200;
  http::HeaderList headers;
  std::string body;                         // or
  std::string_view shared_body;             // bytes that `shared_owner` keeps alive, or
  std::shared_ptr<const void> shared_owner;
  std::unique_ptr<Content> content;         // `content_length` bytes
  uint64_t content_length = 0;
};

// An answer that takes long to work out is begun before it is known, as AWS does it: status 200, and white space now and then, so that the
// client's read timeout does not end the wait. If it becomes an error, that is its document, and the status stays.
class LongAnswer {
 public:
  virtual ~LongAnswer() = default;
  // Call often while at work; sends something if the client has heard nothing for long. **Requires** the answer is an XML document, and
  // all was checked that a client expects to see in a status.
  virtual Task<> keep_waiting() = 0;
};

// **Lifetime** One request. **Threads** The request's.
struct Call {
  http::Exchange& exchange;
  base::Time now;
  std::string request_id;     // 16 characters, unique
  std::string_view host_id;   // names this process; x-amz-id-2

  // After routing.
  const OperationRow* operation = nullptr;
  std::string path;      // decoded
  codec::Query query;
  std::string host;      // as sent, with the port
  std::string bucket;    // empty: the service itself
  std::string key;       // empty: the bucket itself
  bool virtual_host = false;

  // After authentication: who asks; null: nobody that is known.
  std::shared_ptr<const Caller> identity;
  const Caller& caller() const {
    static const Caller nobody;
    return identity ? *identity : nobody;
  }

  // After the body was set up: exactly one of both for a row of that kind.
  std::string document;
  std::unique_ptr<Body> body;

  LongAnswer* long_answer = nullptr;  // may be absent
  std::shared_ptr<const base::Error> cause;  // what failed, where the answer is no error but tells of one

  // A header's value; empty where it is absent.
  std::string_view header(std::string_view name) const { return exchange.head().find(name).value_or(std::string_view()); }
  bool has_header(std::string_view name) const { return exchange.head().find(name).has_value(); }
};

}  // namespace aws
