#include "codec/form.h"

#include <algorithm>

namespace codec {

namespace {

using base::Errc;
using base::fail;
using base::Result;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool same(std::string_view a, std::string_view b) { return std::ranges::equal(a, b, {}, lower, lower); }

std::string_view trim(std::string_view text) {
  auto begin = text.find_first_not_of(" \t");
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// The value at the front, in quotes or up to a semicolon, which is taken off. In quotes only \" is an escape: browsers that
// send the path of a file on Windows do not escape its backslashes.
std::string take_value(std::string_view& rest) {
  std::string value;
  if (!rest.starts_with('"')) {
    value = trim(rest.substr(0, rest.find(';')));
    rest.remove_prefix(std::min(rest.size(), rest.find(';')));
    return value;
  }
  size_t i = 1;
  for (; i < rest.size() && rest[i] != '"'; i++) {
    if (rest.substr(i, 2) == "\\\"") i++;
    value += rest[i];
  }
  rest.remove_prefix(std::min(rest.size(), i + 1));
  return value;
}

// "form-data; name=\"a\"; filename=b": what stands before the first semicolon, and what a parameter's value is.
struct Parameters {
  std::string_view value;
  std::vector<FormField> named;

  explicit Parameters(std::string_view text) : value(trim(text.substr(0, text.find(';')))) {
    text.remove_prefix(std::min(text.size(), text.find(';')));
    while (text.starts_with(';')) {
      auto equals = text.find('=');
      if (equals == text.npos) return;
      std::string name(trim(text.substr(1, equals - 1)));
      text = text.substr(equals + 1);
      named.push_back({std::move(name), take_value(text)});
      text.remove_prefix(std::min(text.size(), text.find(';')));
    }
  }

  std::optional<std::string> find(std::string_view name) const {
    for (auto& parameter : named)
      if (same(parameter.name, name)) return parameter.value;
    return std::nullopt;
  }
};

// The value of a header field in a part's head, whose lines end in CR LF.
std::optional<std::string_view> field(std::string_view head, std::string_view name) {
  while (!head.empty()) {
    auto line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(std::min(head.size(), line.size() + 2));
    auto colon = line.find(':');
    if (colon != line.npos && same(trim(line.substr(0, colon)), name)) return trim(line.substr(colon + 1));
  }
  return std::nullopt;
}

bool is_boundary_character(char c) {
  return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || std::string_view("'()+_,-./:=? ").contains(c);
}

}  // namespace

std::optional<std::string> form_boundary(std::string_view content_type) {
  Parameters parameters(content_type);
  auto boundary = parameters.find("boundary");
  if (!same(parameters.value, "multipart/form-data") || !boundary) return std::nullopt;
  bool good = !boundary->empty() && boundary->size() <= 70 && !boundary->ends_with(' ') && std::ranges::all_of(*boundary, is_boundary_character);
  return good ? boundary : std::nullopt;
}

// The first delimiter has no line end before it where there is no preamble; one is put there.
FormReader::FormReader(std::string_view boundary) : delimiter_("\r\n--" + std::string(boundary)), buffer_("\r\n") {}

Result<> FormReader::feed(std::string_view bytes, std::string& content) {
  if (stage_ == Stage::file) take_file(bytes, content);
  if (stage_ == Stage::file || stage_ == Stage::end) return {};
  buffer_ += bytes;
  for (bool more = true; more && stage_ != Stage::file && stage_ != Stage::end;) {
    TRY(stepped, step());
    more = stepped;
  }
  bool file = stage_ == Stage::file;
  if (taken_bytes_ + (file ? 0 : buffer_.size()) > limit_bytes + 2) return fail(Errc::too_large, "the fields of a form");
  if (file) take_file(std::exchange(buffer_, {}), content);
  return {};
}

Result<> FormReader::finish() const {
  if (stage_ != Stage::end) return fail(Errc::invalid, "a form that does not end");
  return {};
}

// Whether something was understood, so that another step makes sense.
Result<bool> FormReader::step() {
  std::string piece;
  switch (stage_) {
    case Stage::preamble:
      if (!take_until(delimiter_, piece)) return false;
      stage_ = Stage::delimiter;
      return true;
    case Stage::delimiter: return take_delimiter();
    case Stage::head: return take_head();
    case Stage::value:
      if (!take_until(delimiter_, piece)) return false;
      fields_.push_back({std::move(name_), std::move(piece)});
      stage_ = Stage::delimiter;
      return true;
    default: return false;
  }
}

// The rest of a delimiter's line: "--" after the last part, else white space. Its end is left as the line before the head.
Result<bool> FormReader::take_delimiter() {
  if (buffer_.size() < 2) return false;
  if (buffer_.starts_with("--")) {
    stage_ = Stage::end;
    return true;
  }
  auto end = buffer_.find("\r\n");
  if (end == buffer_.npos) return false;
  if (!trim(std::string_view(buffer_).substr(0, end)).empty()) return fail(Errc::invalid, "a form's boundary with text after it");
  buffer_.erase(0, end);
  taken_bytes_ += end;
  stage_ = Stage::head;
  return true;
}

Result<bool> FormReader::take_head() {
  std::string head;
  if (!take_until("\r\n\r\n", head)) return false;
  TRY_VOID(start_part(head));
  return true;
}

Result<> FormReader::start_part(std::string_view head) {
  Parameters disposition(field(head, "Content-Disposition").value_or(""));
  auto name = disposition.find("name");
  if (!same(disposition.value, "form-data") || !name) return fail(Errc::invalid, "a form's part without a name");
  name_ = *name;
  stage_ = same(name_, "file") ? Stage::file : Stage::value;
  if (stage_ == Stage::value) return {};
  found_file_ = true;
  filename_ = disposition.find("filename").value_or("");
  filename_.erase(0, filename_.find_last_of("/\\") + 1);
  content_type_ = field(head, "Content-Type").value_or("");
  return {};
}

// Takes a piece ending in `mark`, and the mark, off the buffer.
bool FormReader::take_until(std::string_view mark, std::string& piece) {
  auto end = buffer_.find(mark);
  if (end == buffer_.npos) return false;
  piece = buffer_.substr(0, end);
  buffer_.erase(0, end + mark.size());
  taken_bytes_ += end + mark.size();
  return true;
}

// All but what could be the beginning of the delimiter is passed on.
void FormReader::take_file(std::string_view bytes, std::string& content) {
  size_t begin = content.size();
  content += std::exchange(buffer_, {});
  content += bytes;
  auto end = content.find(delimiter_, begin);
  if (end != content.npos) {
    stage_ = Stage::end;
    content.resize(end);
    return;
  }
  size_t held = std::min(delimiter_.size() - 1, content.size() - begin);
  buffer_ = content.substr(content.size() - held);
  content.resize(content.size() - held);
}

}  // namespace codec
