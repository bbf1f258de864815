// A head and a body in HTTP's own chunks are read the same in one piece and in many, and a head is within its limit; the first
// byte says how large the pieces are, the second how much of the body is taken at once.
#include "fuzz.h"
#include "http/parser.h"

namespace {

constexpr size_t head_limit = 512;

struct Outcome {
  bool good = false;
  std::string head, body;
  std::optional<uint64_t> length;
  bool keep_alive = false, ended = false;
  bool operator==(const Outcome&) const = default;
};

std::string written(const http::RequestHead& head) {
  std::string out = std::string(head.method()) + " " + std::string(head.target()) + " " + std::to_string(head.version()) + "\n";
  for (size_t i = 0; i < head.field_count(); i++) ((out += head.field(i).name) += ":") += std::string(head.field(i).value) + "\n";
  return out;
}

// Gives a parser what comes in, as a connection does.
class Reader {
 public:
  Reader(std::string_view bytes, size_t piece, size_t take) : bytes_(bytes), piece_(piece), room_(take, '\0') {}

  Outcome run() {
    Outcome out;
    out.good = read_head() && parser_.head_done();
    if (!out.good) return out;  // some errors show early only where more of the head is there
    out.head = written(parser_.head());
    out.length = parser_.content_length();
    out.keep_alive = parser_.keep_alive();
    fuzz::check(out.head.size() <= head_limit);
    if (!out.length) out.good = read_chunks(out.body);
    out.ended = !out.length && parser_.chunked_done();
    if (!out.ended) out.body.clear();  // how much of it came depends on the pieces
    return out;
  }

 private:
  bool more() {
    if (end_ == bytes_.size()) return false;
    end_ = std::min(bytes_.size(), end_ + piece_);
    return true;
  }

  bool read_head() {
    while (!parser_.head_done() && more()) {
      auto taken = parser_.feed_head(bytes_.substr(begin_, end_ - begin_));
      if (!taken) return false;
      fuzz::check(*taken <= end_ - begin_);
      begin_ += *taken;
      if (!parser_.head_done() && end_ - begin_ > head_limit) return false;
    }
    return true;
  }

  // True also where the body is not at its end yet.
  bool read_chunks(std::string& body) {
    for (;;) {
      auto decoded = parser_.feed_chunked(bytes_.substr(begin_, end_ - begin_), room_);
      if (!decoded) return false;
      fuzz::check(decoded->taken <= end_ - begin_ && decoded->produced <= room_.size());
      begin_ += decoded->taken;
      body.append(room_, 0, decoded->produced);
      if (parser_.chunked_done() || (!decoded->produced && !more())) return true;
    }
  }

  std::string_view bytes_;
  size_t piece_, begin_ = 0, end_ = 0;
  std::string room_;
  http::RequestParser parser_{head_limit};
};

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  auto bytes = fuzz::text(data + 2, size - 2);
  auto whole = Reader(bytes, bytes.size() + 1, bytes.size() + 1).run();
  auto pieces = Reader(bytes, data[0] + 1u, data[1] + 1u).run();
  fuzz::check(whole == pieces);
  return 0;
}
