#include "response.h"

#include <strings.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace s3load {
namespace {

using std::string;
using std::string_view;

constexpr size_t longest_head = 64 << 10, longest_error_body = 2048;

bool equal_names(string_view a, string_view b) { return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0; }

string_view trim_front(string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  return text;
}

}  // namespace

void Response::reset(const Request& request) {
  request_ = &request;
  head_in_.clear();
  head_done_ = chunked_ = until_close_ = close_after_ = chunks_done_ = differs_ = false;
  status_ = 0;
  body_left_ = body_seen_ = 0;
  chunk_part_ = ChunkPart::size_line;
  for (auto text : {&etag_, &what_, &chunk_line_, &error_body_}) text->clear();
}

Response::Progress Response::feed(string_view& data) {
  if (!head_done_) {
    Progress progress = feed_head(data);
    if (progress != Progress::more || !head_done_) return progress;
  }
  Progress progress = chunked_ ? feed_chunks(data) : feed_body(data);
  // Bytes after the response: the connection is not to be trusted again.
  if (progress == Progress::complete && !data.empty()) close_after_ = true;
  return progress;
}

Response::Progress Response::feed_head(string_view& data) {
  string_view head;
  if (!take_head(data, head)) return head_in_.size() > longest_head ? malformed("response head over 64 KiB") : Progress::more;
  if (head.size() < 12 || !head.starts_with("HTTP/1.")) return malformed("not HTTP: " + string(head.substr(0, 80)));
  parse_head(head);
  if (status_ / 100 == 1) {
    head_in_.clear();
    return Progress::interim;
  }
  head_done_ = true;
  return Progress::more;
}

// Gives the head without its empty line: in place where it came at once, as it nearly always does.
bool Response::take_head(string_view& data, string_view& head) {
  size_t end = data.find("\r\n\r\n");
  if (head_in_.empty() && end != string_view::npos) {
    head = data.substr(0, end + 2);
    data.remove_prefix(end + 4);
    return true;
  }
  size_t before = head_in_.size();
  head_in_.append(data);
  end = head_in_.find("\r\n\r\n", before > 3 ? before - 3 : 0);
  if (end == string::npos) {
    data = {};
    return false;
  }
  data.remove_prefix(end + 4 - before);
  head_in_.resize(end + 2);
  head = head_in_;
  return true;
}

Response::Progress Response::malformed(string why) {
  what_ = std::move(why);
  return Progress::malformed;
}

void Response::parse_head(string_view head) {
  status_ = atoi(head.data() + 9);
  close_after_ = head[7] == '0';
  until_close_ = true;
  chunked_ = false;
  body_left_ = 0;
  for (size_t at = head.find("\r\n") + 2; at < head.size();) {
    size_t end = head.find("\r\n", at), colon = head.find(':', at);
    if (colon < end) parse_header(head.substr(at, colon - at), trim_front(head.substr(colon + 1, end - colon - 1)));
    at = end + 2;
  }
  if (has_no_body()) chunked_ = until_close_ = false, body_left_ = 0;
  if (until_close_) close_after_ = true;
}

void Response::parse_header(string_view name, string_view value) {
  if (equal_names(name, "content-length")) {
    body_left_ = strtoull(value.data(), nullptr, 10);
    until_close_ = false;
  } else if (equal_names(name, "transfer-encoding")) {
    chunked_ = true;
    until_close_ = false;
  } else if (equal_names(name, "connection")) {
    if (equal_names(value, "close")) close_after_ = true;
  } else if (verify_ && equal_names(name, "etag")) {
    etag_ = value;
  }
}

bool Response::has_no_body() const {
  return request_->op == Op::head || status_ == 204 || status_ == 304 || status_ / 100 == 1;
}

Response::Progress Response::feed_body(string_view& data) {
  if (until_close_) {
    take_body(data);
    data = {};
    return Progress::more;
  }
  size_t take = static_cast<size_t>(std::min<uint64_t>(data.size(), body_left_));
  take_body(data.substr(0, take));
  data.remove_prefix(take);
  body_left_ -= take;
  return body_left_ ? Progress::more : Progress::complete;
}

Response::Progress Response::feed_chunks(string_view& data) {
  while (!data.empty() && !chunks_done_) {
    if (chunk_part_ == ChunkPart::data) {
      if (feed_body(data) == Progress::complete) chunk_part_ = ChunkPart::line_end;
      continue;
    }
    char c = data.front();
    data.remove_prefix(1);
    if (c == '\n') end_chunk_line();
    else if (c != '\r') chunk_line_ += c;
  }
  return chunks_done_ ? Progress::complete : Progress::more;
}

void Response::end_chunk_line() {
  switch (chunk_part_) {
    case ChunkPart::size_line:
      body_left_ = strtoull(chunk_line_.c_str(), nullptr, 16);
      chunk_part_ = body_left_ ? ChunkPart::data : ChunkPart::trailer;
      break;
    case ChunkPart::trailer: chunks_done_ = chunk_line_.empty(); break;
    default: chunk_part_ = ChunkPart::size_line;
  }
  chunk_line_.clear();
}

void Response::take_body(string_view data) {
  if (status_ >= 300) {
    error_body_.append(data.substr(0, longest_error_body - std::min(error_body_.size(), longest_error_body)));
  } else if (verify_ && request_->body && (request_->op == Op::get || request_->op == Op::range)) {
    string_view whole = request_->body->data;
    uint64_t at = request_->range_start + body_seen_;
    if (at > whole.size() || whole.substr(at, data.size()) != data) differs_ = true;
  }
  body_seen_ += data.size();
}

uint64_t Response::skippable() const { return head_done_ && !chunked_ && !until_close_ && status_ < 300 ? body_left_ : 0; }

Response::Progress Response::skip(uint64_t n) {
  body_left_ -= n;
  body_seen_ += n;
  return body_left_ ? Progress::more : Progress::complete;
}

string Response::error_kind() const {
  string kind = "http_" + std::to_string(status_);
  size_t at = error_body_.find("<Code>");
  if (at == string::npos) return kind;
  return kind + "_" + error_body_.substr(at + 6, error_body_.find('<', at + 6) - at - 6);
}

}  // namespace s3load
