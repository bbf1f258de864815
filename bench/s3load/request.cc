#include "request.h"

#include <algorithm>

#include "chunked.h"

namespace s3load {
namespace {

using std::string;

constexpr uint64_t most_kept_heads = 1 << 18;

std::string_view method_of(Op op) {
  constexpr std::array<std::string_view, op_count> methods = {"GET", "PUT", "HEAD", "DELETE", "GET", "GET", "PUT"};
  return methods[static_cast<size_t>(op)];
}

string escape(const string& text) {
  string out;
  for (char c : text) c == '/' ? out += "%2F" : out += c;
  return out;
}

void add_piece(Request& r, std::string_view data) { r.out.push_back({const_cast<char*>(data.data()), data.size()}); }

}  // namespace

void Request::sent(size_t n) {
  while (n > 0) {
    iovec& piece = out[out_at];
    size_t take = std::min(n, piece.iov_len);
    piece.iov_base = static_cast<char*>(piece.iov_base) + take;
    piece.iov_len -= take;
    n -= take;
    if (!piece.iov_len) out_at++;
  }
}

void RequestBuilder::build(Request& r, Random& random) {
  string seed_signature;
  if (r.op == Op::list) query_ = list_query(random);
  if (worth_keeping(r)) take_kept_head(r);
  else seed_signature = make_head(r);
  r.range_start = 0;
  r.expect_size = r.body ? r.body->size() : 0;
  if (r.op == Op::range) add_range(r, random);
  r.head += "\r\n";
  r.hold_at = r.op == Op::put && options_.expect_continue && r.body->size() ? 1 : 0;
  add_pieces(r, seed_signature);
}

void RequestBuilder::rewind(Request& r) {
  string seed_signature;
  if (framed(r)) {
    seed_signature = make_head(r);
    r.head += "\r\n";
  }
  add_pieces(r, seed_signature);
}

bool RequestBuilder::worth_keeping(const Request& r) const {
  return r.repeated && !framed(r) && options_.objects <= most_kept_heads;
}

void RequestBuilder::take_kept_head(Request& r) {
  auto& kept = kept_[r.op];
  if (kept.empty()) kept.resize(options_.objects);
  KeptHead& slot = kept[r.number];
  if (slot.generation == signer_.generation()) {
    r.head = slot.head;
    return;
  }
  make_head(r);
  slot = {r.head, signer_.generation()};
}

string RequestBuilder::make_head(Request& r) {
  string path = "/" + options_.bucket;
  bool lists = r.op == Op::list;
  if (!lists && r.op != Op::create_bucket) path += "/" + r.key;
  Signable what = signable(r, path, lists ? std::string_view(query_) : "");
  string& head = r.head;
  head.clear();
  head.append(what.method).append(" ").append(path);
  if (lists) head.append("?").append(query_);
  head.append(" HTTP/1.1\r\nHost: ").append(host_).append("\r\n");
  if (!options_.keepalive) head += "Connection: close\r\n";
  for (auto& extra : options_.extra_headers) head.append(extra).append("\r\n");
  size_t size = r.op != Op::put ? 0 : framed(r) ? framed_size(options_, r.body->size()) : r.body->size();
  if (what.method == "PUT") head.append("Content-Length: ").append(std::to_string(size)).append("\r\n");
  if (r.op == Op::put && options_.expect_continue && size) head += "Expect: 100-continue\r\n";
  return signer_.sign(head, what);
}

Signable RequestBuilder::signable(const Request& r, std::string_view path, std::string_view query) const {
  bool put = r.op == Op::put;
  Signable what{method_of(r.op), path, query, "UNSIGNED-PAYLOAD", host_, options_.signed_headers};
  if (options_.payload == Payload::hashed) what.payload_hash = put ? std::string_view(r.body->sha256) : empty_sha256;
  if (!framed(r)) return what;
  bool trailer = options_.payload == Payload::crc_trailer;
  what.payload_hash = trailer ? "STREAMING-UNSIGNED-PAYLOAD-TRAILER" : "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
  what.headers.emplace_back("content-encoding", "aws-chunked");
  what.headers.emplace_back("x-amz-decoded-content-length", std::to_string(r.body->size()));
  if (trailer) what.headers.emplace_back("x-amz-trailer", "x-amz-checksum-crc32");
  return what;
}

string RequestBuilder::list_query(Random& random) const {
  string query;  // in canonical order
  if (!options_.list_delimiter.empty()) query = "delimiter=" + escape(options_.list_delimiter) + "&";
  query += "list-type=2&max-keys=" + std::to_string(options_.list_max_keys) + "&prefix=" + escape(options_.list_prefix);
  if (options_.list_random_start) query += "&start-after=" + escape(key_of(options_, random.below(options_.objects)));
  return query;
}

void RequestBuilder::add_range(Request& r, Random& random) const {
  size_t size = r.body->size(), length = std::min(options_.range_size, size);
  r.range_start = random.below(size - length + 1);
  r.expect_size = length;
  if (!size) return;
  r.head += "Range: bytes=" + std::to_string(r.range_start) + "-" + std::to_string(r.range_start + length - 1) + "\r\n";
}

void RequestBuilder::add_pieces(Request& r, const string& seed_signature) const {
  r.out.clear();
  add_piece(r, r.head);
  if (r.op != Op::put) return;
  if (framed(r)) frame_chunks(options_, signer_, seed_signature, *r.body, r.framing, r.out);
  else if (r.body->size()) add_piece(r, r.body->data);
}

}  // namespace s3load
