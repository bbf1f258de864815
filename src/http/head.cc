#include "http/head.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace http {

static char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// Eight letters at once: the upper-case ones among them get the bit that makes them small.
static uint64_t lower_eight(const char* text) {
  static constexpr uint64_t each = 0x0101010101010101;
  uint64_t eight;
  std::memcpy(&eight, text, sizeof eight);
  uint64_t low_bits = eight & 0x7f * each;
  uint64_t from_a = low_bits + (0x80 - 'A') * each, past_z = low_bits + (0x7f - 'Z') * each;
  uint64_t upper = (from_a ^ past_z) & ~eight & 0x80 * each;
  return eight | upper >> 2;
}

bool same_letters(std::string_view a, std::string_view b) {
  size_t at = 0;
  for (; a.size() - at >= 8; at += 8)
    if (lower_eight(a.data() + at) != lower_eight(b.data() + at)) return false;
  return std::ranges::equal(a.substr(at), b.substr(at), {}, lower, lower);
}

std::string to_lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

bool is_token(std::string_view text) {
  static constexpr auto allowed = [] {
    std::array<bool, 256> set{};
    for (unsigned char c : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~")) set[c] = true;
    return set;
  }();
  return !text.empty() && std::ranges::all_of(text, [](unsigned char c) { return allowed[c]; });
}

bool is_field_value(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) { return (c >= ' ' && c != 0x7f) || c == '\t'; });
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::optional<std::string_view> RequestHead::find(std::string_view name) const {
  for (auto& f : fields_)
    if (f.name.size == name.size() && equal_ignoring_case(view(f.name), name)) return view(f.value);
  return std::nullopt;
}

size_t RequestHead::count(std::string_view name) const {
  return std::ranges::count_if(fields_, [&](auto& f) { return equal_ignoring_case(view(f.name), name); });
}

bool RequestHead::has_token(std::string_view name, std::string_view token) const {
  for (auto& f : fields_) {
    if (!equal_ignoring_case(view(f.name), name)) continue;
    for (std::string_view rest = view(f.value); !rest.empty();) {
      auto comma = rest.find(',');
      if (equal_ignoring_case(trim(rest.substr(0, comma)), token)) return true;
      rest = comma == rest.npos ? std::string_view() : rest.substr(comma + 1);
    }
  }
  return false;
}

void RequestHead::clear() {
  bytes_.clear();
  fields_.clear();
  method_ = target_ = {};
}

RequestHead::Piece RequestHead::store(std::string_view text) {
  Piece piece{static_cast<uint32_t>(bytes_.size()), static_cast<uint32_t>(text.size())};
  bytes_ += text;
  return piece;
}

void RequestHead::set_start(std::string_view method, std::string_view target, int version) {
  method_ = store(method);
  target_ = store(target);
  version_ = version;
}

void RequestHead::add_field(std::string_view name, std::string_view value) {
  Piece stored = store(name);
  fields_.push_back({stored, store(trim(value))});
}

void HeaderList::add(std::string_view name, std::string_view value) {
  if (!is_token(name)) return;
  bytes_ += name;
  bytes_ += ": ";
  size_t start = bytes_.size();
  bytes_ += value;
  for (size_t i = start; i < bytes_.size(); i++)
    if (bytes_[i] == '\r' || bytes_[i] == '\n' || bytes_[i] == '\0') bytes_[i] = ' ';
  bytes_ += "\r\n";
}

void HeaderList::add(std::string_view name, uint64_t value) {
  char digits[20];
  auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  add(name, std::string_view(digits, end));
}

std::optional<std::string_view> HeaderList::find(std::string_view name) const {
  for (std::string_view rest = bytes_; !rest.empty();) {
    auto line = rest.substr(0, rest.find("\r\n"));
    if (line.size() > name.size() + 1 && line[name.size()] == ':' && equal_ignoring_case(line.substr(0, name.size()), name))
      return line.substr(name.size() + 2);
    rest.remove_prefix(line.size() + 2);
  }
  return std::nullopt;
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 100: return "Continue";
    case 200: return "OK";
    case 201: return "Created";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 301: return "Moved Permanently";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 400: return "Bad Request";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 411: return "Length Required";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 416: return "Range Not Satisfiable";
    case 417: return "Expectation Failed";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    case 507: return "Insufficient Storage";
    default: return "Unknown";
  }
}

}  // namespace http
