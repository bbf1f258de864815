#include "crypto/sigv4.h"

#include <algorithm>
#include <array>

#include "base/encoding.h"
#include "crypto/digest.h"
#include "crypto/hmac.h"

namespace crypto {

namespace {

constexpr std::string_view scheme = "AWS4-HMAC-SHA256";
constexpr std::string_view terminator = "aws4_request";

constexpr auto unreserved = [] {
  std::array<bool, 256> set{};
  for (unsigned char c : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")) set[c] = true;
  return set;
}();

// RFC 3986 with upper-case digits, as the canonical request wants it. Runs without an escape, which most are, go in one piece.
void append_encoded(std::string& out, std::string_view text, bool keep_slash) {
  static constexpr char digits[] = "0123456789ABCDEF";
  auto plain = [&](unsigned char c) { return unreserved[c] || (keep_slash && c == '/'); };
  for (auto begin = text.begin(); begin != text.end();) {
    auto end = std::find_if_not(begin, text.end(), plain);
    out.append(begin, end);
    if (end == text.end()) return;
    auto byte = static_cast<unsigned char>(*end);
    const char escape[] = {'%', digits[byte >> 4], digits[byte & 15]};
    out.append(escape, sizeof escape);
    begin = end + 1;
  }
}

void append_query(std::string& out, const NamedValues& query) {
  std::vector<std::pair<std::string, std::string>> encoded;
  for (auto& [name, value] : query) {
    auto& pair = encoded.emplace_back();
    append_encoded(pair.first, name, false);
    append_encoded(pair.second, value, false);
  }
  std::ranges::sort(encoded);
  for (size_t i = 0; i < encoded.size(); i++) {
    if (i) out += '&';
    ((out += encoded[i].first) += '=') += encoded[i].second;
  }
}

std::string_view trim(std::string_view text) {
  auto begin = text.find_first_not_of(" \t");
  return begin == text.npos ? std::string_view() : text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// Without the space around it, and with one space for each run inside.
void append_value(std::string& out, std::string_view value) {
  auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  value = trim(value);
  for (auto begin = value.begin(); begin != value.end();) {
    auto end = std::find_if(begin, value.end(), is_blank);
    out.append(begin, end);
    begin = std::find_if_not(end, value.end(), is_blank);
    if (begin != end) out += ' ';
  }
}

// Takes what stands before the next separator, and the separator, off the text.
std::string_view take_piece(std::string_view& text, char separator) {
  auto end = text.find(separator);
  auto piece = text.substr(0, end);
  text = end == text.npos ? std::string_view() : text.substr(end + 1);
  return piece;
}

std::string joined_lines(std::initializer_list<std::string_view> lines) {
  std::string out;
  out.reserve(384);
  for (auto line : lines) {
    if (!out.empty()) out += '\n';
    out += line;
  }
  return out;
}

}  // namespace

std::optional<Credential> Credential::parse(std::string_view text) {
  if (std::ranges::count(text, '/') != 4) return std::nullopt;
  Credential found;
  found.access_key = take_piece(text, '/');
  found.scope = text;
  found.date = take_piece(text, '/');
  found.region = take_piece(text, '/');
  found.service = take_piece(text, '/');
  if (text != terminator || found.date.size() != 8) return std::nullopt;
  if (found.date.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  for (auto part : {found.access_key, found.region, found.service})
    if (part.empty() || part.size() > 128) return std::nullopt;
  return found;
}

std::vector<std::string_view> split_header_names(std::string_view list) {
  std::vector<std::string_view> names;
  names.reserve(8);
  while (!list.empty()) names.push_back(take_piece(list, ';'));
  return names;
}

std::optional<Authorization> Authorization::parse(std::string_view header) {
  if (!header.starts_with(scheme) || header.size() <= scheme.size() || header[scheme.size()] != ' ') return std::nullopt;
  std::optional<Credential> credential;
  Authorization found;
  for (auto rest = header.substr(scheme.size() + 1); !rest.empty();) {
    auto part = trim(take_piece(rest, ','));
    if (part.starts_with("Credential="))
      credential = Credential::parse(part.substr(11));
    else if (part.starts_with("SignedHeaders="))
      found.signed_headers = split_header_names(part.substr(14));
    else if (part.starts_with("Signature="))
      found.signature = part.substr(10);
    else
      return std::nullopt;
  }
  bool named = !found.signed_headers.empty() && std::ranges::none_of(found.signed_headers, &std::string_view::empty);
  if (!credential || !named || !is_sha256_hex(found.signature)) return std::nullopt;
  found.credential = *credential;
  return found;
}

std::string canonical_request(std::string_view method, std::string_view path, const NamedValues& query,
                              const NamedValues& headers, std::string_view payload_hash) {
  std::string out;
  out.reserve(1024);
  (out += method) += '\n';
  append_encoded(out, path.empty() ? "/" : path, true);
  out += '\n';
  append_query(out, query);
  out += '\n';
  // Fields of one name stand beside each other and become one line.
  std::string names;
  for (size_t i = 0; i < headers.size(); i++) {
    bool again = i && headers[i].first == headers[i - 1].first;
    if (i) out += again ? "," : "\n";
    if (!again) {
      (out += headers[i].first) += ':';
      if (i) names += ';';
      names += headers[i].first;
    }
    append_value(out, headers[i].second);
  }
  out += "\n\n";
  ((out += names) += '\n') += payload_hash;
  return out;
}

std::string string_to_sign(std::string_view time, std::string_view scope, std::string_view canonical_request) {
  return joined_lines({scheme, time, scope, sha256_hex(canonical_request)});
}

std::string signing_key(std::string_view secret, std::string_view date, std::string_view region, std::string_view service) {
  auto key = hmac_sha256("AWS4" + std::string(secret), date);
  return hmac_sha256(hmac_sha256(hmac_sha256(key, region), service), terminator);
}

std::string signature(std::string_view signing_key, std::string_view string_to_sign) {
  return base::to_hex(base::bytes(hmac_sha256(signing_key, string_to_sign)));
}

std::string chunk_string_to_sign(std::string_view time, std::string_view scope, std::string_view previous_signature,
                                 std::string_view chunk_hash) {
  static constexpr std::string_view hash_of_nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  return joined_lines({"AWS4-HMAC-SHA256-PAYLOAD", time, scope, previous_signature, hash_of_nothing, chunk_hash});
}

std::string trailer_string_to_sign(std::string_view time, std::string_view scope, std::string_view previous_signature,
                                   std::string_view trailer_hash) {
  return joined_lines({"AWS4-HMAC-SHA256-TRAILER", time, scope, previous_signature, trailer_hash});
}

}  // namespace crypto
