#include "aws/testing/signer.h"

#include <algorithm>

#include "aws/target.h"
#include "base/encoding.h"
#include "codec/percent.h"
#include "crypto/digest.h"
#include "crypto/sigv2.h"
#include "crypto/sigv4.h"

namespace aws::testing {

namespace {

// A target in its parts.
struct Parsed {
  http::testing::FakeExchange exchange;
  Call call{exchange};

  explicit Parsed(std::string_view target) : exchange("GET", target) { (void)read_target(call); }
};

std::string canonical(std::string_view method, std::string_view target, const Headers& headers, const std::vector<std::string>& names,
                      std::string_view payload) {
  Parsed parsed(target);
  crypto::NamedValues query, covered;
  for (auto& parameter : parsed.call.query.all()) query.emplace_back(parameter.name, parameter.value);
  for (auto& name : names)
    for (auto& [field, value] : headers)
      if (http::equal_ignoring_case(field, name)) covered.emplace_back(name, value);
  return crypto::canonical_request(method, parsed.call.path, query, covered, payload);
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (auto& name : names) (out += out.empty() ? "" : ";") += name;
  return out;
}

std::string signature_v2(const Signer& signer, std::string_view method, std::string_view target, const Headers& headers, std::string_view bucket,
                         std::optional<std::string_view> expires) {
  Parsed parsed(target);
  crypto::RequestV2 request{method, bucket, target.substr(0, target.find('?')), {}, {}, expires};
  for (auto& parameter : parsed.call.query.all()) request.query.push_back({parameter.name, parameter.value, parameter.has_value});
  for (auto& [name, value] : headers) request.headers.emplace_back(name, value);
  return crypto::signature_v2(signer.secret, crypto::string_to_sign_v2(request));
}

void add_parameter(std::string& target, std::string_view name, std::string_view value) {
  ((target += target.find('?') == target.npos ? '?' : '&') += name) += '=';
  codec::append_percent_encoded(target, value);
}

}  // namespace

std::string Signer::scope() const { return time.substr(0, 8) + "/" + region + "/" + service + "/aws4_request"; }
std::string Signer::key() const { return crypto::signing_key(secret, time.substr(0, 8), region, service); }

Headers Signer::v4(std::string_view method, std::string_view target, Headers headers, const std::vector<std::string>& unsigned_names) const {
  headers.emplace_back("x-amz-date", time);
  auto is_payload = [](auto& header) { return header.first == "x-amz-content-sha256"; };
  if (std::ranges::none_of(headers, is_payload)) headers.emplace_back("x-amz-content-sha256", "UNSIGNED-PAYLOAD");
  std::vector<std::string> names;
  for (auto& [name, value] : headers)
    if (std::ranges::find(unsigned_names, http::to_lower(name)) == unsigned_names.end()) names.push_back(http::to_lower(name));
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  auto text = crypto::string_to_sign(time, scope(), canonical(method, target, headers, names, std::ranges::find_if(headers, is_payload)->second));
  headers.emplace_back("Authorization", "AWS4-HMAC-SHA256 Credential=" + credential() + ", SignedHeaders=" + joined(names) +
                                            ", Signature=" + crypto::signature(key(), text));
  return headers;
}

std::string Signer::v4_query(std::string_view method, std::string target, std::string_view host, std::string expires) const {
  add_parameter(target, "X-Amz-Algorithm", "AWS4-HMAC-SHA256");
  add_parameter(target, "X-Amz-Credential", credential());
  add_parameter(target, "X-Amz-Date", time);
  add_parameter(target, "X-Amz-Expires", expires);
  add_parameter(target, "X-Amz-SignedHeaders", "host");
  auto text = crypto::string_to_sign(time, scope(), canonical(method, target, {{"host", std::string(host)}}, {"host"}, "UNSIGNED-PAYLOAD"));
  add_parameter(target, "X-Amz-Signature", crypto::signature(key(), text));
  return target;
}

Headers Signer::v2(std::string_view method, std::string_view target, Headers headers, std::string_view bucket) const {
  auto signature = signature_v2(*this, method, target, headers, bucket, std::nullopt);
  headers.emplace_back("Authorization", "AWS " + access_key + ":" + signature);
  return headers;
}

std::string Signer::v2_query(std::string_view method, std::string target, std::string expires) const {
  auto signature = signature_v2(*this, method, target, {}, {}, expires);
  add_parameter(target, "AWSAccessKeyId", access_key);
  add_parameter(target, "Expires", expires);
  add_parameter(target, "Signature", signature);
  return target;
}

ChunkSigner& ChunkSigner::add(std::string_view data) {
  char size[17];
  body_ += std::string_view(size, static_cast<size_t>(std::snprintf(size, sizeof size, "%zx", data.size())));
  if (signer_) {
    auto text = crypto::chunk_string_to_sign(signer_->time, signer_->scope(), previous_, crypto::sha256_hex(data));
    previous_ = crypto::signature(signer_->key(), text);
    body_ += ";chunk-signature=" + previous_;
  }
  body_ += "\r\n";
  if (!data.empty()) (body_ += data) += "\r\n";
  return *this;
}

ChunkSigner& ChunkSigner::add_trailer(std::string_view name, std::string_view value) {
  auto line = std::string(name) + ":" + std::string(value);
  body_ += line + "\r\n";
  if (!signer_) return *this;
  auto text = crypto::trailer_string_to_sign(signer_->time, signer_->scope(), previous_, crypto::sha256_hex(line + "\n"));
  body_ += "x-amz-trailer-signature:" + crypto::signature(signer_->key(), text) + "\r\n";
  return *this;
}

}  // namespace aws::testing
