#include "crypto/sigv2.h"

#include <algorithm>
#include <array>

#include "base/encoding.h"
#include "crypto/hmac.h"

namespace crypto {

namespace {

// The parameters that are part of what is addressed, sorted: AWS's list, and the later ones that its own clients sign.
constexpr auto sub_resources = std::to_array<std::string_view>({
    "accelerate", "acl", "analytics", "cors", "defaultObjectAcl", "delete", "inventory", "lifecycle", "location", "logging",
    "metrics", "notification", "object-lock", "partNumber", "policy", "replication", "requestPayment", "response-cache-control",
    "response-content-disposition", "response-content-encoding", "response-content-language", "response-content-type",
    "response-expires", "restore", "select", "select-type", "storageClass", "tagging", "torrent", "uploadId", "uploads",
    "versionId", "versioning", "versions", "website"});
static_assert(std::ranges::is_sorted(sub_resources));

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

std::string_view trim(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

// The headers that count.
struct Signed {
  std::string_view md5, type, date;
  std::vector<std::pair<std::string, std::string>> amz;  // sorted by name, fields of one name joined
};

void add_amz(Signed& found, std::string name, std::string_view value) {
  auto same = std::ranges::find(found.amz, name, &std::pair<std::string, std::string>::first);
  if (same != found.amz.end())
    (same->second += ',') += value;
  else
    found.amz.emplace_back(std::move(name), value);
}

Signed pick(const NamedValues& headers) {
  Signed found;
  for (auto& [sent, untrimmed] : headers) {
    auto name = lower(sent);
    auto value = trim(untrimmed);
    if (name.starts_with("x-amz-")) add_amz(found, std::move(name), value);
    else if (name == "content-md5") found.md5 = value;
    else if (name == "content-type") found.type = value;
    else if (name == "date") found.date = value;
  }
  std::ranges::sort(found.amz);
  return found;
}

std::string_view date_line(const RequestV2& request, const Signed& headers) {
  if (request.expires) return *request.expires;
  bool elsewhere = std::ranges::any_of(headers.amz, [](auto& header) { return header.first == "x-amz-date"; });
  return elsewhere ? std::string_view() : headers.date;
}

// Values of parameters are signed decoded, which is AWS's rule for response-* and what clients do for all.
void append_resource(std::string& out, const RequestV2& request) {
  if (!request.bucket.empty()) (out += '/') += request.bucket;
  out += request.path.empty() ? "/" : request.path;
  auto chosen = request.query;
  std::erase_if(chosen, [](auto& parameter) { return !std::ranges::binary_search(sub_resources, parameter.name); });
  std::ranges::sort(chosen, {}, [](auto& parameter) { return std::pair(parameter.name, parameter.value); });
  char separator = '?';
  for (auto& parameter : chosen) {
    (out += separator) += parameter.name;
    if (parameter.has_value) (out += '=') += parameter.value;
    separator = '&';
  }
}

}  // namespace

std::optional<AuthorizationV2> AuthorizationV2::parse(std::string_view header) {
  if (!header.starts_with("AWS ") || header.size() > 256) return std::nullopt;
  header = trim(header.substr(4));
  auto colon = header.rfind(':');
  if (colon == header.npos || colon == 0 || colon > 128) return std::nullopt;
  auto signature = header.substr(colon + 1);
  auto raw = base::from_base64(signature);
  if (!raw || raw->size() != 20) return std::nullopt;
  return AuthorizationV2{std::string(header.substr(0, colon)), std::string(signature)};
}

std::string string_to_sign_v2(const RequestV2& request) {
  auto headers = pick(request.headers);
  std::string out;
  out.reserve(256);
  for (auto line : {request.method, headers.md5, headers.type, date_line(request, headers)}) (out += line) += '\n';
  for (auto& [name, value] : headers.amz) (((out += name) += ':') += value) += '\n';
  append_resource(out, request);
  return out;
}

std::string signature_v2(std::string_view secret, std::string_view string_to_sign) {
  return base::to_base64(base::bytes(hmac_sha1(secret, string_to_sign)));
}

}  // namespace crypto
