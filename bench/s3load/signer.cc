#include "signer.h"

#include <algorithm>

namespace s3load {
namespace {

using std::string;
using std::string_view;

constexpr time_t lifetime_s = 120;

template <class Digest>
string raw(const Digest& digest) {
  return string(digest.begin(), digest.end());
}

HmacSha256 v4_key(const Options& options, const string& day) {
  string key = raw(HmacSha256("AWS4" + options.secret_key)(day));
  key = raw(HmacSha256(key)(options.region));
  key = raw(HmacSha256(key)("s3"));
  return HmacSha256(raw(HmacSha256(key)("aws4_request")));
}

string format_time(const char* format, const tm& time) {
  char text[64];
  return string(text, strftime(text, sizeof text, format, &time));
}

// The header lines of a canonical request and the list of their names.
struct CanonicalHeaders {
  string lines, names;
  void add(string_view name, string_view value) {
    lines.append(name).append(":").append(value).append("\n");
    if (!names.empty()) names += ';';
    names += name;
  }
};

CanonicalHeaders canonical_headers(const Signable& what, const string& date) {
  std::vector<std::pair<string_view, string_view>> sorted = {
      {"host", what.host}, {"x-amz-content-sha256", what.payload_hash}, {"x-amz-date", date}};
  sorted.insert(sorted.end(), what.headers.begin(), what.headers.end());
  std::ranges::sort(sorted);
  CanonicalHeaders canonical;
  canonical.lines.reserve(256);
  for (auto& [name, value] : sorted) canonical.add(name, value);
  return canonical;
}

void add_lines(string& out, const Signable& what) {
  for (auto& [name, value] : what.headers) out.append(name).append(": ").append(value).append("\r\n");
}

string canonical_request(const Signable& what, const CanonicalHeaders& headers) {
  string text;
  text.reserve(512);
  text.append(what.method).append("\n").append(what.path).append("\n").append(what.query).append("\n");
  text.append(headers.lines).append("\n").append(headers.names).append("\n").append(what.payload_hash);
  return text;
}

}  // namespace

Signer::Signer(const Options& options) : options_(options), v2_key_(options.secret_key), v4_key_("") { refresh(); }

void Signer::refresh() {
  time_t now = time(nullptr);
  if (generation_ && now - made_ < lifetime_s) return;
  made_ = now;
  generation_++;
  set_date(now);
}

void Signer::set_date(time_t now) {
  tm utc;
  gmtime_r(&now, &utc);
  amz_date_ = format_time("%Y%m%dT%H%M%SZ", utc);
  http_date_ = format_time("%a, %d %b %Y %H:%M:%S GMT", utc);
  string day = amz_date_.substr(0, 8);
  scope_ = day + "/" + options_.region + "/s3/aws4_request";
  v4_key_ = v4_key(options_, day);
}

string Signer::sign(string& out, const Signable& what) const {
  if (options_.auth == Auth::v4) return sign_v4(out, what);
  if (options_.auth == Auth::v2) sign_v2(out, what);
  else add_lines(out, what);
  return {};
}

void Signer::sign_v2(string& out, const Signable& what) const {
  auto headers = what.headers;
  std::ranges::sort(headers);
  string text = string(what.method) + "\n\n\n" + http_date_ + "\n";
  for (auto& [name, value] : headers) text.append(name).append(":").append(value).append("\n");
  text += what.path;
  add_lines(out, what);
  out += "Date: " + http_date_ + "\r\nAuthorization: AWS " + options_.access_key + ":" + base64(v2_key_(text)) + "\r\n";
}

string Signer::sign_v4(string& out, const Signable& what) const {
  CanonicalHeaders headers = canonical_headers(what, amz_date_);
  string signature = v4_signature(canonical_request(what, headers));
  out.append("x-amz-content-sha256: ").append(what.payload_hash).append("\r\nx-amz-date: ").append(amz_date_).append("\r\n");
  add_lines(out, what);
  out.append("Authorization: AWS4-HMAC-SHA256 Credential=").append(options_.access_key).append("/").append(scope_);
  out.append(",SignedHeaders=").append(headers.names).append(",Signature=").append(signature).append("\r\n");
  return signature;
}

string Signer::v4_signature(string_view canonical) const {
  string text = "AWS4-HMAC-SHA256\n" + amz_date_ + "\n" + scope_ + "\n";
  append_hex(text, sha256(canonical));
  string signature;
  append_hex(signature, v4_key_(text));
  return signature;
}

string Signer::sign_chunk(string_view previous, string_view chunk_sha256) const {
  string text = "AWS4-HMAC-SHA256-PAYLOAD\n" + amz_date_ + "\n" + scope_ + "\n";
  text.append(previous).append("\n").append(empty_sha256).append("\n").append(chunk_sha256);
  string signature;
  append_hex(signature, v4_key_(text));
  return signature;
}

}  // namespace s3load
