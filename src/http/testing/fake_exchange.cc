#include "http/testing/fake_exchange.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace http::testing {

static RequestHead make_head(std::string_view method, std::string_view target, const Headers& headers) {
  RequestHead head;
  head.set_start(method, target, 11);
  for (auto& [name, value] : headers) head.add_field(name, value);
  return head;
}

FakeExchange::FakeExchange(std::string_view method, std::string_view target, const Headers& headers, Script script)
    : FakeExchange(make_head(method, target, headers), std::move(script)) {}

FakeExchange::FakeExchange(RequestHead head, Script script) : head_(std::move(head)), script_(std::move(script)) {}

std::optional<uint64_t> FakeExchange::content_length() const {
  if (head_.find("Transfer-Encoding")) return std::nullopt;
  auto text = head_.find("Content-Length").value_or("0");
  uint64_t length = 0;
  std::from_chars(text.data(), text.data() + text.size(), length);
  return length;
}

base::Task<base::Result<size_t>> FakeExchange::read(std::span<char> into) {
  if (script_.before_read) script_.before_read();
  size_t number = reads_++;
  uint64_t left = content_length().value_or(script_.body.size()) - given_;
  size_t count = std::min<uint64_t>({into.size(), left, script_.body.size() - given_});
  if (!script_.pieces.empty()) count = std::min(count, std::max<size_t>(1, script_.pieces[number % script_.pieces.size()]));
  if (!count && script_.failure) co_return std::unexpected(*script_.failure);
  if (!count && left) co_return base::fail(base::Errc::closed, "the body ended early");
  std::memcpy(into.data(), script_.body.data() + given_, count);
  given_ += count;
  co_return count;
}

base::Task<base::Result<>> FakeExchange::respond(int status, const HeaderList& headers, std::string_view body) {
  start(status, headers, body.size());
  co_return co_await write(body);
}

void FakeExchange::start(int status, const HeaderList& headers, uint64_t) {
  status_ = status;
  response_headers_ = headers;
}

void FakeExchange::start_unsized(int status, const HeaderList& headers) {
  start(status, headers, 0);
  unsized_ = true;
}

base::Task<base::Result<>> FakeExchange::finish() {
  finished_ = true;
  return write({});
}

base::Task<base::Result<>> FakeExchange::write(std::span<const char> data) {
  if (hung_up_) co_return base::fail(base::Errc::closed, "the peer went away");
  response_body_.append(data.data(), data.size());
  co_return base::Result<>();
}

}  // namespace http::testing
