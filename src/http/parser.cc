#include "http/parser.h"

#include <boost/beast/http/basic_parser.hpp>
#include <cstring>

namespace http {

namespace {

namespace beast = boost::beast;
using beast::http::basic_parser;
using beast::http::field;
using boost::system::error_code;

// Beast calls back for each piece of the request; this puts them into a RequestHead, and body bytes into a given span.
class Collector final : public basic_parser<true> {
 public:
  Collector(RequestHead& head, size_t header_limit_bytes) : head_(head) {
    header_limit(static_cast<uint32_t>(header_limit_bytes));
    body_limit(boost::none);
  }

  std::span<char> into;
  size_t produced = 0;

 private:
  using View = boost::beast::string_view;
  static std::string_view plain(View v) { return {v.data(), v.size()}; }

  void on_request_impl(beast::http::verb, View method, View target, int version, error_code&) override {
    head_.set_start(plain(method), plain(target), version);
  }
  void on_response_impl(int, View, int, error_code&) override {}
  void on_field_impl(field, View name, View value, error_code&) override {
    if (head_done_) return;  // a trailer of the chunked body: HTTP's own, which S3 gives no meaning
    head_.add_field(plain(name), plain(value));
  }
  void on_header_impl(error_code&) override { head_done_ = true; }
  void on_body_init_impl(boost::optional<uint64_t> const&, error_code&) override {}
  size_t on_body_impl(View body, error_code&) override { return take(body); }
  void on_chunk_header_impl(uint64_t, View, error_code&) override {}
  size_t on_chunk_body_impl(uint64_t, View body, error_code&) override { return take(body); }
  void on_finish_impl(error_code&) override {}

  size_t take(View body) {
    size_t count = std::min(body.size(), into.size() - produced);
    std::memcpy(into.data() + produced, body.data(), count);
    produced += count;
    return count;
  }

  RequestHead& head_;
  bool head_done_ = false;
};

base::Error to_error(const error_code& code) {
  bool large = code == beast::http::error::header_limit || code == beast::http::error::buffer_overflow;
  return {large ? base::Errc::too_large : base::Errc::invalid, code.message()};
}

}  // namespace

struct RequestParser::State {
  explicit State(size_t limit) : header_limit(limit) { collector.emplace(head, limit); }

  size_t header_limit, header_bytes = 0;
  RequestHead head;
  std::optional<Collector> collector;
};

RequestParser::RequestParser(size_t header_limit_bytes) : state_(std::make_unique<State>(header_limit_bytes)) {}
RequestParser::~RequestParser() = default;
RequestParser::RequestParser(RequestParser&&) noexcept = default;
RequestParser& RequestParser::operator=(RequestParser&&) noexcept = default;

void RequestParser::reset() {
  state_->head.clear();
  state_->header_bytes = 0;
  state_->collector.emplace(state_->head, state_->header_limit);
}

base::Result<size_t> RequestParser::feed_head(std::string_view bytes) {
  error_code code;
  size_t taken = state_->collector->put(boost::asio::const_buffer(bytes.data(), bytes.size()), code);
  if (code && code != beast::http::error::need_more) return std::unexpected(to_error(code));
  // Beast has a limit for the start line and one for the fields where it sees them one after another.
  state_->header_bytes += taken;
  if (state_->header_bytes > state_->header_limit) return base::fail(base::Errc::too_large, "header limit");
  return taken;
}

bool RequestParser::head_done() const { return state_->collector->is_header_done(); }
const RequestHead& RequestParser::head() const { return state_->head; }
void RequestParser::add_field(std::string_view name, std::string_view value) { state_->head.add_field(name, value); }

std::optional<uint64_t> RequestParser::content_length() const {
  if (!head_done()) return 0;  // refused: what follows is not read
  if (state_->collector->chunked()) return std::nullopt;
  auto length = state_->collector->content_length();
  return length ? *length : 0;
}

bool RequestParser::keep_alive() const { return state_->collector->keep_alive(); }

// Beast asserts that this much is there once it saw the last chunk's size. No body ends with less: "0", and two line ends.
static constexpr size_t last_chunk_bytes = 5;

base::Result<RequestParser::Decoded> RequestParser::feed_chunked(std::string_view bytes, std::span<char> into) {
  Decoded done;
  auto& collector = *state_->collector;
  collector.into = into;
  collector.produced = 0;
  while (!collector.is_done() && bytes.size() - done.taken >= last_chunk_bytes) {
    error_code code;
    size_t before = collector.produced;
    auto rest = bytes.substr(done.taken);
    size_t taken = collector.put(boost::asio::const_buffer(rest.data(), rest.size()), code);
    done.taken += taken;
    if (code == beast::http::error::need_more) break;
    if (code) return std::unexpected(to_error(code));
    if (!taken && collector.produced == before) break;
    if (collector.produced == into.size() && !into.empty()) break;
  }
  done.produced = collector.produced;
  return done;
}

bool RequestParser::chunked_done() const { return state_->collector->is_done(); }

}  // namespace http
