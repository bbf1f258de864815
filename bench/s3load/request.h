// A request as it goes over the wire, and the one who writes it.
#pragma once
#include <sys/uio.h>

#include <cstdint>
#include <string>
#include <vector>

#include "bodies.h"
#include "options.h"
#include "signer.h"

namespace s3load {

// The first part is what is asked for (see Chooser); the second, how it is sent (see RequestBuilder).
struct Request {
  Op op = Op::get;
  std::string key;
  const Body* body = nullptr;  // what a PUT sends and a GET should find
  uint64_t number = 0;
  bool repeated = false;  // one of the numbered keys, which come again and again

  size_t range_start = 0, expect_size = 0;
  std::string head, framing;  // own bytes; bodies are not copied
  std::vector<iovec> out;
  size_t out_at = 0;       // index of the first iovec not fully sent
  size_t hold_at = 0;      // with Expect: 100-continue, the first iovec to hold back (0: none)
  bool continued = false;  // the server asked for the rest

  size_t sendable() const { return hold_at && !continued ? hold_at : out.size(); }
  bool all_sent() const { return out_at >= out.size(); }
  // Takes `n` sent bytes off the front.
  void sent(size_t n);
};

// **Threads**: one a worker.
class RequestBuilder {
 public:
  RequestBuilder(const Options& options, const std::string& host_header) : options_(options), host_(host_header), signer_(options) {}

  // Fills the second part from the first. Signed heads of numbered keys are kept, as long as the signer's time stamp is.
  void build(Request& request, Random& random);

  // Makes a request that was sent in part ready to be sent from its start.
  void rewind(Request& request);

  void refresh() { signer_.refresh(); }

 private:
  struct KeptHead {
    std::string head;
    uint64_t generation = 0;
  };

  bool framed(const Request& r) const { return r.op == Op::put && options_.chunked_puts(); }
  bool worth_keeping(const Request& r) const;
  void take_kept_head(Request& r);
  std::string make_head(Request& r);
  Signable signable(const Request& r, std::string_view path, std::string_view query) const;
  std::string list_query(Random& random) const;
  void add_range(Request& r, Random& random) const;
  void add_pieces(Request& r, const std::string& seed_signature) const;

  const Options& options_;
  const std::string& host_;
  Signer signer_;
  std::string query_;  // of the request at hand
  PerOp<std::vector<KeptHead>> kept_;
};

}  // namespace s3load
